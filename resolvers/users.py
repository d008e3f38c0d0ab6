"""Users: who works with the system, and what may be done with them (contract §1, §3)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.api_keys import ApiKey
from models.comments import Comment
from models.journal import AuditEvent
from models.money import LedgerEntry
from models.payments import Payment
from models.tickets import OPEN, Ticket
from models.users import Role, User, UserKind
from resolvers.faults import Code, Fault, invalid
from resolvers.identity import passwords
from resolvers.identity.callers import hold_sessions
from resolvers.identity.permissions import Permission
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Comparison, Condition, Expression, Filter, Kind, ListSpec, Term
from resolvers.read.tables import STAFF, USERS
from resolvers.sessions import end_sessions
from resolvers.ticket_actions import take_from_assignee
from resolvers.value_kinds import Choice, Email, Phone, Secret, Text, Truth, Username
from resolvers.words import Message
from resolvers.write.guards import Fact, Guard, Seen, unreferenced
from resolvers.write.inputs import UNSET, changes_in, given, takes
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.context import Context
    from resolvers.identity.permissions import Caller
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class UserInput:
    """What may be written of a user."""

    username: str = takes(Text(), "Name to log in with. Unique.", required=True)
    password: str = takes(
        Secret(least=passwords.LEAST),
        f"{passwords.LEAST} characters or more. A person needs one, a service has none. It can be set, but never read.",
        required=True,
        keep_on_replace=True,
        waived_by=("kind", "service"),
        secret=True,
    )
    kind: UserKind = takes(
        Choice(UserKind),
        "Whether it is a person, or a program, which cannot log in but calls with keys; it stays what it is.",
        default="person",
    )
    first_name: str | None = takes(Text(), "Given name.", nullable=True)
    last_name: str | None = takes(Text(), "Family name.", nullable=True)
    email: str | None = takes(Email(), "Email address.", nullable=True)
    phone: str | None = takes(Phone(), "Phone number; any usual spelling is kept as E.164.", nullable=True)
    role: Role = takes(Choice(Role), "What the user may do.", default="employee")
    is_active: bool = takes(Truth(), "Whether the user may log in; turned off, all sessions end.", default="true")


LIST = ListSpec(
    table=USERS,
    filters=(
        Filter("role", column(User, "role"), "Users of this role."),
        Filter("kind", column(User, "kind"), "People, or services."),
        Filter("is_active", column(User, "is_active"), "Users who may log in, or may not."),
        Filter("username", column(User, "username_key"), "The user of this name, in any case.", takes=Username()),
        Filter("last_login", column(User, "last_login"), "By the time of the last login."),
        Filter("created", column(User, "created_at"), "By the time at which it was made."),
        Filter("updated", column(User, "updated_at"), "By the time of the last change."),
    ),
    default_order=(Term(column(User, "created_at"), descending=True), Term(column(User, "id"), descending=True)),
    orderable=orderable(User),
)

ACTIVE = (Condition(column(User, "is_active"), Comparison.EQUALS, lambda _: True),)
"""What makes a user staff that tickets can be assigned to."""

STAFF_LIST = ListSpec(
    table=STAFF,
    filters=(
        Filter(
            "username", column(User, "username_key"), "The member of staff of this name, in any case.", takes=Username()
        ),
    ),
    default_order=(Term(column(User, "username")), Term(column(User, "id"))),
    orderable=(column(User, "id"), column(User, "username")),
)
"""For everybody, of active users alone: every list of it adds the condition `ACTIVE`."""


async def _hash(context: Context, data: UserInput) -> UserInput:
    if "password" not in given(data):
        return data
    return dataclasses.replace(data, password=await passwords.hashed(context.settings, data.password))


async def _hash_first(context: Context, data: UserInput) -> UserInput:
    """Of a new user: a service has no password."""
    if data.kind is UserKind.SERVICE and "password" in given(data):
        raise invalid("password", "service_has_no_password")
    return await _hash(context, data)


@operation(
    "user.create",
    entity=User,
    effect=Effect.CREATE,
    graphql="createUser",
    may=Permission.MANAGE_USERS,
    takes=UserInput,
    prepare=_hash_first,
    says="created",
    keyed=False,
)
async def create_user(work: Work, data: UserInput) -> User:
    """Make a user: an employee, unless another role is given."""
    user = User(**{"password": "", **given(data)})
    user.search, user.username_key = user.searchable(), user.key()
    return await work.add(user)


def _more_than_own_profile(caller: Caller, target: int | None, raw: Mapping[str, object]) -> Permission | None:
    """One's own name and contacts are anybody's to write; all else, but for what is so anyway, is an admin's."""
    stored = {"username": caller.username, "role": caller.role.value, "is_active": True}
    differing = [name for name in ("password", *stored) if name in raw and raw[name] != stored.get(name, UNSET)]
    return Permission.MANAGE_USERS if differing or target != caller.user_id else None


