"""The record: one protocol, and the stores that keep it."""
