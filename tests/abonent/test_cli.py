"""The command line as it is typed: what it does, and how it says what is wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket

import pytest
from click.testing import CliRunner

from abonent.cli import main
from resolvers.identity.passwords import matches
from tests.abonent.check.planting import plant


@pytest.fixture(autouse=True)
def restored_log():
    """Commands set the root logger up; tests want theirs back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.fixture
def cli(settings, tmp_path, monkeypatch):
    """Runs a command on the test's database."""
    return runner(settings.database_url, tmp_path, monkeypatch)


def runner(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("abonent.people.DATA", tmp_path)
    monkeypatch.setattr("abonent.config.CHECKOUT", tmp_path)  # a developer's own .env is none of the tests' business
    for name in [name for name in os.environ if name.startswith(("ABONENT_", "SECRET_KEY", "DATABASE_URL"))]:
        monkeypatch.delenv(name)
    env = {
        "DATABASE_URL": url,
        "SECRET_KEY": "test-secret-of-more-than-32-bytes-00",
        "ABONENT_ARGON2_TIME_COST": "1",
        "ABONENT_ARGON2_MEMORY_KIB": "8",
    }

    async def run(*arguments, input=None, **more):  # noqa: A002 - click's own word
        invoked = CliRunner().invoke
        return await asyncio.to_thread(invoked, main, arguments, input=input, env={**env, **more})

    return run


async def password_is(database, settings, username, password):
    rows = await database.fetch(f"SELECT password FROM users WHERE username = '{username}'")
    return await matches(settings, rows[0][0], password)


# --- migrate ------------------------------------------------------------------------------------------------------


async def test_migrating_makes_the_tables_and_again_does_nothing(unmigrated_url, tmp_path, monkeypatch):
    run = runner(unmigrated_url, tmp_path, monkeypatch)
    first, second = await run("migrate"), await run("migrate")
    assert first.exit_code == second.exit_code == 0
    assert "applied 0001_tables" in first.output
    assert second.output == "up to date\n"


# --- seed ---------------------------------------------------------------------------------------------------------


async def test_the_demo_is_loaded_once_and_its_logins_printed(cli, database, settings):
    first, second = await cli("seed"), await cli("seed")
    assert first.exit_code == second.exit_code == 0, first.output
    logins = dict(line.split() for line in first.output.splitlines()[3:])
    assert list(logins) == ["admin", "supervisor", "operator", "employee"]
    for username, password in logins.items():
        assert await password_is(database, settings, username, password)
    assert second.output == "There are customers already: the demo was not loaded.\n"


async def test_the_demos_password_can_be_given(cli, database, settings):
    done = await cli("seed", ABONENT_ADMIN_PASSWORD="a-given-one")
    assert done.exit_code == 0, done.output
    for username in ("admin", "supervisor", "operator", "employee"):
        assert await password_is(database, settings, username, "a-given-one")


async def test_scale_adds_as_many_as_promised(cli, database):
    done = await cli("seed", "--scale", "40", ABONENT_ADMIN_PASSWORD="the-password-1")
    assert done.exit_code == 0, done.output
    counted = [
        (await database.fetch(f"SELECT COUNT(*) FROM {table}"))[0][0]
        for table in ("customers", "contracts", "sims", "payments", "tickets", "users")
    ]
    assert counted == [40, 80, 88, 800, 20, 4]


async def test_a_senseless_scale_is_refused(cli):
    assert "0 is not in the range" in (await cli("seed", "--scale", "0")).output


# --- createuser ---------------------------------------------------------------------------------------------------


async def test_a_user_is_made_with_the_password_from_the_standard_input(cli, database, settings):
    done = await cli("createuser", "chef", "--role", "supervisor", "--last-name", "Иванов", input="the-password-1\n")
    assert done.output == "chef is user 1, role supervisor.\n"
    assert await password_is(database, settings, "chef", "the-password-1")
    (event,) = await database.fetch("SELECT action, actor_id FROM audit_events")
    assert tuple(event) == ("create", None)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_user_of_a_taken_name_is_refused_in_a_sentence(cli):
    await cli("createuser", "chef", input="the-password-1\n")
    done = await cli("createuser", "chef", input="the-password-1\n")
    assert done.exit_code == 1
    assert done.output == "Error: username: This value is already taken\n"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_short_password_is_refused_in_a_sentence(cli):
    done = await cli("createuser", "chef", input="short\n")
    assert done.exit_code == 1
    assert done.output.startswith("Error: password: ")


# --- check --------------------------------------------------------------------------------------------------------


async def test_a_check_of_the_demo_finds_all_well(cli):
    await cli("seed")
    done = await cli("check")
    assert done.exit_code == 0, done.output
    assert done.output.endswith("all is well\n")
    assert "WRONG" not in done.output


async def test_a_check_of_a_scale_seed_finds_all_well(cli):
    await cli("seed", "--scale", "60")
    done = await cli("check")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_check_that_finds_something_says_so_and_fails(cli, database, factory):
    contract = await factory.active_contract(balance="10.00")

    async def spoil(tx):
        await tx.fetch("UPDATE contracts SET balance = 1100")

    await database.write(spoil)
    done = await cli("check")
    assert done.exit_code == 1
    assert f"- contract {contract.id}: balance 11.00, its entries add up to 10.00" in done.output
    assert done.output.endswith("1 wrong\n")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_check_without_a_database_is_an_error_in_a_sentence(cli, tmp_path):
    done = await cli("check", DATABASE_URL=f"sqlite://{tmp_path}/none.sqlite3")
    assert done.exit_code == 1
    assert done.output.startswith("Error: the database cannot be used: ")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_table_of_operations_needs_no_database(cli):
    output = (await cli("check", "--operations", DATABASE_URL="sqlite://nowhere/x")).output
    line = next(line for line in output.splitlines() if line.startswith("contract.activate"))
    assert "draft → active" in line
    assert "operator, supervisor, admin" in line
    assert "sim_id*" in line
    assert "activateContract" in line
    assert line.endswith("POST /api/contracts/{id}/activate/")


async def test_tallies_are_counted_anew_when_asked(cli, settings):
    await cli("seed")
    await plant(settings, "UPDATE tallies SET number = number + 3 WHERE counted IN ('tickets', 'sims')")
    assert (await cli("check")).exit_code == 1
    done = await cli("check", "--repair-tallies")
    assert done.exit_code == 0, done.output
    assert "the tallies were counted anew" in done.output
    assert (await cli("check")).exit_code == 0


# --- printing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_schema_is_printed(cli):
    assert "type Customer implements Node" in (await cli("export-schema")).output


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("language", "word"), [("ru", "клиент"), ("en", "customer")])
async def test_the_rest_api_is_described(cli, language, word):
    described = json.loads((await cli("openapi", "--language", language)).output)
    assert described["openapi"].startswith("3.1")
    assert word in json.dumps(described["paths"]["/api/customers/"], ensure_ascii=False).lower()


# --- what is wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_bad_settings_are_told_without_a_traceback(cli):
    done = await cli("migrate", ABONENT_PORT="x")
    assert done.exit_code == 2
    assert done.output == (
        "Error: the settings cannot be used:\nABONENT_PORT='x': expected is a whole number from 0 to 65535\n"
    )


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_server_that_does_not_answer_is_told_without_a_traceback(cli):
    done = await cli("migrate", DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing")
    assert done.exit_code == 1
    assert done.output.startswith("Error: the database cannot be used: PostgreSQL cannot be reached")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_taken_port_is_told_without_a_traceback(cli):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = await cli("serve", "--port", str(port))
    assert done.exit_code == 1
    assert done.output == f"Error: cannot listen at 127.0.0.1:{port}: Address already in use; see --host and --port\n"


@pytest.mark.parametrize(
    "command", ["serve", "migrate", "seed", "createuser", "backup", "restore", "export-schema", "openapi", "check"]
)
def test_every_command_explains_itself(command):
    done = CliRunner().invoke(main, [command, "--help"])
    assert done.exit_code == 0
    assert len(done.output.splitlines()) > 4
