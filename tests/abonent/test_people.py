"""Users whom commands make, and the passwords that the program keeps."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest

from abonent import people
from abonent.people import STAFF, apply_password, console, ensure, kept_logins, make_logins
from resolvers.identity.passwords import matches


@pytest.fixture(autouse=True)
def kept_in_the_tests_own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(people, "DATA", tmp_path)


async def user(database, username):
    rows = await database.fetch(f"SELECT id, password, role FROM users WHERE username = '{username}'")
    return rows[0] if rows else None


async def test_generated_passwords_are_made_once_and_kept_for_the_owner_only(settings, tmp_path):
    first, second = make_logins(settings), make_logins(settings)
    assert first == second == kept_logins(settings)
    assert list(first) == ["admin", "supervisor", "operator", "employee"]
    assert len(set(first.values())) == 4
    (file,) = tmp_path.glob("*.logins")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_given_password_makes_the_admin_alone(database, settings):
    await apply_password(console(database, settings), "the-password-1")
    assert (await user(database, "admin"))[2] == "admin"
    assert await user(database, "operator") is None


async def test_a_given_password_takes_the_place_of_what_staff_had(database, settings):
    context, generated = console(database, settings), make_logins(settings)
    for person in STAFF:
        await ensure(context, person, generated[person.username])
    await apply_password(context, "another-one")
    for person in STAFF:
        assert await matches(settings, (await user(database, person.username))[1], "another-one")
    assert kept_logins(settings) == {}


async def test_somebody_else_of_the_same_name_keeps_their_own(database, settings, factory):
    await factory.user(username="operator", password="a-password-of-mine", first_name="Анна", last_name="Ли")
    await apply_password(console(database, settings), "another-one")
    assert await matches(settings, (await user(database, "operator"))[1], "a-password-of-mine")


async def test_a_password_that_is_right_already_is_left_alone(database, settings):
    context = console(database, settings)
    await apply_password(context, "the-password-1")
    before = await user(database, "admin")
    await apply_password(context, "the-password-1")
    assert await user(database, "admin") == before


async def test_whoever_is_there_is_not_made_again(database, settings):
    context = console(database, settings)
    first = await ensure(context, STAFF[0], "the-password-1")
    assert await ensure(context, replace(STAFF[0], first_name="Другой"), "another-one") == first
    assert await matches(settings, (await user(database, "admin"))[1], "the-password-1")
