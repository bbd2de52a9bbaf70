"""Readers of other people's listings: Open Referral UK, HSDS packages, spreadsheets, Outpost's import template.

Every reader gives :class:`~triage.feeds.feed.Draft` rows in the words of the source; :func:`triage.feeds.feed.settle`
makes listings of them. Nothing here writes the directory: that is :mod:`triage.library.snapshot`'s work.
"""
