"""Passwords: hashed with Argon2id in a small pool of threads, so that no request waits for another's login.

They are compared in NFC, however a keyboard makes a letter, and never trimmed (contract §1).
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.texts import composed

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.settings import Settings

LEAST = 8
"""Characters that a new password must have."""

T = TypeVar("T")


async def hashed(settings: Settings, password: str) -> str:
    """The Argon2id hash to keep."""
    return await _in_thread(settings, None, _hasher(settings), composed(password))


async def matches(settings: Settings, kept: str | None, password: str, place: Place | None = None) -> bool:
    """Whether the password is the one that `kept` is the hash of. None, for nobody's, takes as long and is False.

    A place that was taken for it is given up: from here on the hash itself is counted.
    """
    return await _in_thread(settings, place, _verifier(settings), kept or _nobodys(settings), password)


def outdated(settings: Settings, kept: str) -> bool:
    """Whether a hash was made at another cost than is configured now."""
    return _argon2(settings.argon2_time_cost, settings.argon2_memory_kib).check_needs_rehash(kept)


def _hasher(settings: Settings) -> Callable[[str], str]:
    return _argon2(settings.argon2_time_cost, settings.argon2_memory_kib).hash


def _verifier(settings: Settings) -> Callable[[str, str], bool]:
    argon2 = _argon2(settings.argon2_time_cost, settings.argon2_memory_kib)

    def verify(kept: str, password: str) -> bool:
        try:
            return argon2.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def verify_either(kept: str, password: str) -> bool:
        """A hash of earlier versions is of the password as it was typed."""
        return any(verify(kept, one) for one in dict.fromkeys((composed(password), password)))

    return verify_either


def _nobodys(settings: Settings) -> str:
    """A well-formed hash of the configured cost that no password has: finding that out takes the usual time."""
    salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (16, 32))
    cost = f"m={settings.argon2_memory_kib},t={settings.argon2_time_cost},p=1"
    return f"$argon2id$v=19${cost}${salt}${digest}"


@cache
def _argon2(time_cost: int, memory_kib: int) -> PasswordHasher:
    # one lane: the pool says how many threads may work, not each hash for itself
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)


@dataclass(slots=True)
class Place:
    """A place among the passwords that wait to be checked, until it is given up."""

    pool: _Pool
    held: bool = True

    def give_up(self) -> None:
        """Once is enough; again is no harm."""
        if self.held:
            self.held = False
            self.pool.count(-1)


def place(settings: Settings) -> Place | None:
    """A place, taken before anything is waited for; None while so many are taken that one should come again later."""
    pool = _pool(settings.hash_threads)
    return Place(pool) if pool.take(settings.hash_queue) else None


@dataclass(slots=True)
class _Pool:
    threads: ThreadPoolExecutor
    lock: Lock = field(default_factory=Lock)
    in_hand: int = 0
    """Passwords that are being hashed or wait to be, whether or not anybody still waits for them."""

    def take(self, limit: int) -> bool:
        """Count one more, unless there are as many as may be."""
        with self.lock:
            if self.in_hand >= limit:
                return False
            self.in_hand += 1
            return True

    def count(self, change: int) -> None:
        with self.lock:
            self.in_hand += change


@cache
def _pool(threads: int) -> _Pool:
    """Shared by the whole process, since its processors are."""
    return _Pool(ThreadPoolExecutor(threads, thread_name_prefix="argon2"))


async def _in_thread(settings: Settings, held: Place | None, work: Callable[..., T], *arguments: str) -> T:
    pool = _pool(settings.hash_threads)
    pool.count(1)
    if held is not None:
        held.give_up()
    job = pool.threads.submit(work, *arguments)
    job.add_done_callback(lambda _: pool.count(-1))
    return await asyncio.wrap_future(job)
