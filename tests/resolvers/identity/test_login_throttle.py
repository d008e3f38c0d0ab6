"""Guessing passwords is slowed, for one username and for one address: contract §3, Tokens."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from models.database import rows
from models.fields import MomentField
from models.users import LoginFailure, User
from resolvers import sessions
from resolvers.faults import Code, Fault
from resolvers.identity import login_throttle, passwords
from tests.factories import Factory, id_only

if TYPE_CHECKING:
    from models.database import Transaction
    from resolvers.context import Context

PASSWORD, WRONG = "correct horse 1", "wrong horse"


@pytest.fixture
async def nobody(factory: Factory) -> Context:
    return await factory.context(None)


@pytest.fixture
async def user(factory: Factory) -> User:
    return await factory.user(username="aida")


async def login(context: Context, username: str = "aida", password: str = WRONG) -> Fault | None:
    """None for a success, else the refusal."""
    try:
        await sessions.login(context, username, password)
    except Fault as fault:
        return fault
    return None


async def codes(context: Context, times: int, username: str = "aida", password: str = WRONG) -> list[str]:
    faults = [await login(context, username, password) for _ in range(times)]
    return ["ok" if fault is None else fault.code.value for fault in faults]


async def let_pass(context: Context, **time: float) -> None:
    """As if so much time had passed since every failure."""

    async def body(tx: Transaction) -> None:
        for failure_id, at in await tx.fetch("SELECT id, created_at FROM login_failures"):
            earlier = MomentField().to_python_value(at) - timedelta(**time)
            await tx.fetch("UPDATE login_failures SET created_at = $1 WHERE id = $2", [earlier, failure_id])

    await context.database.write(body)


async def failures(context: Context) -> int:
    ((count,),) = await context.database.fetch("SELECT count(*) FROM login_failures")
    return int(count)


# --- one username -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("user")
async def test_after_five_failures_the_right_password_has_to_wait_too(nobody: Context) -> None:
    assert await codes(nobody, 5) == ["invalid_credentials"] * 5
    fault = await login(nobody, password=PASSWORD)
    assert fault is not None
    assert (fault.code, fault.status) == (Code.THROTTLED, 429)
    assert fault.retry_after is not None
    assert 1 <= fault.retry_after <= 60


@pytest.mark.usefixtures("user")
async def test_whoever_waited_may_log_in(nobody: Context) -> None:
    await codes(nobody, 5)
    fault = await login(nobody, password=PASSWORD)
    assert fault is not None
    assert fault.retry_after is not None
    await let_pass(nobody, seconds=fault.retry_after)
    assert await login(nobody, password=PASSWORD) is None


@pytest.mark.usefixtures("user")
async def test_waits_grow_to_a_minute_and_no_further(nobody: Context) -> None:
    await codes(nobody, 5)
    waits = []
    for _ in range(7):
        fault = await login(nobody)
        assert fault is not None
        assert fault.retry_after is not None
        waits.append(fault.retry_after)
        await let_pass(nobody, seconds=fault.retry_after)
        await login(nobody)
    assert waits == sorted(waits)
    assert waits[0] < waits[1] < waits[2]
    assert waits[-1] == waits[-2] == 60


@pytest.mark.usefixtures("user")
async def test_what_came_too_soon_is_not_counted(nobody: Context) -> None:
    await codes(nobody, 5)
    assert set(await codes(nobody, 20)) == {"throttled"}
    assert await failures(nobody) == 5


@pytest.mark.usefixtures("user")
async def test_failures_are_forgotten_after_a_quarter_of_an_hour_and_their_rows_deleted(nobody: Context) -> None:
    await codes(nobody, 5)
    await let_pass(nobody, minutes=15, seconds=1)
    assert await login(nobody, password=PASSWORD) is None
    assert await failures(nobody) == 0


@pytest.mark.usefixtures("user")
async def test_a_login_gives_the_username_its_free_failures_again(nobody: Context) -> None:
    await codes(nobody, 4)
    assert await login(nobody, password=PASSWORD) is None
    assert await codes(nobody, 5) == ["invalid_credentials"] * 5


@pytest.mark.usefixtures("user")
async def test_a_username_is_one_however_it_is_spelt(nobody: Context) -> None:
    for spelling in ("aida", "AIDA", "Aida", "aIdA", "AIda"):
        await login(nobody, spelling)
    assert await codes(nobody, 1, "aida", PASSWORD) == ["throttled"]


@pytest.mark.usefixtures("user")
async def test_an_unknown_username_is_slowed_just_as_a_known_one(nobody: Context) -> None:
    assert await codes(nobody, 7, "nobody at all") == await codes(nobody, 7, "aida")


@pytest.mark.usefixtures("user")
async def test_one_username_does_not_slow_another(factory: Factory, nobody: Context) -> None:
    await factory.user(username="bakyt")
    await codes(nobody, 7, "aida")
    assert await login(nobody, "bakyt", PASSWORD) is None


@pytest.mark.usefixtures("user")
async def test_a_stranger_who_polls_a_username_does_not_keep_its_owner_out(nobody: Context) -> None:
    stranger = dataclasses.replace(nobody, address="203.0.113.9")
    for _ in range(6):
        assert "throttled" in await codes(stranger, 7)
        assert await codes(nobody, 1, password=PASSWORD) == ["ok"]
        await let_pass(nobody, seconds=60)


@pytest.mark.usefixtures("user")
async def test_an_owners_login_gives_a_stranger_no_free_guesses(nobody: Context) -> None:
    stranger = dataclasses.replace(nobody, address="203.0.113.9")
    await codes(stranger, 5)
    assert await codes(nobody, 1, password=PASSWORD) == ["ok"]
    assert await codes(stranger, 1) == ["throttled"]


@pytest.mark.usefixtures("user")
async def test_guesses_from_very_many_addresses_slow_the_username_for_seconds(nobody: Context) -> None:
    await guessed_from(nobody, "aida", addresses=110)
    fault = await login(dataclasses.replace(nobody, address="10.0.1.1"), password=PASSWORD)
    assert fault is not None
    assert fault.retry_after is not None
    assert fault.retry_after <= 5
    await let_pass(nobody, seconds=fault.retry_after)
    assert await login(dataclasses.replace(nobody, address="10.0.1.1"), password=PASSWORD) is None


async def guessed_from(context: Context, username: str, addresses: int) -> None:
    """A failure from each of so many addresses."""
    moment = login_throttle.now()
    failures = [LoginFailure(username=username, address=f"10.9.0.{n}", created_at=moment) for n in range(addresses)]
    await context.database.write(lambda tx: rows.insert(tx, *failures))


# --- clocks -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("user")
async def test_failures_dated_ahead_keep_nobody_out_until_then(nobody: Context) -> None:
    await codes(nobody, 5)
    await let_pass(nobody, hours=-2)  # the clock has been set back
    fault = await login(nobody, password=PASSWORD)
    assert fault is not None
    assert fault.retry_after is not None
    await let_pass(nobody, seconds=fault.retry_after)
    assert await login(nobody, password=PASSWORD) is None


@pytest.mark.parametrize("username", ["ß" * 255, "x" * 255, "İ" * 200])
async def test_the_longest_usernames_are_counted_too(nobody: Context, username: str) -> None:
    assert await codes(nobody, 6, username) == ["invalid_credentials"] * 5 + ["throttled"]


class Strangers(dict[object, object]):
    """Gives each attempt a turn of its own, as if it came to a process of its own."""

    def setdefault(self, key: object, default: object = None) -> object:
        del key
        return default


# --- many at once -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("user")
async def test_however_many_guesses_come_at_once_few_are_looked_at(
    nobody: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = 0
    true_matches = passwords.matches

    async def counting(*arguments: object) -> bool:
        nonlocal looked_at
        looked_at += 1
        return await true_matches(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(passwords, "matches", counting)
    faults = await asyncio.gather(*(login(nobody, password=f"guess {number}") for number in range(100)))
    assert looked_at == 5
    assert [fault.code.value for fault in faults if fault] == ["invalid_credentials"] * 5 + ["throttled"] * 95


@pytest.mark.usefixtures("user")
async def test_workers_that_do_not_know_of_each_other_let_no_more_guesses_through(
    nobody: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_throttle, "_turns", Strangers())
    faults = await asyncio.gather(*(login(nobody, password=f"guess {number}") for number in range(30)))
    assert sum(fault is not None and fault.code is Code.INVALID_CREDENTIALS for fault in faults) == 5


@pytest.mark.usefixtures("user")
async def test_many_right_logins_at_once_are_all_let_in(nobody: Context) -> None:
    assert await asyncio.gather(*(login(nobody, password=PASSWORD) for _ in range(20))) == [None] * 20
    assert await failures(nobody) == 0


@pytest.mark.usefixtures("user")
async def test_so_are_they_over_workers_that_do_not_know_of_each_other(
    nobody: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_throttle, "_turns", Strangers())
    assert await asyncio.gather(*(login(nobody, password=PASSWORD) for _ in range(20))) == [None] * 20
    assert await failures(nobody) == 0


@pytest.mark.usefixtures("user")
async def test_an_attempt_that_a_dead_process_left_is_a_failure(nobody: Context) -> None:
    await codes(nobody, 4)
    await left_pending(nobody)
    await let_pass(nobody, seconds=31)
    assert await codes(nobody, 1) == ["invalid_credentials"]
    assert await codes(nobody, 1) == ["throttled"]


async def left_pending(context: Context) -> None:
    left = LoginFailure(username="aida", address="127.0.0.1", created_at=login_throttle.now(), pending=True)
    await context.database.write(lambda tx: rows.insert(tx, left))


@pytest.mark.usefixtures("user")
async def test_a_client_that_hangs_up_has_still_guessed(nobody: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    costly = dataclasses.replace(
        nobody, settings=dataclasses.replace(nobody.settings, argon2_time_cost=8, argon2_memory_kib=32_768)
    )
    begun, true_matches = asyncio.Event(), passwords.matches

    async def telling(*arguments: object) -> bool:
        begun.set()
        return await true_matches(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(passwords, "matches", telling)
    guess = asyncio.create_task(login(costly))
    await begun.wait()
    guess.cancel()
    await asyncio.gather(guess, return_exceptions=True)
    assert await failures(nobody) == 1


# --- too many at once ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("user")
async def test_who_comes_while_too_many_passwords_wait_is_asked_to_come_again(nobody: Context) -> None:
    settings = dataclasses.replace(nobody.settings, hash_queue=3, hash_threads=4, argon2_memory_kib=32_768)
    full = dataclasses.replace(nobody, settings=settings)
    waiting = [asyncio.create_task(passwords.hashed(settings, PASSWORD)) for _ in range(3)]
    await asyncio.sleep(0)
    fault = await login(full, password=PASSWORD)
    assert fault is not None
    assert (fault.code, fault.retry_after) == (Code.THROTTLED, login_throttle.BUSY_WAIT)
    assert await failures(nobody) == 0
    await asyncio.gather(*waiting)
    assert await login(full, password=PASSWORD) is None


async def test_passwords_that_nobody_waits_for_any_more_still_take_their_place(nobody: Context) -> None:
    settings = dataclasses.replace(
        nobody.settings, hash_queue=1, hash_threads=5, argon2_time_cost=20, argon2_memory_kib=32_768
    )
    gone = asyncio.create_task(passwords.hashed(settings, PASSWORD))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert passwords.place(settings) is None


@pytest.mark.usefixtures("user")
async def test_of_ninety_that_come_at_once_no_more_than_the_queue_takes_get_in(nobody: Context) -> None:
    settings = dataclasses.replace(nobody.settings, hash_queue=40, hash_threads=6)
    crowd = [dataclasses.replace(nobody, settings=settings, address=f"10.0.0.{n}") for n in range(90)]
    faults = await asyncio.gather(*(login(one) for one in crowd))
    told = [fault.code.value for fault in faults if fault is not None]
    assert told.count("invalid_credentials") == 40
    assert told.count("throttled") == 50


async def test_who_has_been_refused_or_has_gone_gives_the_place_back(nobody: Context) -> None:
    settings = dataclasses.replace(nobody.settings, hash_queue=1, hash_threads=7)
    narrow = dataclasses.replace(nobody, settings=settings)
    assert await codes(narrow, 7) == ["invalid_credentials"] * 5 + ["throttled"] * 2
    place = passwords.place(settings)
    assert place is not None
    assert passwords.place(settings) is None
    place.give_up()
    place.give_up()
    again = passwords.place(settings)
    assert again is not None
    again.give_up()


# --- one address --------------------------------------------------------------------------------------------------


async def fill(context: Context, address: str, count: int) -> None:
    """Failures from an address for as many usernames."""
    moment = login_throttle.now()
    failures = [LoginFailure(username=f"guess-{n}", address=address, created_at=moment) for n in range(count)]
    await context.database.write(lambda tx: rows.insert(tx, *failures))


@pytest.mark.usefixtures("user")
async def test_an_address_may_fail_far_more_often_than_a_username(nobody: Context) -> None:
    await fill(nobody, nobody.address, 99)
    assert await codes(nobody, 1, "somebody else") == ["invalid_credentials"]
    assert await codes(nobody, 1, "aida", PASSWORD) == ["throttled"]


@pytest.mark.usefixtures("user")
async def test_a_login_does_not_excuse_what_its_address_failed_at(nobody: Context) -> None:
    await codes(nobody, 4)
    assert await login(nobody, password=PASSWORD) is None
    assert await failures(nobody) == 4
    await fill(nobody, nobody.address, 96)
    assert await codes(nobody, 1, "aida", PASSWORD) == ["throttled"]


@pytest.mark.usefixtures("user")
async def test_a_slowed_address_does_not_slow_others(nobody: Context) -> None:
    await fill(nobody, nobody.address, 150)
    assert await codes(dataclasses.replace(nobody, address="192.0.2.7"), 1, "aida", PASSWORD) == ["ok"]


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", ""),
        ("a unix socket", "a unix socket"),
        ("x" * 300, "x" * 255),
    ],
)
def test_an_address_is_whoever_it_stands_for(address: str, counted_as: str) -> None:
    assert login_throttle.network(address) == counted_as


# --- changing one's password --------------------------------------------------------------------------------------


async def change(context: Context, old: str) -> str:
    try:
        await sessions.change_own_password(context, {"old_password": old, "new_password": "a better horse"}, id_only)
    except Fault as fault:
        return fault.code.value
    return "ok"


async def test_guessing_the_old_password_is_slowed_likewise_and_together_with_logins(
    nobody: Context, user: User
) -> None:
    tokens = await sessions.login(nobody, user.username, PASSWORD)
    caller = dataclasses.replace(
        nobody, caller=await sessions.authenticate(nobody.database, nobody.settings, tokens.access)
    )
    assert [await change(caller, "wrong horse") for _ in range(3)] == ["validation"] * 3
    assert await codes(nobody, 2) == ["invalid_credentials"] * 2
    assert await change(caller, PASSWORD) == "throttled"
    await let_pass(nobody, seconds=60)
    assert await change(caller, PASSWORD) == "ok"
