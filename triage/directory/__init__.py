"""The directory: places, callers' words, and search. Nothing heavy is imported before it is used."""
