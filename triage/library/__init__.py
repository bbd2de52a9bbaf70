"""Reads ``data/``, so that experts can edit words and routes without touching code.

Bad data is refused with its file, line and key, and the nearest valid key.
"""
