"""Imports: what can be brought in from a file, what is done where a row is at fault, and what became of each row.

Uploaded files and rows are no entities: they are read and written by plain statements (resolvers/imports/).
"""

from __future__ import annotations

from enum import StrEnum


class Imported(StrEnum):
    """What the rows of a file are."""

    CUSTOMERS = "customers"
    SIMS = "sims"
    TARIFFS = "tariffs"
    CONTRACTS = "contracts"
    PAYMENTS = "payments"
    TICKETS = "tickets"


class OnFault(StrEnum):
    """What is done where a row is at fault."""

    SKIP = "skip"
    STOP = "stop"
    NOTHING = "nothing"


class RowOutcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    NOT_TRIED = "not_tried"
