"""Tokens: JWT, HS256 by the secret key (contract §3). What they claim is who and which session, never a role.

A token says who may try; whether the session still lives is the database's to say (`sessions.authenticate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from time import time
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import jwt

from resolvers.faults import Code, fault

if TYPE_CHECKING:
    from datetime import datetime

    from jwt.types import Options

    from models.settings import Settings

ALGORITHM = "HS256"
LONGEST = 2_048
"""Characters; ours have about 300, and what is longer is not worth a signature's time."""

LEEWAY = 60
"""Seconds that another machine's clock, or one's own before it was set back, may be ahead of this one."""

KNOWN = 4_096
"""Genuine tokens whose claims are kept."""


class TokenType(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says."""

    token_type: TokenType
    user_id: int
    session_id: UUID
    jti: UUID


def issue(settings: Settings, claims: Claims, at: datetime) -> str:
    """A token that is good from now on for its type's lifetime."""
    lifetime = settings.access_lifetime if claims.token_type is TokenType.ACCESS else settings.refresh_lifetime
    issued = int(at.timestamp())
    payload = {
        "token_type": claims.token_type.value,
        "user_id": claims.user_id,
        "sid": claims.session_id.hex,
        "jti": claims.jti.hex,
        "iat": issued,
        "exp": issued + int(lifetime.total_seconds()),
    }
    return jwt.encode(payload, settings.secret_keys[0], algorithm=ALGORITHM)


def read(settings: Settings, token: str, expected: TokenType) -> Claims:
    """What the token claims. Raises `token_not_valid` unless it is ours, of the expected type, and of this time."""
    claims, expires = _known(settings.secret_keys, token)
    if claims.token_type is not expected or expires <= time():
        raise fault(Code.TOKEN_NOT_VALID)
    return claims


def expiry(settings: Settings, token: str) -> float:
    """When a genuine token's time is over, in Unix time. Raises `token_not_valid`."""
    return float(_known(settings.secret_keys, token)[1])


@lru_cache(maxsize=KNOWN)
def _known(keys: tuple[str, ...], token: str) -> tuple[Claims, int]:
    """The claims of a genuine token, and when it expires (in Unix time), which must be looked at each time.

    Kept, since a signature takes an eighth of a quick request. What is refused is not: it raises.
    """
    payload = _verified(keys, token)
    try:
        claims = Claims(
            TokenType(payload["token_type"]), payload["user_id"], UUID(hex=payload["sid"]), UUID(hex=payload["jti"])
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise fault(Code.TOKEN_NOT_VALID) from None
    if type(claims.user_id) is not int:
        raise fault(Code.TOKEN_NOT_VALID)
    return claims, int(payload["exp"])


_CHECKED: Final[Options] = {"require": ["exp", "iat"]}
"""The end of a token is not put off by the leeway: `read` looks at it each time."""


def _verified(keys: tuple[str, ...], token: str) -> dict[str, Any]:
    """The payload under a signature by any of our keys: one that was replaced still verifies."""
    if len(token) <= LONGEST:
        for key in keys:
            try:
                return jwt.decode(token, key, algorithms=[ALGORITHM], options=_CHECKED, leeway=LEEWAY)
            except (jwt.InvalidTokenError, ValueError, OverflowError):
                continue
    raise fault(Code.TOKEN_NOT_VALID)


def new_id() -> UUID:
    """An unguessable id of a session or a token."""
    return uuid4()
