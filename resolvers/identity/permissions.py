"""Who may do what: the one table for both protocols (contract §3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

from models.api_keys import ApiKeyScope
from models.users import Role, User
from models.webhooks import Webhook
from resolvers.faults import Code, Fault, fault
from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network, IPv6Network
    from uuid import UUID

    from models.entity import Entity


class Permission(Enum):
    """A cell row of the table in contract §3."""

    READ = auto()
    WORK_ON_TICKETS = auto()
    ASSIGN_OTHERS = auto()
    MANAGE_SUBSCRIBERS = auto()
    """Customers, SIMs, contracts: create, update, actions."""
    MANAGE_PAYMENTS = auto()
    """Payments but for refund and correction; balance."""
    MANAGE_TARIFFS = auto()
    REFUND = auto()
    CORRECT = auto()
    DELETE = auto()
    READ_USERS = auto()
    MANAGE_USERS = auto()
    OWN_PROFILE = auto()
    OWN_SESSIONS = auto()
    """Logging out, changing one's password."""
    OWN_KEYS = auto()
    MANAGE_KEYS = auto()
    """Keys of others, and budgets."""
    DECIDE_ON_MONEY = auto()
    """Billing runs, months that are waived, suspensions that are postponed."""
    MANAGE_BILLING = auto()
    """The billing policy."""
    IMPORT = auto()
    """Files are uploaded and brought in; an import may do all that its rows ask for."""
    RECONCILE = auto()
    """Registers of payment providers: laid beside our payments, posted, settled."""
    MANAGE_PROVIDERS = auto()
    """Payment providers."""
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
    Permission.OWN_SESSIONS: _EVERYBODY,
    Permission.OWN_KEYS: _EVERYBODY,
    Permission.MANAGE_KEYS: (Role.ADMIN,),
    Permission.ASSIGN_OTHERS: _FROM_OPERATOR,
    Permission.MANAGE_SUBSCRIBERS: _FROM_OPERATOR,
    Permission.MANAGE_PAYMENTS: _FROM_OPERATOR,
    Permission.MANAGE_TARIFFS: _FROM_SUPERVISOR,
    Permission.REFUND: _FROM_SUPERVISOR,
    Permission.CORRECT: _FROM_SUPERVISOR,
    Permission.DELETE: _FROM_SUPERVISOR,
    Permission.READ_USERS: _FROM_SUPERVISOR,
    Permission.MANAGE_USERS: (Role.ADMIN,),
    Permission.DECIDE_ON_MONEY: _FROM_SUPERVISOR,
    Permission.MANAGE_BILLING: (Role.ADMIN,),
    Permission.IMPORT: _FROM_SUPERVISOR,
    Permission.RECONCILE: _FROM_SUPERVISOR,
    Permission.MANAGE_PROVIDERS: (Role.ADMIN,),
    Permission.CANCEL_OWN_JOB: _EVERYBODY,
    Permission.CANCEL_JOBS: _FROM_SUPERVISOR,
    Permission.MANAGE_WEBHOOKS: (Role.ADMIN,),
}

_FILES = (Permission.IMPORT, Permission.CANCEL_OWN_JOB)
"""What is written may also be brought in as a file: what its rows are needs a permission of its own."""

SCOPES: Mapping[ApiKeyScope, tuple[Permission, ...]] = {
    ApiKeyScope.READ: (Permission.READ,),
    ApiKeyScope.TICKETS: (Permission.WORK_ON_TICKETS, Permission.ASSIGN_OTHERS, *_FILES),
    ApiKeyScope.SUBSCRIBERS: (Permission.MANAGE_SUBSCRIBERS, *_FILES),
    ApiKeyScope.PAYMENTS: (
        Permission.MANAGE_PAYMENTS,
        Permission.RECONCILE,
        Permission.MANAGE_PROVIDERS,
        *_FILES,
    ),
    ApiKeyScope.REFUNDS: (Permission.REFUND, Permission.CORRECT),
    ApiKeyScope.TARIFFS: (Permission.MANAGE_TARIFFS, *_FILES),
    ApiKeyScope.DELETE: (Permission.DELETE,),
    ApiKeyScope.USERS: (Permission.READ_USERS, Permission.MANAGE_USERS, Permission.OWN_PROFILE),
    ApiKeyScope.WEBHOOKS: (Permission.MANAGE_WEBHOOKS,),
    ApiKeyScope.BILLING: (
        Permission.DECIDE_ON_MONEY,
        Permission.MANAGE_BILLING,
        Permission.CANCEL_OWN_JOB,
        Permission.CANCEL_JOBS,
    ),
}
"""What a key may be limited to: of its user's role it then has what its scopes name, and no more."""
BY_NO_KEY: Final = frozenset(Permission) - frozenset(chain.from_iterable(SCOPES.values()))
"""What no scope names is no key's to do, not even one's without scopes: logging in and out, keys themselves."""

