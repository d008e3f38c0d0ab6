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
LOCAL = "localhost"
"""Among CORS origins: pages of this machine, at whatever port."""
OWN_PATHS = frozenset({"api", "graphql", "static", "console", "healthz", "readyz", "metrics"})
"""First parts of the program's own paths, which a prefix cannot be told from."""
KEY_BYTES = 32
"""A shorter HS256 key could be guessed from a single token."""
PASSWORD_CHARACTERS = 8
FIRST_GUESSES = (
    *("password", "password1", "passw0rd", "p@ssw0rd", "12345678", "123456789", "1234567890", "87654321", "qwertyui"),
    *("qwertyuiop", "qwerty12", "qwerty123", "1q2w3e4r", "1qaz2wsx", "iloveyou", "letmein1", "sunshine", "princess"),
    *("football", "baseball", "superman", "trustno1", "welcome1", "changeme", "admin123", "administrator", "abcdefgh"),
    *("йцукенгш", "пароль12", "пароль123"),
)
"""Passwords that are tried first, wherever they are tried."""


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


def grace(text: str) -> timedelta:
    """A length of time that may be none, and is no more than an hour."""
    try:
        return timedelta(seconds=whole(0, 3_600)(text))
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


def waits(text: str) -> tuple[int, ...]:
    """Lengths of time, one after the other, each of a second at least and a month at most."""
    try:
        return tuple(whole(1, 2_592_000)(part) for part in listed(text))
    except ValueError as error:
        raise ValueError(f"{error}, in seconds, with commas between them") from None


def networks(text: str) -> tuple[str, ...]:
    """Networks, in their canonical spelling; an address alone is one of its own."""
    try:
        return tuple(str(ip_network(part, strict=False)) for part in listed(text))
    except ValueError:
        raise ValueError("addresses or networks with commas between them, for example 127.0.0.1,10.0.0.0/8") from None


def origins(text: str) -> tuple[str, ...]:
    """Origins as browsers send them, `localhost`, or `*`."""
    for part in listed(text):
        if part not in {"*", LOCAL} and not re.fullmatch(r"https?://[^/\s@?#]+", part):
            raise ValueError("origins with commas between them, for example https://app.example.kg, localhost, or *")
    return listed(text)


def header_names(text: str) -> tuple[str, ...]:
    """Names of headers."""
    for part in listed(text):
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", part):
            raise ValueError("names of headers with commas between them, for example traceparent,sentry-trace")
    return listed(text)


def root_path(text: str) -> str:
    """The prefix of all paths, without a slash at its end; empty for none."""
    path = "/" + text.strip("/")
    if path == "/":
        return ""
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", path) or {".", ".."} & set(path.split("/")):
        raise ValueError("a path of letters, digits and -._~, for example /crm")
    if path.split("/")[1] in OWN_PATHS:
        raise ValueError(f"a path that begins with none of the program's own: {', '.join(sorted(OWN_PATHS))}")
    return path


def password(text: str) -> str:
    """A password that does not give way to the first guesses."""
    if len(text) < PASSWORD_CHARACTERS or not text.strip() or not text.isprintable():
        raise ValueError(f"a password of {PASSWORD_CHARACTERS} characters or more, printable and not blanks alone")
    if text.strip().casefold() in FIRST_GUESSES or len(set(text)) <= 2:  # noqa: PLR2004 - 11111111, 12121212
        raise ValueError("a password that is not among the first to be guessed")
    return text


def secret_key(text: str) -> str:
    """A key that signs tokens."""
    if len(text.encode(errors="surrogateescape")) < KEY_BYTES:
        raise ValueError(f"a random text of {KEY_BYTES} bytes or more: a shorter one could be guessed from a token")
    return text


def database_url(text: str) -> str:
    """An SQLite file or a PostgreSQL database; `postgresql://` means the same as `postgres://`."""
    expected = (
        "sqlite://FILE (an absolute one has three slashes) or postgres://USER:PASSWORD@HOST:PORT/NAME, where "
        "/ ? # @ : % in a password are written %2F %3F %23 %40 %3A %25"
    )
    try:
        text.encode()
        parts = urlsplit(text)
        port = parts.port  # read here, since a bad one raises only when it is looked at
    except ValueError:
        raise ValueError(expected) from None
    if parts.scheme in {"postgres", "postgresql"} and parts.hostname and port != 0 and _is_name(parts.path):
        return "postgres" + text[len(parts.scheme) :]
    if parts.scheme == "sqlite" and re.fullmatch(r"sqlite://(?!:memory:)[^?#]*[^?#/]", text):
        return text
    raise ValueError(expected)


def _is_name(path: str) -> bool:
    """Whether it names a database. A slash or an @ there comes from a password that was not percent-encoded."""
    return re.fullmatch("/[^/@]+/?", path) is not None


def without_password(url: str) -> str:
    """A database's URL as it may be shown, however badly it is spelt: nothing between the user and the last @."""
    head, at, tail = url.rpartition("@")
    scheme, slashes, rest = head.partition("://") if "://" in head else ("", "", head)
    user, colon, _ = rest.partition(":")
    shown = f"{scheme}{slashes}{user}:***@{tail}" if at and colon else url
    return re.sub(r"(?i)([?&]\w*password=)[^&\s]*", r"\1***", shown)
