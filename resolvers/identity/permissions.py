"""Who may do what: the one table for both protocols (contract §3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from models.users import Role, User
from models.webhooks import Webhook
from resolvers.faults import Code, fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from models.entity import Entity


class Permission(Enum):
    """A cell row of the table in contract §3."""

    READ = auto()
    WORK_ON_TICKETS = auto()
    ASSIGN_OTHERS = auto()
    MANAGE_SUBSCRIBERS = auto()
    """Customers, SIMs, contracts: create, update, actions; payments but for refund and correction; balance."""
    MANAGE_TARIFFS = auto()
    REFUND = auto()
    CORRECT = auto()
    DELETE = auto()
    READ_USERS = auto()
    MANAGE_USERS = auto()
    OWN_PROFILE = auto()
    DECIDE_ON_MONEY = auto()
    """Billing runs, months that are waived, suspensions that are postponed."""
    MANAGE_BILLING = auto()
    """The billing policy."""
    IMPORT = auto()
    """Files are uploaded and brought in; an import may do all that its rows ask for."""
    CANCEL_OWN_JOB = auto()
    CANCEL_JOBS = auto()
    """Jobs that others, or the clock, have started."""
    MANAGE_WEBHOOKS = auto()
    """Seeing them, making and deleting them too."""


_EVERYBODY = (Role.EMPLOYEE, Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN)
_FROM_OPERATOR = (Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN)
_FROM_SUPERVISOR = (Role.SUPERVISOR, Role.ADMIN)

GRANTS: Mapping[Permission, tuple[Role, ...]] = {
    Permission.READ: _EVERYBODY,
    Permission.WORK_ON_TICKETS: _EVERYBODY,
    Permission.OWN_PROFILE: _EVERYBODY,
    Permission.ASSIGN_OTHERS: _FROM_OPERATOR,
    Permission.MANAGE_SUBSCRIBERS: _FROM_OPERATOR,
    Permission.MANAGE_TARIFFS: _FROM_SUPERVISOR,
    Permission.REFUND: _FROM_SUPERVISOR,
    Permission.CORRECT: _FROM_SUPERVISOR,
    Permission.DELETE: _FROM_SUPERVISOR,
    Permission.READ_USERS: _FROM_SUPERVISOR,
    Permission.MANAGE_USERS: (Role.ADMIN,),
    Permission.DECIDE_ON_MONEY: _FROM_SUPERVISOR,
    Permission.MANAGE_BILLING: (Role.ADMIN,),
    Permission.IMPORT: _FROM_SUPERVISOR,
    Permission.CANCEL_OWN_JOB: _EVERYBODY,
    Permission.CANCEL_JOBS: _FROM_SUPERVISOR,
    Permission.MANAGE_WEBHOOKS: (Role.ADMIN,),
}

PUK_HIDDEN_FROM = frozenset({Role.EMPLOYEE})
"""Roles that are shown null for a SIM's PUK code."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The user behind a request: as the database knows it now, never as a token claims."""

    user_id: int
    username: str
    role: Role
    session_id: UUID | None
    """None for one who acts without being logged in: a job that the user started."""

    def may(self, permission: Permission) -> bool:
        return self.role in GRANTS[permission]


class Asking(Protocol):
    """Whoever asks, as a context has it."""

    @property
    def caller(self) -> Caller | None: ...

    @property
    def token_refused(self) -> bool: ...


def require(context: Asking, permission: Permission) -> Caller:
    """The caller, if it may.

    Raises `not_authenticated` or `token_not_valid` for nobody, `permission_denied` for the wrong role.
    """
    caller = context.caller
    if caller is None:
        raise fault(Code.TOKEN_NOT_VALID if context.token_refused else Code.NOT_AUTHENTICATED)
    if not caller.may(permission):
        raise fault(Code.PERMISSION_DENIED, roles=GRANTS[permission])
    return caller


def require_sight(context: Asking, entity: type[Entity], row_id: int | None) -> Caller:
    """The caller, if it may read this row and its history; without a row, the entity's lists.

    Everybody reads everything but users, of whom each sees the own one only, and webhooks. Raises like `require`.
    """
    if entity is Webhook:
        return require(context, Permission.MANAGE_WEBHOOKS)
    own = context.caller is not None and context.caller.user_id == row_id
    return require(context, Permission.READ_USERS if entity is User and not own else Permission.READ)
