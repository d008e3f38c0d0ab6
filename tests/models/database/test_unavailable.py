"""A database that is gone, full or read-only is `Unavailable`, and serves again by itself once it is back."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg
import pytest

from models.database import Unavailable
from models.migrations import migrate
from tests.conftest import opened, settings_for
from tests.models.database.test_concurrency import finished, process
from tests.models.database.test_write import users
from tests.models.rows import added, insert


class Gate:
    """A TCP relay to PostgreSQL that can be shut: the server, as one that goes down sees it."""

    def __init__(self, url):
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._path = f"{parts.username}@127.0.0.1:{{port}}{parts.path}"
        self._writers = set()
        self._server = None
        self.port = 0
        self.silent = False
        """Whether whatever comes is dropped, as by a network that has forgotten the connection."""

    @property
    def url(self):
        return "postgres://" + self._path.format(port=self.port)

    async def open(self):
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self):
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0.01)

    async def _relay(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        both = {writer, far_writer}
        self._writers |= both
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self._writers -= both

    async def _pump(self, reader, writer):
        try:
            while data := await reader.read(65536):
                if not self.silent:
                    writer.write(data)
        except OSError:
            pass
        writer.close()


@pytest.fixture
async def gate(postgres_settings):
    relay = Gate(postgres_settings.database_url)
    await relay.open()
    yield relay
    await relay.shut()


async def unavailable(database):
    for call in (database.fetch("SELECT count(*) FROM users"), added(database, "users"), database.ping()):
        with pytest.raises(Unavailable) as told:
            await call
        assert told.value.__cause__ is not None


async def test_a_server_that_goes_down_and_comes_back(gate):
    async with opened(settings_for(gate.url)) as database:
        await added(database, "users")
        await gate.shut()
        await unavailable(database)
        await gate.open()
        await database.ping()
        assert await added(database, "users")
        assert await users(database) == 2


async def test_a_server_that_is_down_at_the_start(gate):
    await gate.shut()
    async with opened(settings_for(gate.url)) as database:
        await unavailable(database)
        await gate.open()
        assert await users(database) == 0


async def test_a_server_that_goes_down_in_mid_transaction(gate):
    async with opened(settings_for(gate.url)) as database:

        async def body(tx):
            await insert(tx, "users")
            await gate.shut()
            await insert(tx, "users")

        with pytest.raises(Unavailable):
            await database.write(body)
        await gate.open()
        assert await users(database) == 0


async def test_connections_that_the_server_ends_are_replaced(postgres_settings):
    async with opened(postgres_settings) as database:
        ended = []

        async def end_all(*, but=0):
            administrator = await asyncpg.connect(postgres_settings.database_url)
            sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'abonent'"
            ended.extend(await administrator.fetch(f"{sql} AND datname = current_database() AND pid <> $1", but))
            await administrator.close()

        async def body(tx):
            await insert(tx, "users")
            if len(ended) < 5:
                await end_all()
            await insert(tx, "users")

        await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.02)") for _ in range(4)))
        await end_all()
        assert await users(database) == 0
        assert len(ended) == 4
        await database.write(body)  # its connection is ended under it, and it runs anew
        assert await users(database) == 2


async def test_a_limit_that_the_databases_keeper_has_set_is_told_as_such(postgres_settings):
    async with opened(postgres_settings) as database:
        await added(database, "users")
        keeper = await asyncpg.connect(postgres_settings.database_url)
        await keeper.execute("BEGIN; SELECT * FROM users FOR UPDATE")
        try:
            for limit in ("lock_timeout", "statement_timeout"):

                async def body(tx, limit=limit):
                    await tx.fetch(f"SET LOCAL {limit} = '20ms'")
                    await tx.fetch("SELECT * FROM users FOR UPDATE")

                with pytest.raises(Unavailable):
                    await database.write(body)
        finally:
            await keeper.close()


async def test_a_transaction_that_the_server_ended_for_its_idleness_runs_anew(postgres_settings):
    async with opened(postgres_settings) as database:
        tried = []

        async def body(tx):
            tried.append(1)
            if len(tried) == 1:
                await tx.fetch("SET LOCAL idle_in_transaction_session_timeout = '1ms'")
                await asyncio.sleep(0.1)
            return await insert(tx, "users")

        await database.write(body)
        assert len(tried) == 2
        assert await users(database) == 1


async def test_a_database_that_does_not_exist(postgres_settings):
    url = postgres_settings.database_url + "_gone"
    async with opened(settings_for(url)) as database:
        await unavailable(database)
    with pytest.raises(Unavailable):
        await migrate(settings_for(url))


async def test_an_unmigrated_database_is_told_so(unmigrated_url):
    if unmigrated_url.startswith("sqlite"):
        file = Path(unmigrated_url.removeprefix("sqlite://"))
        file.parent.mkdir()
        file.touch()
    async with opened(settings_for(unmigrated_url)) as database:
        with pytest.raises(Unavailable, match="abonent migrate"):
            await database.ping()


@pytest.mark.parametrize("unmigrated_url", ["postgres"], indirect=True)
async def test_search_without_its_extension_is_told_plainly(unmigrated_url):
    name = "abonent_test_" + str(os.getpid())
    administrator = await asyncpg.connect(unmigrated_url)
    await administrator.execute(f"CREATE ROLE {name} LOGIN")
    await administrator.execute(f"GRANT ALL ON SCHEMA public TO {name}")
    try:
        with pytest.raises(Unavailable, match="CREATE EXTENSION pg_trgm"):
            await migrate(settings_for(unmigrated_url.replace("//postgres@", f"//{name}@")))
    finally:
        await administrator.execute(f"DROP OWNED BY {name}")
        await administrator.execute(f"DROP ROLE {name}")
        await administrator.close()


def file_of(settings):
    return Path(settings.database_url.removeprefix("sqlite://"))


async def test_a_file_that_goes_away_and_comes_back(sqlite_settings):
    async with opened(sqlite_settings) as database:
        await added(database, "users")
        file = file_of(sqlite_settings)
        aside = file.parent / "aside"
        aside.mkdir()
        for part in file.parent.glob("abonent.sqlite3*"):
            part.rename(aside / part.name)
        await unavailable(database)
        for part in aside.iterdir():
            part.rename(file.parent / part.name)
        assert await added(database, "users")
        assert await users(database) == 2


async def test_a_file_that_is_replaced_is_opened_anew(sqlite_settings, sqlite_template):
    async with opened(sqlite_settings) as database:
        await added(database, "users")
        file = file_of(sqlite_settings)
        copy = file.with_name("restored")
        shutil.copyfile(sqlite_template, copy)
        for part in file.parent.glob("abonent.sqlite3-*"):
            part.unlink()
        copy.rename(file)
        assert await users(database) == 0
        assert await added(database, "users") == 1


async def test_a_file_that_is_no_database(sqlite_settings):
    file_of(sqlite_settings).write_bytes(b"x" * 8192)
    async with opened(sqlite_settings) as database:
        await unavailable(database)


async def test_a_full_disk_undoes_the_write_and_nothing_else(sqlite_settings):
    """`max_page_count` makes SQLite itself refuse with SQLITE_FULL."""
    async with opened(sqlite_settings) as database:

        async def body(tx):
            ((pages,),) = await tx.fetch("PRAGMA page_count")
            await tx.fetch(f"PRAGMA max_page_count = {pages + 2}")
            await insert(tx, "users")
            try:
                for _ in range(50):
                    await insert(tx, "customers", address="x" * 10_000)
            except Unavailable:
                await insert(tx, "users")  # must not be committed on its own

        with pytest.raises(Unavailable):
            await database.write(body)
        assert await users(database) == 0
        assert await added(database, "customers", address="x" * 10_000)


READ_ONLY = """
import asyncio, concurrent.futures.thread, os, sys  # all that is needed after setuid
from models.database import Unavailable, open_database
from models.settings import Settings
from tests.models.rows import insert

async def main(url):
    if os.getuid() == 0:
        os.setuid(65534)  # permissions bind everybody but root
    database = await open_database(Settings(url, ("",)))
    try:
        await database.write(lambda tx: insert(tx, "users"))
    except Unavailable as error:
        print(error)
    await database.close()

asyncio.run(main(sys.argv[1]))
"""


async def test_a_read_only_file(sqlite_template):
    with TemporaryDirectory() as folder:
        file = Path(folder) / "abonent.sqlite3"
        shutil.copyfile(sqlite_template, file)
        file.chmod(0o444)
        Path(folder).chmod(0o755)
        (output,) = await finished(await process(READ_ONLY, f"sqlite://{file}"))
    assert "readonly" in output