PUK_HIDDEN_FROM = frozenset({Role.EMPLOYEE})
"""Roles that are shown null for a SIM's PUK code."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one sees of the rows that are read: all that makes one caller's statements other than another's."""

    role: Role
    """From some roles columns are hidden."""
    users: bool
    """Others than the own, their keys and their history."""
    webhooks: bool


def sight_of(role: Role) -> Sight:
    """What a role sees by itself."""
    return Sight(role, role in GRANTS[Permission.READ_USERS], role in GRANTS[Permission.MANAGE_WEBHOOKS])


@dataclass(frozen=True, slots=True)
class HeldKey:
    """The key that a program calls with, as it was made: none of this ever changes."""

    id: int
    digest: str = field(repr=False)
    scopes: frozenset[ApiKeyScope] | None = None
    """None: all that the user's role may."""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """From which it may be used; empty: from any."""
    cost_per_minute: int | None = None
    """Its own budget."""

    def may(self, permission: Permission) -> bool:
        """Whether it leaves its user this permission."""
        if self.scopes is None:
            return permission not in BY_NO_KEY
        return any(permission in SCOPES[scope] for scope in self.scopes)


@dataclass(frozen=True, slots=True)
class Caller:
    """The user behind a request: as the database knows it now, never as a token claims."""

    user_id: int
    username: str
    role: Role
    session_id: UUID | None
    """None for one who acts without being logged in: a program with a key, or a job that the user started."""
    key: HeldKey | None = None
    """With which a program calls in this user's name."""

    @property
    def called_with(self) -> UUID | int | None:
        """The session, or the id of the key, that says who it is; None where nothing does."""
        return self.session_id if self.key is None else self.key.id

    def may(self, permission: Permission) -> bool:
        return self.role in GRANTS[permission] and (self.key is None or self.key.may(permission))

    @property
    def sight(self) -> Sight:
        """What it sees of rows: what its role does, as far as a key leaves it that."""
        return Sight(self.role, self.may(Permission.READ_USERS), self.may(Permission.MANAGE_WEBHOOKS))


class Asking(Protocol):
    """Whoever asks, as a context has it."""

    @property
    def caller(self) -> Caller | None: ...

    @property
    def token_refused(self) -> bool: ...


def require(context: Asking, permission: Permission) -> Caller:
    """The caller, if it may.

    Raises `not_authenticated` or `token_not_valid` for nobody, `permission_denied` for the wrong role, or a key whose
    scopes leave it out.
    """
    caller = context.caller
    if caller is None:
        raise fault(Code.TOKEN_NOT_VALID if context.token_refused else Code.NOT_AUTHENTICATED)
    if caller.role not in GRANTS[permission]:
        raise fault(Code.PERMISSION_DENIED, roles=GRANTS[permission])
    if not caller.may(permission):
        raise _not_for_this_key(permission)
    return caller


def require_no_key(context: Asking) -> None:
    """Raise `permission_denied` for a program that calls with a key: logging in is for people."""
    if context.caller is not None and context.caller.key is not None:
        raise Fault(Code.PERMISSION_DENIED, Message("not_by_key"))


def _not_for_this_key(permission: Permission) -> Fault:
    """The role may, but not by this key."""
    scopes = ", ".join(scope for scope, permissions in SCOPES.items() if permission in permissions)
    message = Message("key_lacks_scope", {"scopes": scopes}) if scopes else Message("not_by_key")
    return Fault(Code.PERMISSION_DENIED, message)


def require_sight(context: Asking, entity: type[Entity], row_id: int | None) -> Caller:
    """The caller, if it may read this row and its history; without a row, the entity's lists.

    Everybody reads everything but users, of whom each sees the own one only, and webhooks. (Of keys everybody may ask
    for a list, which holds those to be seen.) Raises like `require`.
    """
    if entity is Webhook:
        return require(context, Permission.MANAGE_WEBHOOKS)
    own = context.caller is not None and context.caller.user_id == row_id
    return require(context, Permission.READ_USERS if entity is User and not own else Permission.READ)
