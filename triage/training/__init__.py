"""Demos, lessons and tests: one call file, played in the real app or run without a screen."""
