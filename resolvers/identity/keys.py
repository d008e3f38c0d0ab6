"""Keys of programs: how they are spelt and recognised, and when they were last used (events.md §5).

A key is `abk_<id>_<secret>`. The secret, 256 bits of chance, is shown once and kept as its SHA-256, which needs no salt
and no slowness: nobody guesses it. Who calls by a key is one look by its id, and the secret's digest is compared here,
in constant time.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

import orjson

from models.api_keys import ApiKey, ApiKeyScope
from models.users import Role
from resolvers.clock import now
from resolvers.faults import Code, fault
from resolvers.identity.key_throttle import wrong_key
from resolvers.identity.optimistic_caller import presumed_by_key, remember
from resolvers.identity.permissions import Caller, HeldKey

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from models.database import Database, Reader

START: Final = f"{ApiKey.prefix}_"
"""No access token begins so."""
_KEY: Final = re.compile(START + "([1-9][0-9]{0,8})_([A-Za-z0-9_-]{43})")
_NOBODYS: Final = "0" * 64
"""What a secret is compared with where there is no such key."""
SECRET_BYTES: Final = 32
HINT: Final = 4
"""Characters of a secret that are shown ever after."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A key as it was sent: which it says to be, and what its secret comes to."""

    id: int
    digest: str = field(repr=False)


def new_secret() -> str:
    """43 characters that nobody guesses."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def spelt(key_id: int, secret: str) -> str:
    """The whole key."""
    return f"{START}{key_id}_{secret}"


def sent_key(token: str) -> Sent | None:
    """The key that a bearer sent; None for what is none."""
    found = _KEY.fullmatch(token)
    return Sent(int(found[1]), digest_of(found[2])) if found else None


_LOOK = """
SELECT u.id, u.username, u.role, k.id, k.digest, k.scopes, k.networks, k.cost_per_minute,
    u.is_active AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)
FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.id = $1
"""


async def caller_by_key(database: Database, token: str, address: str) -> Caller:
    """Who calls with a key, in one statement. Raises `token_not_valid`: for a wrong or dead key, or another network.

    Wrong ones, after too many of them from one address, `throttled`.
    """
    row = await _right(database, sent_key(token))
    if row is None:
        await wrong_key(database, address)
        raise fault(Code.TOKEN_NOT_VALID)
    caller = Caller(row[0], row[1], Role(row[2]), session_id=None, key=_held(row))
    if not row[8] or not comes_from(caller.key, address):
        raise fault(Code.TOKEN_NOT_VALID)
    remember(caller)
    return caller


async def _right(reader: Reader, sent: Sent | None) -> tuple[Any, ...] | None:
    """What is known of a key, if it is the one that was made; it may have ended."""
    if sent is None:
        return None
    row: tuple[Any, ...] | None = next(iter(await reader.fetch(_LOOK, [sent.id, now()])), None)
    right = hmac.compare_digest(row[4] if row else _NOBODYS, sent.digest)
    return row if right else None


def _held(row: tuple[Any, ...]) -> HeldKey:
    """The key of a row that was looked up."""
    scopes, networks = _listed(row[5]), _listed(row[6])
    return HeldKey(
        id=row[3],
        digest=row[4],
        scopes=None if scopes is None else frozenset(map(ApiKeyScope, scopes)),
        networks=tuple(map(ip_network, networks or ())),
        cost_per_minute=row[7],
    )


def _listed(kept: str | None) -> list[str] | None:
    return None if kept is None else list(orjson.loads(kept))


def presumed_caller(token: str, address: str) -> Caller | None:
    """Whom a key was last seen to belong to; None for one that is not known, or comes from where it may not."""
    sent = sent_key(token)
    caller = presumed_by_key(sent.id) if sent else None
    if sent is None or caller is None or caller.key is None:
        return None
    right = hmac.compare_digest(caller.key.digest, sent.digest)
    return caller if right and comes_from(caller.key, address) else None


def comes_from(key: HeldKey | None, address: str) -> bool:
    """Whether a key may be used from this address."""
    return key is None or not key.networks or _within(key.networks, address)


@lru_cache(maxsize=4_096)
def _within(networks: tuple[IPv4Network | IPv6Network, ...], address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)
