"""Promises: by when they are due, and the queue of those that mean ringing somebody back. Pure."""

from triage.promises.callbacks import (
    RESULTS,
    RINGS,
    Attempt,
    CallBack,
    Result,
    call_backs,
    in_order,
    next_attempt,
    share,
)
from triage.promises.standards import LOCAL, Closed, Retry, Standard, Standards, due, in_words, typed

__all__ = [
    "LOCAL",
    "RESULTS",
    "RINGS",
    "Attempt",
    "CallBack",
    "Closed",
    "Result",
    "Retry",
    "Standard",
    "Standards",
    "call_backs",
    "due",
    "in_order",
    "in_words",
    "next_attempt",
    "share",
    "typed",
]
