"""How the text of a variable is read. Each reader raises `ValueError` that says what is expected."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
TRUE, FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`."""

    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def seconds(text: str) -> timedelta:
    """A length of time, of a second at least and ten years at most."""
    try:
        return timedelta(seconds=whole(1, 315_360_000)(text))
    except ValueError as error:
        raise ValueError(f"{error}, in seconds") from None


def truth(text: str) -> bool:
    if text.lower() not in TRUE + FALSE:
        raise ValueError("true or false")
    return text.lower() in TRUE


def log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def time_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name with a slash too many is looked for as a folder
        raise ValueError("a time zone's name, for example Asia/Bishkek") from None


def listed(text: str) -> tuple[str, ...]:
    """The parts between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def networks(text: str) -> tuple[str, ...]:
    """Networks, in their canonical spelling; an address alone is one of its own."""
    try:
        return tuple(str(ip_network(part, strict=False)) for part in listed(text))
    except ValueError:
        raise ValueError("addresses or networks with commas between them, for example 127.0.0.1,10.0.0.0/8") from None


def origins(text: str) -> tuple[str, ...]:
    """Origins as browsers send them, or `*`."""
    for part in listed(text):
        if part != "*" and not re.fullmatch(r"https?://[^/\s@?#]+", part):
            raise ValueError("origins with commas between them, for example https://app.example.kg, or *")
    return listed(text)


def database_url(text: str) -> str:
    """An SQLite file or a PostgreSQL database; `postgresql://` means the same as `postgres://`."""
    expected = "sqlite://FILE (an absolute one has three slashes) or postgres://USER:PASSWORD@HOST:PORT/NAME"
    try:
        parts = urlsplit(text)
        port = parts.port  # read here, since a bad one raises only when it is looked at
    except ValueError:
        raise ValueError(expected) from None
    if parts.scheme in {"postgres", "postgresql"} and parts.hostname and parts.path.strip("/") and port != 0:
        return "postgres" + text[len(parts.scheme) :]
    if parts.scheme == "sqlite" and re.fullmatch(r"sqlite://(?!:memory:)[^?#]*[^?#/]", text):
        return text
    raise ValueError(expected)


def without_password(url: str) -> str:
    """A database's URL as it may be shown."""
    return re.sub(r"(://[^/@]*?:)[^@/]*(@)", r"\1***\2", url)
