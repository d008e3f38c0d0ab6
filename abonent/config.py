"""Settings from the environment and `.env`: the one place that reads them, and says what is wrong with them."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from dotenv import dotenv_values
from platformdirs import user_data_path

from abonent import setting_values
from abonent.kept_secrets import beside, keep_once
from models.settings import QueryLimits, Settings
from models.tickets import TicketPriority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

K = TypeVar("K", bound=str)
T = TypeVar("T")
Reader = tuple[str, "Callable[[str], Any]"]
"""A variable's name and how its text is read."""

CHECKOUT: Final = Path(__file__).resolve().parent.parent
"""The folder that the packages are in: a checkout's, or that of installed packages."""


def data_folder(packages: Path) -> Path:
    """Where the embedded database, and what belongs to a database elsewhere, is kept.

    Beside a checkout; for an installed program the user's own folder for data, since what lies among installed packages
    is lost when they are.
    """
    return packages / "data" if (packages / "pyproject.toml").is_file() else user_data_path("abonent")


DATA: Final = data_folder(CHECKOUT)
ADMIN_PASSWORD: Final = "ABONENT_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
DEFAULT_DATABASE: Final = f"sqlite://{DATA / 'abonent.sqlite3'}"

PLAIN: Final[Mapping[str, Reader]] = {
    "time_zone": ("ABONENT_TIME_ZONE", setting_values.time_zone),
    "access_lifetime": ("ABONENT_ACCESS_LIFETIME", setting_values.seconds),
    "refresh_lifetime": ("ABONENT_REFRESH_LIFETIME", setting_values.seconds),
    "refresh_grace": ("ABONENT_REFRESH_GRACE", setting_values.grace),
    "number_quarantine_days": ("ABONENT_NUMBER_QUARANTINE_DAYS", setting_values.whole(0, 3_650)),
    "max_body_bytes": ("ABONENT_MAX_BODY_BYTES", setting_values.whole(1_024, 1_073_741_824)),
    "import_bytes": ("ABONENT_IMPORT_BYTES", setting_values.whole(1_024, 1_073_741_824)),
    "answer_bytes": ("ABONENT_ANSWER_BYTES", setting_values.whole(65_536, 1_073_741_824)),
    "body_seconds": ("ABONENT_BODY_SECONDS", setting_values.whole(1, 3_600)),
    "newer_schema": ("ABONENT_NEWER_SCHEMA", setting_values.truth),
    "request_seconds": ("ABONENT_REQUEST_SECONDS", setting_values.whole(1, 3_600)),
    "pool_size": ("ABONENT_POOL_SIZE", setting_values.whole(2, 1_000)),
    "readers": ("ABONENT_READERS", setting_values.whole(1, 64)),
    "trusted_proxies": ("ABONENT_TRUSTED_PROXIES", setting_values.networks),
    "root_path": ("ABONENT_ROOT_PATH", setting_values.root_path),
    "cors_origins": ("ABONENT_CORS_ORIGINS", setting_values.origins),
    "cors_headers": ("ABONENT_CORS_HEADERS", setting_values.header_names),
    "argon2_time_cost": ("ABONENT_ARGON2_TIME_COST", setting_values.whole(1, 100)),
    "argon2_memory_kib": ("ABONENT_ARGON2_MEMORY_KIB", setting_values.whole(8, 4_194_304)),
    "hash_threads": ("ABONENT_HASH_THREADS", setting_values.whole(1, 64)),
    "hash_queue": ("ABONENT_HASH_QUEUE", setting_values.whole(1, 100_000)),
    "cost_per_minute": ("ABONENT_COST_PER_MINUTE", setting_values.whole(1, 2_147_483_647)),
    "events_days": ("ABONENT_EVENTS_DAYS", setting_values.whole(1, 36_500)),
    "streams": ("ABONENT_STREAMS", setting_values.whole(0, 100_000)),
    "webhook_private": ("ABONENT_WEBHOOK_PRIVATE", setting_values.truth),
    "webhook_retries": ("ABONENT_WEBHOOK_RETRIES", setting_values.waits),
    "worker": ("ABONENT_WORKER", setting_values.truth),
    "log_level": ("ABONENT_LOG_LEVEL", setting_values.log_level),
    "metrics": ("ABONENT_METRICS", setting_values.truth),
}
"""Fields of `Settings` that one variable fills."""
LIMITS: Final[Mapping[str, Reader]] = {
    limit: (f"ABONENT_QUERY_{limit.upper()}", setting_values.whole(1, 1_000_000_000))
    for limit in ("depth", "aliases", "tokens", "fields", "cost", "conflicts", "values")
}
DUE_HOURS: Final[Mapping[TicketPriority, Reader]] = {
    priority: (f"ABONENT_DUE_HOURS_{priority.upper()}", setting_values.whole(1, 8_760)) for priority in TicketPriority
}
FIRST_RESPONSE_HOURS: Final[Mapping[TicketPriority, Reader]] = {
    priority: (f"ABONENT_FIRST_RESPONSE_HOURS_{priority.upper()}", setting_values.whole(1, 8_760))
    for priority in TicketPriority
}
SERVING: Final[Mapping[str, Reader]] = {
    "host": ("ABONENT_HOST", str),
    "port": ("ABONENT_PORT", setting_values.whole(0, 65_535)),
    "workers": ("ABONENT_WORKERS", setting_values.whole(1, 256)),
}
"""Fields of `Serving`."""


