"""Whatever may be wrong with a database or a folder before anything is served is told in a sentence."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sqlite3
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg
import pytest
from click.testing import CliRunner

from abonent.cli import main
from models.migrations import migrate
from tests.conftest import POSTGRES_URL, settings_for

if TYPE_CHECKING:
    from pathlib import Path

KEY = "test-secret-of-more-than-32-bytes-00"
COMMANDS = (["migrate"], ["serve", "--port", "0"], ["seed"], ["createuser", "boss"], ["check"])


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """Nothing of the machine's own settings; the log's set-up is undone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("abonent.people.DATA", tmp_path)
    monkeypatch.setattr("abonent.config.CHECKOUT", tmp_path)
    for name in [name for name in os.environ if name.startswith(("ABONENT_", "SECRET_KEY", "DATABASE_URL"))]:
        monkeypatch.delenv(name)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def told(url: str, *arguments: str, **more: str) -> str:
    """What a command says; it must fail, in so many words and without an exception that nobody expected."""
    env = {"DATABASE_URL": url, "SECRET_KEY": KEY, "ABONENT_ARGON2_TIME_COST": "1", "ABONENT_ARGON2_MEMORY_KIB": "8"}
    done = CliRunner().invoke(main, arguments or ["migrate"], input="a-long-enough-password\n", env={**env, **more})
    assert isinstance(done.exception, SystemExit), done.exc_info
    assert done.exit_code in {1, 2}, done.output
    assert done.stderr.startswith("Error: "), done.output
    return done.stderr


# --- SQLite -------------------------------------------------------------------------------------------------------


