"""Keys for programs: made, revoked, listed (events.md §5). What they let do is in `resolvers/identity/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.api_keys import ApiKey, ApiKeyScope
from models.users import User
from resolvers.faults import invalid
from resolvers.identity import keys
from resolvers.identity.permissions import Permission, require
from resolvers.read.columns import column, orderable
from resolvers.read.list_criteria import Moment
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import API_KEYS
from resolvers.value_kinds import MAX_INT, Reference, Text, Whole
from resolvers.write.guards import Guard, Held, Seen
from resolvers.write.inputs import given, takes
from resolvers.write.kinds import Choices, Instant, Networks
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from resolvers.identity.permissions import Caller
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class ApiKeyInput:
    """What a key is to be."""

    user_id: int = takes(Reference("User"), "In whose name programs call with it.", required=True, rest="user")
    name: str = takes(Text(), "What it is for.", required=True)
    scopes: list[str] | None = takes(
        Choices(ApiKeyScope), "What it is limited to; unless given, all that the user's role may.", nullable=True
    )
    expires_at: str | None = takes(Instant(), "Until when it is good; unless given, for ever.", nullable=True)
    networks: list[str] | None = takes(
        Networks(), "Addresses and networks (CIDR) that it may be used from; unless given, any.", nullable=True
    )
    cost_per_minute: int | None = takes(
        Whole(1, MAX_INT),
        "A budget of its own, instead of the one for everybody; an administrator's to give.",
        nullable=True,
    )


LIST = ListSpec(
    table=API_KEYS,
    filters=(
        Filter("user", column(ApiKey, "user_id"), "Keys of this user.", "User"),
        Filter("expires_at", column(ApiKey, "expires_at"), "By the time until which it is good."),
        Filter("revoked_at", column(ApiKey, "revoked_at"), "By the time at which it was revoked."),
        Filter("created", column(ApiKey, "created_at"), "By the time at which it was made."),
    ),
    default_order=(Term(column(ApiKey, "created_at"), descending=True), Term(column(ApiKey, "id"), descending=True)),
    orderable=orderable(ApiKey),
    searchable=False,
)
"""For everybody, of the keys that each may see: the own ones, and, for whoever may read users, all."""


def _of_others(caller: Caller, target: int | None, raw: Mapping[str, object]) -> Permission | None:
    """Keys of others are an admin's to make, and so is a budget."""
    del target
    own = raw.get("user_id") in {caller.user_id, str(caller.user_id)}
    return None if own and raw.get("cost_per_minute") is None else Permission.MANAGE_KEYS


@operation(
    "apikey.create",
    entity=ApiKey,
    effect=Effect.CREATE,
    graphql="createApiKey",
    may=Permission.OWN_KEYS,
    also_needs=_of_others,
    takes=ApiKeyInput,
    says="created",
    keyed=False,
    extras=("key",),
    rehearsable=False,
)
async def create_api_key(work: Work, data: ApiKeyInput) -> ApiKey:
    """Make a key with which programs call in a user's name: for oneself, or, for administrators, for anybody.

    The answer shows the key, this once and never again. Two living keys of one user make a rotation without a call that
    fails.
    """
    user = await work.lock(User, data.user_id, Lock.SHARE, named="user_id")
    wanted = given(data)
    expires_at = _until(work, wanted.pop("expires_at", None))
    secret = keys.new_secret()
    kept = {"digest": keys.digest_of(secret), "hint": secret[-keys.HINT :]}
    key = await work.add(ApiKey(**{**wanted, **kept, "user_id": user.id, "expires_at": expires_at}))
    work.notes["key"] = keys.spelt(key.id, secret)
    return key


def _until(work: Work, text: str | None) -> datetime | None:
    """The moment until which a key is to be good. Raises `Invalid` for one that is past."""
    if text is None:
        return None
    moment = Moment(work.context.settings.time_zone, last=True).read(text)
    if moment <= work.now:
        raise invalid("expires_at", "already_past")
    return moment


async def _lock_own(work: Work, target: int, data: object) -> ApiKey:
    """The key, if it is the caller's own, or the caller manages those of others."""
    del data
    glimpsed = await work.glimpse(ApiKey, target)
    _require_own(Seen(work.context, work.now, glimpsed))
    return await work.lock(ApiKey, target)


def _require_own(seen: Seen) -> None:
    caller = seen.context.caller
    if caller is not None and seen.row.user_id != caller.user_id:
        require(seen.context, Permission.MANAGE_KEYS)


@operation(
    "apikey.revoke",
    entity=ApiKey,
    effect=Effect.ACTION,
    graphql="revokeApiKey",
    rest="revoke",
    may=Permission.OWN_KEYS,
    guards=(Guard(_require_own, ("user_id",), held=Held.LOCK),),
    lock=_lock_own,
    says="key_revoked",
)
async def revoke_api_key(work: Work, key: ApiKey) -> ApiKey:
    """End a key: one's own, or, for administrators, anybody's. From that moment it opens nothing; again is no error."""
    if key.revoked_at is None:
        key.revoked_at = work.now
    return key


OPERATIONS = (create_api_key, revoke_api_key)