class BadSettings(Exception):
    """What is wrong with the environment: one sentence a variable, with its name and what is expected."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Serving:
    """How `abonent serve` is to serve, unless its options say otherwise."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that the environment says."""

    settings: Settings
    serving: Serving
    admin_password: str | None = field(repr=False)
    """Of `admin` and of the demo users; None: generated."""
    warnings: tuple[str, ...]


def variables() -> Iterator[str]:
    """The names of all variables that mean something."""
    yield from ("DATABASE_URL", "SECRET_KEY", "SECRET_KEY_OLD", ADMIN_PASSWORD)
    for group in (PLAIN, LIMITS, DUE_HOURS, FIRST_RESPONSE_HOURS, SERVING):
        yield from (name for name, _ in group.values())


def environment() -> dict[str, str]:
    """The process's variables, over those of the first `.env` of the working directory and the checkout.

    Raises `BadSettings` for a file that cannot be read.
    """
    file = next((path for path in (Path(".env"), CHECKOUT / ".env") if path.is_file()), None)
    try:
        kept = dotenv_values(file, encoding="utf-8") if file else {}
    except UnicodeDecodeError:
        raise BadSettings([f"{file} is no text in UTF-8"]) from None
    except OSError as error:
        raise BadSettings([f"{file} cannot be read: {error.strerror}"]) from None
    return {**{name: text for name, text in kept.items() if text is not None}, **os.environ}


def load_settings(given: Mapping[str, str] | None = None) -> Settings:
    """The settings alone; see `load`."""
    return load(given).settings


def load(given: Mapping[str, str] | None = None) -> Configuration:
    """Read everything, by default from the process's environment and `.env`; an empty variable counts as unset.

    Raises `BadSettings`, which names all that is wrong at once.
    """
    source = _Source(environment() if given is None else given)
    url = source.take("DATABASE_URL", setting_values.database_url) or DEFAULT_DATABASE
    plain, limits = source.take_all(PLAIN), source.take_all(LIMITS)
    due, first_response = source.take_all(DUE_HOURS), source.take_all(FIRST_RESPONSE_HOURS)
    serving = source.take_all(SERVING)
    admin_password = source.take_secret(ADMIN_PASSWORD, source.given.get(ADMIN_PASSWORD, ""), setting_values.password)
    keys = () if source.problems else _secret_keys(source, url)
    if source.problems:
        raise BadSettings(source.problems)
    settings = Settings(url, keys, query_limits=QueryLimits(**limits), **plain)
    return Configuration(
        settings=replace(
            settings,
            due_hours=MappingProxyType({**settings.due_hours, **due}),
            first_response_hours=MappingProxyType({**settings.first_response_hours, **first_response}),
        ),
        serving=Serving(**serving),
        admin_password=admin_password,
        warnings=tuple(_unknown(source.given)),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """The variables as they are given, and what was found wrong with them so far."""

    given: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.given.get(name, "").strip()

    def take(self, name: str, read: Callable[[str], T]) -> T | None:
        """The variable's value, or None if it is unset or bad."""
        text = self.text(name)
        try:
            return read(text) if text else None
        except ValueError as error:
            self.problems.append(f"{name}={setting_values.without_password(text)!r}: expected is {error}")
            return None

    def take_secret(self, name: str, text: str, read: Callable[[str], str]) -> str | None:
        """The same of a text that may not be told."""
        try:
            return read(text) if text else None
        except ValueError as error:
            self.problems.append(f"{name}: expected is {error}")
            return None

    def take_all(self, group: Mapping[K, Reader]) -> dict[K, Any]:
        """The values of those that are set."""
        taken = {field: self.take(name, read) for field, (name, read) in group.items()}
        return {field: value for field, value in taken.items() if value is not None}


def _secret_keys(source: _Source, url: str) -> tuple[str, ...]:
    """The signing key first, then those of `SECRET_KEY_OLD`, which still verify."""
    key = source.take_secret("SECRET_KEY", source.text("SECRET_KEY"), setting_values.secret_key)
    older = [
        source.take_secret("SECRET_KEY_OLD", old, setting_values.secret_key)
        for old in setting_values.listed(source.text("SECRET_KEY_OLD"))
    ]
    if not source.text("SECRET_KEY"):
        key = _kept_key(source, url)
    return tuple(usable for usable in (key, *older) if usable)


def _kept_key(source: _Source, url: str) -> str | None:
    """For SQLite, the key that was made once and kept beside the file."""
    if url.startswith("postgres"):
        source.problems.append(
            "SECRET_KEY is not set: with PostgreSQL it is required; expected is a long random text, the same for all "
            "processes, for example the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
        return None
    path = beside(url, DATA, ".secret-key")
    try:
        return setting_values.secret_key(keep_once(path, lambda: secrets.token_urlsafe(48)).strip())
    except OSError as error:
        source.problems.append(f"SECRET_KEY is not set, and none can be kept in {path}: {error.strerror}")
    except ValueError:
        source.problems.append(f"SECRET_KEY is not set, and what is kept in {path} is no key: restore or remove it")
    return None


def _unknown(given: Mapping[str, str]) -> Iterator[str]:
    """A misspelt name would else be silently without effect."""
    known = tuple(variables())
    for name in sorted(given):
        if name.startswith("ABONENT_") and name not in known:
            near = get_close_matches(name, known, 1)
            yield f"{name} is no setting" + (f"; {near[0]} is" if near else "")
