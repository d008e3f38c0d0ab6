"""The log: one JSON object a line on stderr, so that a person can read it and a machine can search it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCESS: Final = logging.getLogger("abonent.access")
"""One line a request; what is said of it stands in the record's `facts`."""
ERRORS: Final = logging.getLogger("abonent.errors")
"""What nobody expected, with its traceback."""


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON. Nothing of a request's query string, body or headers is ever in one."""

    def format(self, record: logging.LogRecord) -> str:
        facts: Mapping[str, Any] = getattr(record, "facts", {})
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")[:-6] + "Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **facts,
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def log_access(facts: Mapping[str, Any]) -> None:
    """Write a request's line. The record is made by hand: `Logger.info` would look its caller up, for every request."""
    if ACCESS.isEnabledFor(logging.INFO):
        record = logging.LogRecord(ACCESS.name, logging.INFO, "", 0, "request", (), None)
        record.facts = facts
        ACCESS.handle(record)


def configure_logging(level: str) -> None:
    """Send everything of `level` and above to stderr; libraries that chatter only from WARNING on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    for name in ("tortoise", "asyncpg", "aiosqlite", "uvicorn.access"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
