"""Users that commands make: anybody by `createuser`, and the demo's four."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from abonent.config import DATA, BadSettings
from abonent.kept_secrets import beside, keep_once
from models.texts import caseless
from models.users import Role
from resolvers.context import Context
from resolvers.faults import Invalid
from resolvers.identity import passwords
from resolvers.users import UserInput, create_user, update_user
from resolvers.words import Language
from resolvers.write.inputs import Mode, parse
from resolvers.write.operation import Call, perform_at_console

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from models.database import Database, Reader
    from models.settings import Settings
    from resolvers.write.operation import Operation, Outcome

ADMIN: Final = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """One of the demo's staff."""

    username: str
    role: Role
    first_name: str
    last_name: str


STAFF: Final = (
    Person(ADMIN, Role.ADMIN, "Айбек", "Токтосунов"),
    Person("supervisor", Role.SUPERVISOR, "Жылдыз", "Асанова"),
    Person("operator", Role.OPERATOR, "Бермет", "Кадырова"),
    Person("employee", Role.EMPLOYEE, "Тимур", "Исаков"),
)


def console(database: Database, settings: Settings) -> Context:
    """The context of a command: nobody calls, and its changes share a request id as those of a call do."""
    return Context(database, settings, None, Language.EN, f"console-{uuid4().hex}", "console")


def kept_logins(settings: Settings) -> dict[str, str]:
    """The demo's passwords by username, as they are kept; empty where none were generated.

    Raises `BadSettings` for a file that says something else.
    """
    file = _logins_file(settings)
    try:
        kept = dict(line.split() for line in file.read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return {}
    except ValueError:
        kept = {}
    if kept.keys() != {person.username for person in STAFF}:
        raise BadSettings([f"{file} holds no logins of the demo: restore or remove it"])
    return kept


def make_logins(settings: Settings) -> dict[str, str]:
    """The demo's passwords by username: made once, and kept beside the database for its owner's eyes only."""
    if not _logins_file(settings).exists():
        keep_once(_logins_file(settings), _generated)
    return kept_logins(settings)


def same_for_all(password: str) -> dict[str, str]:
    return {person.username: password for person in STAFF}


def _logins_file(settings: Settings) -> Path:
    return beside(settings.database_url, DATA, ".logins")


def _generated() -> str:
    return "".join(f"{person.username:<12}{secrets.token_hex(6)}\n" for person in STAFF)


async def make_user(context: Context, raw: Mapping[str, object]) -> int:
    """Make a user of what was typed; gives the id. Raises `Invalid`."""
    return await _perform(context, create_user, None, parse(UserInput, raw))


async def user_id_of(reader: Reader, username: str) -> int | None:
    rows = await reader.fetch("SELECT id FROM users WHERE username_key = $1", [caseless(username)])
    return rows[0][0] if rows else None


async def ensure(context: Context, person: Person, password: str) -> int:
    """Make the person, if there is nobody of that name; gives the id.

    The password comes from whoever runs the server, and so may be shorter than the API would let it be.
    """
    known = await user_id_of(context.database, person.username)
    if known is not None:
        return known
    data = parse(UserInput, {**dataclasses.asdict(person), "password": secrets.token_urlsafe()})
    try:
        return await _perform(context, create_user, None, dataclasses.replace(data, password=password))
    except Invalid:
        known = await user_id_of(context.database, person.username)
        if known is None:
            raise
        return known  # another process that starts at the same time was faster


async def apply_password(context: Context, password: str) -> None:
    """Make this the password of `admin`, made if missing, and of those of the demo's staff that there are.

    Generated passwords that were kept are forgotten: they let nobody in any more.
    """
    _logins_file(context.settings).unlink(missing_ok=True)
    await ensure(context, STAFF[0], password)
    for person in STAFF:
        user_id, kept = await _made_here(context.database, person)
        if user_id is not None and not await passwords.matches(context.settings, kept, password):
            data = dataclasses.replace(parse(UserInput, {}, Mode.PARTIAL), password=password)
            await _perform(context, update_user, user_id, data)


async def _made_here(reader: Reader, person: Person) -> tuple[int | None, str | None]:
    """The person's id and hash; nothing for somebody else who has the name of one of the demo's staff."""
    sql = (
        "SELECT id, password FROM users"
        " WHERE username_key = $1 AND (username_key = $2 OR (first_name = $3 AND last_name = $4))"
    )
    values = [caseless(person.username), ADMIN, person.first_name, person.last_name]
    rows = await reader.fetch(sql, values)
    return (rows[0][0], rows[0][1]) if rows else (None, None)


async def _perform(context: Context, operation: Operation, target: int | None, data: Any) -> int:
    answer = await perform_at_console(context, Call(operation, target, {}, nothing), data)
    return answer.outcome.id


async def nothing(_context: Context, _reader: Reader, _outcome: Outcome) -> bytes:
    """The answer of a call that nobody reads."""
    return b""
