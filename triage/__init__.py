"""triage: a first-contact desk for a council's adult social care front door."""

__version__ = "0.1.0"