def _written(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _damaged(file: Path) -> None:
    asyncio.run(migrate(settings_for(f"sqlite://{file}")))
    content = bytearray(file.read_bytes())
    content[100:4096] = b"\xff" * 3996
    file.write_bytes(content)


def _newer(file: Path) -> None:
    asyncio.run(migrate(settings_for(f"sqlite://{file}")))
    _written(file, "INSERT INTO schema_migrations VALUES ('9999_of_tomorrow', '2030-01-01')")


SQLITE = {
    "a text file": (lambda file: file.write_text("Dear diary, " * 100), "is no SQLite database"),
    "a folder": (lambda file: file.mkdir(), "Is a directory"),
    "a damaged file": (_damaged, "is damaged"),
    "another program's file": (lambda file: _written(file, "CREATE TABLE users (x)"), "tables of another program"),
    "another framework's migrations": (
        lambda file: _written(file, "CREATE TABLE schema_migrations (version TEXT)"),
        "tables of another program",
    ),
    "UTF-16": (
        lambda file: _written(file, "PRAGMA encoding = 'UTF-16le'", "CREATE TABLE schema_migrations (name)"),
        "UTF-16",
    ),
    "a newer version's": (_newer, "migrated by a newer version (9999_of_tomorrow)"),
    "a file in the folder's place": (lambda file: (file.parent / "sub").write_text(""), "File exists"),
}


@pytest.mark.parametrize("case", SQLITE)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence(case, tmp_path):
    make, words = SQLITE[case]
    make(tmp_path / "abonent.sqlite3")
    inside = "sub/abonent.sqlite3" if (tmp_path / "sub").exists() else "abonent.sqlite3"
    assert words in told(f"sqlite://{tmp_path}/{inside}")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_tells_it(command, tmp_path):
    (tmp_path / "abonent.sqlite3").write_text("Dear diary, " * 100)
    assert "database" in told(f"sqlite://{tmp_path}/abonent.sqlite3", *command)


def test_a_folder_that_nothing_can_be_made_in():
    assert "cannot be made" in told("sqlite:///proc/abonent/abonent.sqlite3")


def test_a_folder_that_no_secret_key_can_be_kept_in():
    said = told("sqlite:///proc/abonent/abonent.sqlite3", SECRET_KEY="")
    assert "SECRET_KEY is not set, and none can be kept in /proc/abonent/" in said


@pytest.mark.parametrize("kept", ["", "short", b"\xff\xfe" * 20], ids=["empty", "short", "bytes"])
def test_a_kept_key_that_is_none(kept, tmp_path):
    (tmp_path / "abonent.sqlite3.secret-key").write_bytes(kept if isinstance(kept, bytes) else kept.encode())
    assert "is no key" in told(f"sqlite://{tmp_path}/abonent.sqlite3", SECRET_KEY="")


@pytest.mark.parametrize("kept", [b"\xff\xfe admin\n", b"", b"admin\n"], ids=["bytes", "nothing", "half"])
def test_kept_logins_that_are_none(kept, tmp_path):
    (tmp_path / "abonent.sqlite3.logins").write_bytes(kept)
    assert "abonent.sqlite3.logins holds no logins" in told(f"sqlite://{tmp_path}/abonent.sqlite3", "seed")


def test_an_env_file_that_is_no_text(tmp_path):
    (tmp_path / ".env").write_bytes(b"ABONENT_PORT=\xff\xfe\n")
    assert ".env is no text in UTF-8" in told(f"sqlite://{tmp_path}/abonent.sqlite3")


@pytest.mark.parametrize("host", ["no.such.host.invalid", "x" * 80, "256.1.1.1", "::zz"])
def test_an_address_that_is_none(host, tmp_path):
    said = told(f"sqlite://{tmp_path}/abonent.sqlite3", "serve", "--port", "0", "--host", host)
    assert said.startswith(f"Error: cannot listen at {host}:0: ")


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


@dataclass
class Server:
    """PostgreSQL, a database of the test's own, and what it needs done there first."""

    url: str
    name: str

    def url_of(self, user: str = "postgres", name: str | None = None) -> str:
        return self.url.replace("postgres@", f"{user}@").rpartition("/")[0] + f"/{name or self.name}"


def _execute(url: str, *statements: str) -> None:
    async def run():
        connection = await asyncpg.connect(url, timeout=5)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


@pytest.fixture
def server(postgres_url, worker_id):
    assert postgres_url  # there is a server
    name = f"abonent_unusable_{worker_id}_{os.getpid()}"
    _execute(POSTGRES_URL, f"CREATE DATABASE {name}")
    yield Server(POSTGRES_URL, name)
    _execute(POSTGRES_URL, f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE IF EXISTS {name}")


@pytest.mark.parametrize("more", ["SELECT 1", "REVOKE ALL ON SCHEMA public FROM public"], ids=["to make", "at all"])
def test_a_user_without_rights_on_the_schema(server, more):
    _execute(server.url_of(), f"CREATE ROLE {server.name} LOGIN", more)
    assert "GRANT CREATE, USAGE ON SCHEMA public" in told(server.url_of(server.name))


def test_a_user_without_rights_on_the_tables(server):
    asyncio.run(migrate(settings_for(server.url_of())))
    _execute(server.url_of(), f"CREATE ROLE {server.name} LOGIN")
    for command in COMMANDS:
        assert "permission denied" in told(server.url_of(server.name), *command)


def test_a_user_who_does_not_exist(server):
    assert "does not let this user in" in told(server.url_of("nobody_of_ours"))


def test_a_database_that_does_not_exist(server):
    assert "no such database" in told(server.url_of(name="not_there_at_all"))


def test_no_schema_to_make_tables_in(server):
    _execute(server.url_of(), "DROP SCHEMA public")
    assert "no schema to make tables in" in told(server.url_of())


def test_a_database_that_only_reads(server):
    _execute(server.url_of(), f"ALTER DATABASE {server.name} SET default_transaction_read_only = on")
    assert "only reads" in told(server.url_of())


@pytest.mark.parametrize("table", ["users (x int)", "schema_migrations (version text)"])
def test_tables_of_another_program(server, table):
    _execute(server.url_of(), f"CREATE TABLE {table}")
    assert "tables of another program" in told(server.url_of())


def test_an_encoding_without_room_for_the_words(server):
    _execute(
        server.url,
        f"DROP DATABASE {server.name}",
        f"CREATE DATABASE {server.name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    )
    assert "keeps its texts in LATIN1" in told(server.url_of())


def test_a_schema_of_a_newer_version(server):
    asyncio.run(migrate(settings_for(server.url_of())))
    _execute(server.url_of(), "INSERT INTO schema_migrations VALUES ('9999_of_tomorrow', 'x')")
    assert "migrated by a newer version (9999_of_tomorrow)" in told(server.url_of())
    asyncio.run(migrate(settings_for(server.url_of(), newer_schema=True)))


def test_no_connection_left(server):
    _execute(server.url_of(), f"CREATE ROLE {server.name} LOGIN CONNECTION LIMIT 0")
    assert "max_connections" in told(server.url_of(server.name))


def test_a_server_that_gives_it_no_time(server):
    _execute(server.url_of(), f"ALTER DATABASE {server.name} SET statement_timeout = '1ms'")
    assert "statement_timeout" in told(server.url_of())


@pytest.mark.parametrize(
    "query", ["sslmode=perhaps", "sslmode=require", "no_such_setting=1", "sslrootcert=/none&sslmode=verify-ca"]
)
def test_parameters_that_do_not_fit(server, query):
    assert "DATABASE_URL" in told(f"{server.url_of()}?{query}") or "no_such_setting" in query


def test_nobody_there():
    assert "PostgreSQL cannot be reached" in told("postgres://nobody@127.0.0.1:1/nothing")


def test_a_host_without_an_address():
    assert "PostgreSQL cannot be reached" in told("postgres://nobody@no.such.host.invalid/nothing")


def test_another_kind_of_server():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer_as_a_web_server, args=[listener], daemon=True).start()
        assert "PostgreSQL" in told(f"postgres://u:hunter2@127.0.0.1:{listener.getsockname()[1]}/nothing")


def _answer_as_a_web_server(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


# --- passwords ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password", ["hun/ter2", "hun@ter2", "hun#ter2", "hun?ter2", "hun:ter2", "12/hunter2", "hun%ter2", "[hunter2"]
)
def test_a_password_in_the_url_is_never_told_however_it_is_spelt(password):
    said = told(f"postgres://somebody:{password}@127.0.0.1:1/nothing")
    assert "ter2" not in said
    assert "somebody" in said or "cannot be reached" in said
