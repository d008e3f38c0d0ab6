"""Logging in, refreshing, logging out, changing one's password: contract §3, Tokens."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import hmac
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

import jwt
import pytest

from models.database.meter import METER, Meter
from models.fields import MomentField
from models.users import Role, Session, User
from resolvers import sessions
from resolvers.faults import Code, Fault, Invalid
from resolvers.identity import passwords
from resolvers.write.inputs import parse
from tests.contents import refused_with
from tests.factories import id_only

if TYPE_CHECKING:
    from models.database import Transaction
    from resolvers.context import Context
    from resolvers.sessions import Tokens
    from tests.factories import Factory

T = TypeVar("T")
PASSWORD = "correct horse 1"
"""Of every user that the factory makes."""


@pytest.fixture
async def nobody(factory: Factory) -> Context:
    return await factory.context(None)


@pytest.fixture
async def user(factory: Factory) -> User:
    return await factory.user(username="aida")


@pytest.fixture
async def tokens(nobody: Context, user: User) -> Tokens:
    return await sessions.login(nobody, user.username, PASSWORD)


async def caller_of(context: Context, access: str) -> sessions.Caller:
    return await sessions.authenticate(context.database, context.settings, access)


async def as_caller(context: Context, access: str) -> Context:
    return dataclasses.replace(context, caller=await caller_of(context, access))


async def refused_token(context: Context, access: str) -> None:
    with pytest.raises(Fault) as caught:
        await caller_of(context, access)
    assert caught.value.code is Code.TOKEN_NOT_VALID
    assert caught.value.status == 401


async def refused_refresh(context: Context, refresh: str) -> None:
    with pytest.raises(Fault) as caught:
        await sessions.refresh(context, refresh)
    assert caught.value.code is Code.TOKEN_NOT_VALID


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


# --- logging in ---------------------------------------------------------------------------------------------------


async def test_the_right_password_opens_a_session(nobody: Context, user: User) -> None:
    tokens = await sessions.login(nobody, "aida", PASSWORD)
    caller = await caller_of(nobody, tokens.access)
    assert tokens.user_id == user.id
    assert (caller.user_id, caller.username, caller.role) == (user.id, "aida", Role.EMPLOYEE)


async def test_a_login_is_remembered_as_the_last_one_and_is_no_change_of_the_user(
    factory: Factory, nobody: Context, user: User
) -> None:
    before = datetime.now(UTC)
    events = await factory.database.fetch("SELECT count(*) FROM audit_events")
    await sessions.login(nobody, "aida", PASSWORD)
    after = await factory.fresh(user)
    assert after.last_login is not None
    assert before <= after.last_login <= datetime.now(UTC)
    assert after.updated_at == user.updated_at
    assert await factory.database.fetch("SELECT count(*) FROM audit_events") == events


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("aida", "correct horse 2"),
        ("aida", "correct horse 1 "),
        ("aida", "x"),
        ("nobody", PASSWORD),
    ],
)
@pytest.mark.usefixtures("user")
async def test_anything_but_the_right_pair_is_refused(nobody: Context, username: str, password: str) -> None:
    fault = await refused_with(nobody.database, Code.INVALID_CREDENTIALS, sessions.login(nobody, username, password))
    assert fault.status == 401


async def test_a_deactivated_user_is_told_the_same_as_a_wrong_password(
    factory: Factory, nobody: Context, user: User
) -> None:
    await factory.patch(user, is_active=False)
    wrong = await refused_with(nobody.database, Code.INVALID_CREDENTIALS, sessions.login(nobody, "aida", "wrong one"))
    right = await refused_with(nobody.database, Code.INVALID_CREDENTIALS, sessions.login(nobody, "aida", PASSWORD))
    assert right.message == wrong.message


async def test_an_unknown_username_costs_a_hash_as_a_wrong_password_does(
    nobody: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str | None] = []
    true_matches = passwords.matches

    async def counting(settings: Any, kept: str | None, *rest: Any) -> bool:
        hashes.append(kept)
        return await true_matches(settings, kept, *rest)

    monkeypatch.setattr(passwords, "matches", counting)
    await refused_with(nobody.database, Code.INVALID_CREDENTIALS, sessions.login(nobody, "nobody", PASSWORD))
    assert hashes == [None]


def test_nobodys_hash_is_compared_at_the_configured_cost(sqlite_settings: Any) -> None:
    costly = dataclasses.replace(sqlite_settings, argon2_time_cost=4, argon2_memory_kib=128)
    assert passwords._nobodys(costly).startswith("$argon2id$v=19$m=128,t=4,p=1$")
    assert not passwords.outdated(costly, passwords._nobodys(costly))


async def test_passwords_are_kept_as_argon2id_and_anew_when_the_cost_is_raised(
    factory: Factory, nobody: Context, user: User
) -> None:
    assert user.password.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    costlier = dataclasses.replace(nobody.settings, argon2_time_cost=2)
    await sessions.login(dataclasses.replace(nobody, settings=costlier), "aida", PASSWORD)
    assert (await factory.fresh(user)).password.startswith("$argon2id$v=19$m=8,t=2,p=1$")
    await sessions.login(nobody, "aida", PASSWORD)


@pytest.mark.parametrize("changes", [{"password": "another one"}, {"is_active": False}])
async def test_a_login_overtaken_by_a_change_of_the_user_opens_no_session(
    factory: Factory, nobody: Context, user: User, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    true_matches = passwords.matches

    async def overtaken(*arguments: Any) -> bool:
        right = await true_matches(*arguments)
        await factory.patch(user, **changes)
        return right

    monkeypatch.setattr(passwords, "matches", overtaken)
    with pytest.raises(Fault) as caught:
        await sessions.login(nobody, "aida", PASSWORD)
    assert caught.value.code is Code.INVALID_CREDENTIALS
    assert await count_of_sessions(nobody, user) == 0


async def test_hashing_does_not_hold_the_event_loop(nobody: Context, user: User) -> None:
    costly = dataclasses.replace(nobody.settings, argon2_time_cost=6, argon2_memory_kib=32_768)
    longest, last, done = 0.0, asyncio.get_running_loop().time(), False

    async def tick() -> None:
        nonlocal longest, last
        while not done:
            await asyncio.sleep(0.001)
            moment = asyncio.get_running_loop().time()
            longest, last = max(longest, moment - last), moment

    ticking = asyncio.create_task(tick())
    started = asyncio.get_running_loop().time()
    await passwords.matches(costly, None, PASSWORD)
    took = asyncio.get_running_loop().time() - started
    done = True
    await ticking
    assert user.id
    assert longest < took / 2


async def test_a_login_sweeps_away_the_users_expired_sessions(nobody: Context, user: User, tokens: Tokens) -> None:
    await expire(nobody, tokens)
    await sessions.login(nobody, user.username, PASSWORD)
    assert await count_of_sessions(nobody, user) == 1


@pytest.mark.parametrize("username", ["Aida", "AIDA", "  aida\u200b"])
@pytest.mark.usefixtures("user")
async def test_a_username_is_one_whatever_its_case(nobody: Context, username: str) -> None:
    assert await sessions.login(nobody, read(sessions.LoginInput, username=username, password="x").username, PASSWORD)


def read(input_type: type[T], **raw: object) -> T:
    return parse(input_type, raw)


async def test_a_password_is_compared_as_its_letters_are_however_they_were_typed(
    factory: Factory, nobody: Context
) -> None:
    composed, in_parts = "мой пароль й", "мой пароль и\u0306"
    await factory.user(username="mac", password=in_parts)
    await factory.user(username="pc", password=composed)
    for username in ("mac", "pc"):
        for password in (composed, in_parts):
            assert await sessions.login(nobody, username, password)
    await refused_with(nobody.database, Code.INVALID_CREDENTIALS, sessions.login(nobody, "pc", f" {composed}"))


async def test_a_hash_of_earlier_versions_is_of_the_password_as_it_was_typed(nobody: Context, user: User) -> None:
    in_parts = "мой пароль и\u0306"
    kept = passwords._hasher(nobody.settings)(in_parts)
    sql = "UPDATE users SET password = $1 WHERE id = $2"
    await nobody.database.write(lambda tx: tx.fetch(sql, [kept, user.id]))
    assert await sessions.login(nobody, "aida", in_parts)


# --- tokens -------------------------------------------------------------------------------------------------------


def test_tokens_carry_the_claims_that_clients_count_on(sqlite_settings: Any) -> None:
    at = datetime(2026, 1, 31, 8, 0, 0, 123456, tzinfo=UTC)
    issued = sessions._issued(sqlite_settings, 7, uuid4(), uuid4(), at)
    access, refresh = claims_of(issued.access), claims_of(issued.refresh)
    assert (access["token_type"], refresh["token_type"]) == ("access", "refresh")
    assert access["user_id"] == refresh["user_id"] == 7
    assert access["iat"] == refresh["iat"] == int(at.timestamp())
    assert access["exp"] - access["iat"] == 3600
    assert refresh["exp"] - refresh["iat"] == 7 * 24 * 3600
    assert access["jti"] != refresh["jti"]
    assert jwt.get_unverified_header(issued.access) == {"alg": "HS256", "typ": "JWT"}
    assert "role" not in access


def test_a_token_longer_than_any_of_ours_is_refused_unread(sqlite_settings: Any) -> None:
    with pytest.raises(Fault) as caught:
        sessions.tokens.read(sqlite_settings, "a" * 1_000_000, sessions.TokenType.ACCESS)
    assert caught.value.code is Code.TOKEN_NOT_VALID


def forged(settings: Any, genuine: str, **changes: Any) -> str:
    """A token signed with the true key and otherwise genuine but for these claims; None leaves one out."""
    claims = {name: value for name, value in (claims_of(genuine) | changes).items() if value is not None}
    return jwt.encode(claims, settings.secret_keys[0], algorithm="HS256")


def headed(algorithm: str, genuine: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return f"{header}.{genuine.split('.')[1]}"


def signed_otherwise(settings: Any, genuine: str, algorithm: str) -> str:
    """The true key, put to an algorithm that is not ours."""
    text = headed(algorithm, genuine)
    signature = hmac.digest(settings.secret_keys[0].encode(), text.encode(), "sha512")
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


LONG_AGO, SOON = datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(hours=2)
ABUSES = {
    "no signature": lambda _, token: headed("none", token) + ".",
    "signature cut off": lambda _, token: token.rpartition(".")[0] + ".",
    "another algorithm": lambda settings, token: signed_otherwise(settings, token, "HS512"),
    "an algorithm of public keys": lambda settings, token: signed_otherwise(settings, token, "RS256"),
    "another key": lambda _, token: jwt.encode(claims_of(token), "another-secret-of-more-than-32-bytes"),
    "empty key": lambda _, token: jwt.encode(claims_of(token), "\0" * 32),
    "another payload": lambda settings, token: ".".join(
        [token.split(".")[0], forged(settings, token, user_id=1).split(".")[1], token.split(".")[2]]
    ),
    "expired": lambda settings, token: forged(settings, token, exp=LONG_AGO),
    "issued in the future": lambda settings, token: forged(settings, token, iat=SOON),
    "not before the future": lambda settings, token: forged(settings, token, nbf=SOON),
    "never expiring": lambda settings, token: forged(settings, token, exp=None),
    "without a type": lambda settings, token: forged(settings, token, token_type=None),
    "of an unknown type": lambda settings, token: forged(settings, token, token_type="admin"),
    "of another user": lambda settings, token: forged(settings, token, user_id=1),
    "of a user beyond any integer": lambda settings, token: forged(settings, token, user_id=10**30),
    "of a user called true": lambda settings, token: forged(settings, token, user_id=True),
    "of a user in a string": lambda settings, token: forged(settings, token, user_id="1"),
    "of no session": lambda settings, token: forged(settings, token, sid=None),
    "of a session that never was": lambda settings, token: forged(settings, token, sid=uuid4().hex),
    "of a session that is no id": lambda settings, token: forged(settings, token, sid="'; DROP TABLE users"),
    "of a session that is a number": lambda settings, token: forged(settings, token, sid=5),
    "without an id": lambda settings, token: forged(settings, token, jti=None),
    "an unknown critical header": lambda settings, token: jwt.encode(
        claims_of(token), settings.secret_keys[0], headers={"crit": ["x"], "x": 1}
    ),
    "empty": lambda *_: "",
    "garbage": lambda *_: "not.a.token",
    "dots": lambda *_: ".." * 100,
    "beyond ASCII": lambda _, token: token + "ё",
    "a lone surrogate": lambda _, token: token + "\ud800",
    "NUL": lambda _, token: token + "\0",
}


async def test_an_access_token_that_is_not_quite_ours_is_nobodys(
    nobody: Context, tokens: Tokens, subtests: pytest.Subtests
) -> None:
    for name, abuse in ABUSES.items():
        with subtests.test(name):
            await refused_token(nobody, abuse(nobody.settings, tokens.access))
    assert await caller_of(nobody, tokens.access)


async def test_a_token_of_a_machine_whose_clock_is_ahead_is_good(nobody: Context, tokens: Tokens) -> None:
    for ahead, good in ((3, True), (50, True), (90, False)):
        later = int(datetime.now(UTC).timestamp()) + ahead
        token = forged(nobody.settings, tokens.access, iat=later, nbf=later)
        if good:
            assert await caller_of(nobody, token)
        else:
            await refused_token(nobody, token)


async def test_the_end_of_a_token_is_not_put_off(nobody: Context, tokens: Tokens) -> None:
    await refused_token(nobody, forged(nobody.settings, tokens.access, exp=int(datetime.now(UTC).timestamp()) - 1))


async def test_tokens_are_good_for_their_own_purpose_only(nobody: Context, tokens: Tokens) -> None:
    await refused_token(nobody, tokens.refresh)
    await refused_refresh(nobody, tokens.access)
    assert await caller_of(nobody, tokens.access)
    assert await sessions.refresh(nobody, tokens.refresh)


async def test_a_replaced_key_still_verifies_until_it_is_taken_away(nobody: Context, tokens: Tokens) -> None:
    new, old = "a-new-secret-of-more-than-32-bytes-000", nobody.settings.secret_keys[0]
    both = dataclasses.replace(nobody, settings=dataclasses.replace(nobody.settings, secret_keys=(new, old)))
    alone = dataclasses.replace(nobody, settings=dataclasses.replace(nobody.settings, secret_keys=(new,)))
    assert await caller_of(both, tokens.access)
    fresh = await sessions.refresh(both, tokens.refresh)
    assert await caller_of(alone, fresh.access)
    await refused_token(alone, tokens.access)


async def test_a_caller_is_looked_up_in_one_statement_by_primary_key(nobody: Context, tokens: Tokens) -> None:
    meter = Meter()
    reset = METER.set(meter)
    await caller_of(nobody, tokens.access)
    METER.reset(reset)
    assert meter.statements == 1


async def test_a_change_of_role_bites_at_once(factory: Factory, nobody: Context, user: User, tokens: Tokens) -> None:
    await factory.patch(user, role="supervisor")
    assert (await caller_of(nobody, tokens.access)).role is Role.SUPERVISOR


async def test_deactivation_bites_at_once_and_for_good(
    factory: Factory, nobody: Context, user: User, tokens: Tokens
) -> None:
    await factory.patch(user, is_active=False)
    await refused_token(nobody, tokens.access)
    await refused_refresh(nobody, tokens.refresh)
    await factory.patch(user, is_active=True)
    await refused_token(nobody, tokens.access)
    await refused_refresh(nobody, tokens.refresh)


async def test_a_deleted_users_tokens_are_nobodys(
    factory: Factory, nobody: Context, user: User, tokens: Tokens
) -> None:
    await factory.run("user.delete", user.id)
    await refused_token(nobody, tokens.access)
    await refused_refresh(nobody, tokens.refresh)


# --- refreshing ---------------------------------------------------------------------------------------------------


async def test_a_refresh_gives_a_new_pair_and_keeps_the_session(nobody: Context, tokens: Tokens) -> None:
    renewed = await sessions.refresh(nobody, tokens.refresh)
    before, after = await caller_of(nobody, tokens.access), await caller_of(nobody, renewed.access)
    assert renewed.refresh != tokens.refresh
    assert after == before
    assert await sessions.refresh(nobody, renewed.refresh)


async def test_each_refresh_gives_the_session_another_seven_days(
    factory: Factory, nobody: Context, tokens: Tokens
) -> None:
    await sessions.refresh(nobody, tokens.refresh)
    session = await session_of(factory, tokens)
    assert session.expires_at - session.refreshed_at == timedelta(days=7)
    assert session.refreshed_at > session.created_at


async def let_pass(context: Context, **time: float) -> None:
    """As if so much time had passed since every refresh."""

    async def body(tx: Transaction) -> None:
        for jti, used_at in await tx.fetch("SELECT jti, used_at FROM refresh_tokens WHERE used_at IS NOT NULL"):
            earlier = MomentField().to_python_value(used_at) - timedelta(**time)
            await tx.fetch("UPDATE refresh_tokens SET used_at = $1 WHERE jti = $2", [earlier, jti])

    await context.database.write(body)


async def test_a_refresh_token_used_again_at_once_gets_another_pair_of_its_session(
    nobody: Context, tokens: Tokens
) -> None:
    one, other = await sessions.refresh(nobody, tokens.refresh), await sessions.refresh(nobody, tokens.refresh)
    assert one.refresh != other.refresh
    assert await caller_of(nobody, one.access) == await caller_of(nobody, other.access)
    await let_pass(nobody, minutes=50)  # two tabs, each of which goes on with its own
    assert await sessions.refresh(nobody, one.refresh)
    await let_pass(nobody, minutes=50)
    assert await sessions.refresh(nobody, other.refresh)


async def test_within_the_grace_a_token_is_good_and_a_moment_after_it_is_not(nobody: Context, tokens: Tokens) -> None:
    await sessions.refresh(nobody, tokens.refresh)
    await let_pass(nobody, seconds=28)
    renewed = await sessions.refresh(nobody, tokens.refresh)
    await let_pass(nobody, seconds=3)
    await refused_refresh(nobody, tokens.refresh)
    await refused_token(nobody, renewed.access)


async def test_the_grace_is_a_setting_that_may_be_none(nobody: Context, tokens: Tokens) -> None:
    settings = dataclasses.replace(nobody.settings, refresh_grace=timedelta())
    strict = dataclasses.replace(nobody, settings=settings)
    await sessions.refresh(strict, tokens.refresh)
    await refused_refresh(strict, tokens.refresh)


async def test_a_token_used_by_a_clock_far_ahead_is_good_for_no_longer(nobody: Context, tokens: Tokens) -> None:
    await sessions.refresh(nobody, tokens.refresh)
    await let_pass(nobody, hours=-1)
    await refused_refresh(nobody, tokens.refresh)


async def test_a_token_that_is_used_again_without_end_was_copied(nobody: Context, tokens: Tokens) -> None:
    for _ in range(sessions.MOST_TOKENS):
        latest = await sessions.refresh(nobody, tokens.refresh)
    await refused_refresh(nobody, tokens.refresh)
    await refused_token(nobody, latest.access)


async def test_of_a_long_session_few_tokens_are_kept(nobody: Context, tokens: Tokens) -> None:
    latest = tokens
    for _ in range(5):
        latest = await sessions.refresh(nobody, latest.refresh)
        await let_pass(nobody, hours=1)
    ((kept,),) = await nobody.database.fetch("SELECT count(*) FROM refresh_tokens")
    assert kept == 2


async def test_a_refresh_token_used_twice_ends_its_whole_family(nobody: Context, tokens: Tokens) -> None:
    second = await sessions.refresh(nobody, tokens.refresh)
    third = await sessions.refresh(nobody, second.refresh)
    await let_pass(nobody, seconds=31)
    await refused_refresh(nobody, tokens.refresh)
    for access in (tokens.access, second.access, third.access):
        await refused_token(nobody, access)
    await refused_refresh(nobody, third.refresh)


async def test_another_login_of_the_same_user_is_another_family(nobody: Context, user: User, tokens: Tokens) -> None:
    other = await sessions.login(nobody, user.username, PASSWORD)
    await sessions.refresh(nobody, tokens.refresh)
    await let_pass(nobody, seconds=31)
    await refused_refresh(nobody, tokens.refresh)
    assert await caller_of(nobody, other.access)
    assert await sessions.refresh(nobody, other.refresh)


async def test_refreshes_with_one_token_at_once_each_get_a_pair(nobody: Context, tokens: Tokens) -> None:
    pairs = await asyncio.gather(*(sessions.refresh(nobody, tokens.refresh) for _ in range(5)))
    assert len({pair.refresh for pair in pairs}) == 5
    for pair in pairs:
        assert await sessions.refresh(nobody, pair.refresh)


async def test_without_a_grace_of_two_refreshes_at_once_one_wins_and_the_family_ends(
    nobody: Context, tokens: Tokens
) -> None:
    settings = dataclasses.replace(nobody.settings, refresh_grace=timedelta())
    strict = dataclasses.replace(nobody, settings=settings)
    answers = await asyncio.gather(
        *(sessions.refresh(strict, tokens.refresh) for _ in range(5)), return_exceptions=True
    )
    won = [answer for answer in answers if isinstance(answer, sessions.Tokens)]
    lost = [answer.code for answer in answers if isinstance(answer, Fault)]
    assert len(won) == 1
    assert lost == [Code.TOKEN_NOT_VALID] * 4
    await refused_token(nobody, won[0].access)
    await refused_refresh(nobody, won[0].refresh)


async def test_an_expired_session_is_over_whatever_its_tokens_say(nobody: Context, tokens: Tokens) -> None:
    await expire(nobody, tokens)
    await refused_token(nobody, tokens.access)
    await refused_refresh(nobody, tokens.refresh)


@pytest.mark.parametrize("abuse", ["no signature", "another key", "expired", "of another user", "garbage"])
async def test_a_refresh_token_that_is_not_quite_ours_is_refused(nobody: Context, tokens: Tokens, abuse: str) -> None:
    await refused_refresh(nobody, ABUSES[abuse](nobody.settings, tokens.refresh))


async def test_a_stolen_signature_cannot_end_a_family_with_a_forged_token(nobody: Context, tokens: Tokens) -> None:
    await refused_refresh(nobody, ABUSES["another key"](nobody.settings, tokens.refresh))
    assert await sessions.refresh(nobody, tokens.refresh)


# --- logging out --------------------------------------------------------------------------------------------------


async def test_logout_ends_the_access_token_too(nobody: Context, tokens: Tokens) -> None:
    await sessions.logout(await as_caller(nobody, tokens.access), tokens.refresh)
    await refused_token(nobody, tokens.access)
    await refused_refresh(nobody, tokens.refresh)


async def test_logging_out_twice_is_no_error(nobody: Context, tokens: Tokens) -> None:
    caller = await as_caller(nobody, tokens.access)
    await sessions.logout(caller, tokens.refresh)
    await sessions.logout(caller, tokens.refresh)


async def test_logout_leaves_the_users_other_sessions_alone(nobody: Context, user: User, tokens: Tokens) -> None:
    other = await sessions.login(nobody, user.username, PASSWORD)
    await sessions.logout(await as_caller(nobody, tokens.access), tokens.refresh)
    assert await caller_of(nobody, other.access)


async def test_nobody_is_logged_out_by_somebody_else(factory: Factory, nobody: Context, tokens: Tokens) -> None:
    stranger = await factory.context(Role.ADMIN)
    await refused_with(nobody.database, Code.TOKEN_NOT_VALID, sessions.logout(stranger, tokens.refresh))
    assert await caller_of(nobody, tokens.access)


async def test_logout_takes_a_caller_and_a_refresh_token(nobody: Context, tokens: Tokens) -> None:
    await refused_with(nobody.database, Code.NOT_AUTHENTICATED, sessions.logout(nobody, tokens.refresh))
    caller = await as_caller(nobody, tokens.access)
    await refused_with(nobody.database, Code.TOKEN_NOT_VALID, sessions.logout(caller, tokens.access))


# --- changing one's password --------------------------------------------------------------------------------------


async def change(context: Context, old: object = PASSWORD, new: object = "a better horse") -> None:
    await sessions.change_own_password(context, {"old_password": old, "new_password": new}, id_only)


async def test_the_new_password_is_good_and_the_old_one_is_not(nobody: Context, user: User, tokens: Tokens) -> None:
    await change(await as_caller(nobody, tokens.access))
    assert await sessions.login(nobody, user.username, "a better horse")
    await refused_with(nobody.database, Code.INVALID_CREDENTIALS, sessions.login(nobody, user.username, PASSWORD))


async def test_changing_the_password_ends_the_users_other_sessions_alone(
    factory: Factory, nobody: Context, user: User, tokens: Tokens
) -> None:
    other = await sessions.login(nobody, user.username, PASSWORD)
    await factory.user(username="bakyt")
    strangers = await sessions.login(nobody, "bakyt", PASSWORD)
    await change(await as_caller(nobody, tokens.access))
    await refused_token(nobody, other.access)
    await refused_refresh(nobody, other.refresh)
    assert await caller_of(nobody, tokens.access)
    assert await sessions.refresh(nobody, tokens.refresh)
    assert await caller_of(nobody, strangers.access)


async def test_a_wrong_old_password_is_an_error_of_its_field(nobody: Context, tokens: Tokens) -> None:
    caller = await as_caller(nobody, tokens.access)
    fault = await refused_with(nobody.database, Code.VALIDATION, change(caller, old="wrong horse"))
    assert isinstance(fault, Invalid)
    assert (list(fault.fields), fault.status) == (["old_password"], 400)


@pytest.mark.parametrize("new", ["", "short 1", 12345678, None, "with NUL \0 in it", "x" * 256])
async def test_a_new_password_must_be_one(nobody: Context, tokens: Tokens, new: object) -> None:
    caller = await as_caller(nobody, tokens.access)
    fault = await refused_with(nobody.database, Code.VALIDATION, change(caller, new=new))
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == ["new_password"]


async def test_blanks_and_other_alphabets_are_part_of_a_password(nobody: Context, user: User, tokens: Tokens) -> None:
    await change(await as_caller(nobody, tokens.access), new="  пароль с краями  ")
    await refused_with(
        nobody.database, Code.INVALID_CREDENTIALS, sessions.login(nobody, user.username, "пароль с краями")
    )
    assert await sessions.login(nobody, user.username, "  пароль с краями  ")


async def test_only_a_caller_can_change_a_password(nobody: Context) -> None:
    await refused_with(nobody.database, Code.NOT_AUTHENTICATED, change(nobody))


async def test_the_history_tells_that_a_password_changed_and_not_what_it_is(
    nobody: Context, user: User, tokens: Tokens
) -> None:
    await change(await as_caller(nobody, tokens.access))
    ((action, entity, row_id, actor, changes),) = await nobody.database.fetch(
        "SELECT action, entity, entity_id, actor_id, changes FROM audit_events ORDER BY id DESC LIMIT 1"
    )
    assert (action, entity, row_id, actor) == ("change_password", "usr", user.id, user.id)
    assert changes in ({}, "{}")


async def test_of_two_changes_at_once_from_the_same_old_password_one_wins(nobody: Context, tokens: Tokens) -> None:
    caller = await as_caller(nobody, tokens.access)
    answers = await asyncio.gather(
        change(caller, new="first new one"), change(caller, new="second new one"), return_exceptions=True
    )
    assert sorted(type(answer) for answer in answers if answer is not None) == [Invalid]


# --- secrets ------------------------------------------------------------------------------------------------------


async def test_no_secret_is_in_any_repr_or_log(nobody: Context, user: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    attempt = await sessions.login(nobody, user.username, PASSWORD)
    await sessions.refresh(nobody, attempt.refresh)
    shown = [
        repr(attempt),
        repr(nobody),
        repr(sessions.LoginInput("aida", PASSWORD)),
        repr(sessions.RefreshInput(attempt.refresh)),
        repr(sessions.PasswordChange(PASSWORD, "a better horse")),
        caplog.text,
    ]
    secrets = (PASSWORD, "a better horse", attempt.access, attempt.refresh, nobody.settings.secret_keys[0])
    assert not [secret for secret in secrets if any(secret in text for text in shown)]


# --- helpers ------------------------------------------------------------------------------------------------------


async def count_of_sessions(context: Context, user: User) -> int:
    rows = await context.database.fetch("SELECT count(*) FROM sessions WHERE user_id = $1", [user.id])
    return int(rows[0][0])


async def session_of(factory: Factory, tokens: Tokens) -> Session:
    sql = "SELECT created_at, refreshed_at, expires_at, ended_at FROM sessions WHERE id = $1"
    (moments,) = await factory.database.fetch(sql, [UUID(hex=claims_of(tokens.access)["sid"])])
    names = ("created_at", "refreshed_at", "expires_at", "ended_at")
    return Session(**dict(zip(names, map(MomentField().to_python_value, moments), strict=True)))


async def expire(context: Context, tokens: Tokens) -> None:
    """As if the session had been left alone for seven days, though its tokens say otherwise."""
    sql, moment = "UPDATE sessions SET expires_at = $1 WHERE user_id = $2", datetime.now(UTC) - timedelta(seconds=1)
    await context.database.write(lambda tx: tx.fetch(sql, [moment, tokens.user_id]))