async def _lock_with_admins(work: Work, target: int, data: UserInput | None) -> User:
    """The user, and every active admin where it may be about the last of them.

    Where something is taken from the user, first the sessions, and of somebody who leaves the open tickets.
    """
    glimpsed, admins = await work.glimpse(User, target), list[int]()
    wanted = {"is_active": False} if data is None else changes_in(data, glimpsed)
    if wanted.keys() & {"role", "is_active", "password"}:
        await hold_sessions(work.tx, target)
    if data is not None and wanted.get("is_active") is False:
        await work.lock_children(Ticket, "assigned_to_id", [target], within=OPEN)
    if wanted.keys() & {"role", "is_active"}:
        sql = f"SELECT id FROM users WHERE role = '{Role.ADMIN}' AND kind = '{UserKind.PERSON}' AND is_active"
        admins = [row[0] for row in await work.tx.fetch(sql)]
    await work.lock_all(User, [*admins, target])
    return await work.lock(User, target)


def _is_acting_admin(user: User) -> bool:
    return user.is_active and user.role is Role.ADMIN and user.kind is UserKind.PERSON


def _require_another_admin(work: Work, user: User) -> None:
    """Somebody must be left to manage users. The other admins are locked, so that two cannot remove each other."""
    if not _holds_another_admin(work, user):
        raise _last_admin(user)


def _holds_another_admin(work: Work, user: User) -> bool:
    locked = [tracked.row for tracked in work.tracked.values()]
    return any(isinstance(row, User) and row.id != user.id and _is_acting_admin(row) for row in locked)


def _last_admin(user: User) -> Fault:
    return Fault(Code.PROTECTED, Message("last_admin", {"id": user.id}))


async def _find_other_admin(work: Work, user: User) -> bool:
    return _holds_another_admin(work, user)


_ADMINS = (
    f"SELECT 1 FROM users a_ WHERE a_.role = '{Role.ADMIN}' AND a_.kind = '{UserKind.PERSON}' AND a_.is_active"
    " AND a_.id <> {t}.id"
)
_OTHER_ADMIN = Fact("other_admin", Expression(f"EXISTS ({_ADMINS})", Kind.TRUTH), _find_other_admin)


def _refuse_last_admin(seen: Seen) -> None:
    if _is_acting_admin(seen.row) and not seen.facts[_OTHER_ADMIN.name]:
        raise _last_admin(seen.row)


@operation(
    "user.update",
    entity=User,
    effect=Effect.UPDATE,
    graphql="updateUser",
    may=Permission.OWN_PROFILE,
    also_needs=_more_than_own_profile,
    takes=UserInput,
    prepare=_hash,
    lock=_lock_with_admins,
    says="updated",
    keyed=False,
    raises=(Code.PROTECTED,),
)
async def update_user(work: Work, user: User, data: UserInput) -> User:
    """Change a user: admins everything of everybody, others their own name and contacts.

    A new password, or being deactivated, ends all of the user's sessions; who is deactivated is no longer assigned to
    any open ticket. The last active admin stays one.
    """
    was_admin, was_active = _is_acting_admin(user), user.is_active
    changes = changes_in(data, user)
    _require_same_kind(user, changes)
    user.update_from_dict(changes)
    user.search, user.username_key = user.searchable(), user.key()
    if was_admin and not _is_acting_admin(user):
        _require_another_admin(work, user)
    if "password" in changes or not user.is_active:
        await end_sessions(work, user.id)
    if was_active and not user.is_active:
        for ticket in await work.lock_children(Ticket, "assigned_to_id", [user.id], within=OPEN):
            take_from_assignee(ticket)
            work.mark(ticket, "unassign")
    return user


def _require_same_kind(user: User, changes: Mapping[str, object]) -> None:
    """A person stays one, and a service gets no password to log in with."""
    if "kind" in changes:
        raise invalid("kind", "kind_fixed")
    if user.kind is UserKind.SERVICE and "password" in changes:
        raise invalid("password", "service_has_no_password")


@operation(
    "user.delete",
    entity=User,
    effect=Effect.DELETE,
    graphql="deleteUser",
    may=Permission.MANAGE_USERS,
    guards=(
        Guard(_refuse_last_admin, ("role", "is_active", "kind"), (_OTHER_ADMIN,)),
        unreferenced(
            history=(AuditEvent, "actor_id"),
            ledger=(LedgerEntry, "actor_id"),
            payments=(Payment, "processed_by_id"),
            tickets=(Ticket, "created_by_id"),
            assigned_tickets=(Ticket, "assigned_to_id"),
            comments=(Comment, "author_id"),
            api_keys=(ApiKey, "user_id"),
        ),
    ),
    lock=_lock_with_admins,
    says="deleted",
    keyed=False,
)
async def delete_user(work: Work, user: User) -> User:
    """Delete a user who has left no trace: no act in the history, no posting, no payment, no ticket, no key.

    The last active admin cannot be deleted. Whoever has left traces can be deactivated instead.
    """
    await work.remove(user)
    return user


OPERATIONS = (create_user, update_user, delete_user)
