"""Every test that asks for `settings`, `database`, `app` or `http` runs on both databases, each time on an empty one.

SQLite: a copy of a migrated file (1 ms). PostgreSQL: a database for each worker, emptied before each test (2 ms; a
TRUNCATE takes 40 and a copy of a template 80). Where PostgreSQL does not answer its tests are skipped, but with CI=true
they fail.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import httpx
import pytest

from models.database import open_database
from models.migrations import migrate
from models.settings import Settings
from tests.factories import Factory

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ("tests.skips",)

POSTGRES_URL = os.environ.get("ABONENT_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
"""A server on which the tests may create databases; the user must be a superuser."""

TABLES = (
    "users",
    "customers",
    "tariffs",
    "contracts",
    "sims",
    "sim_bindings",
    "number_rests",
    "payments",
    "tickets",
    "comments",
    "ledger_entries",
    "audit_events",
    "register_rows",
    "payment_providers",
    "import_results",
    "import_rows",
    "upload_pieces",
    "uploads",
    "jobs",
    "sessions",
    "refresh_tokens",
    "login_failures",
    "idempotency_keys",
    "api_keys",
    "api_key_uses",
    "budgets",
    "tallies",
    "tariff_terms",
    "charge_periods",
    "billing_policy",
    "webhooks",
    "webhook_secrets",
    "webhook_deliveries",
)
CLEAN = f"""
    SET session_replication_role = replica;
    {"".join(f"DELETE FROM {table};" for table in TABLES if table != "billing_policy")}
    UPDATE billing_policy SET billing_from = NULL, run_at = NULL, first_month = 'sale', refund_unused = 'none',
        promise_max = 50000, promise_days = 5, prepaid_remind_days = '[3, 1]', prepaid_grace_days = 0,
        prepaid_resume_anchor = 'today', prepaid_terminate_after_days = NULL, postpaid_remind_days = '[3, 1]',
        postpaid_grace_days = 0, postpaid_resume_anchor = 'today', postpaid_terminate_after_days = NULL;
    SELECT setval(c.oid::regclass, 1, false) FROM pg_class c WHERE c.relkind = 'S'
"""
"""Without triggers, which refuse to empty the ledger."""


def settings_for(database_url, **overrides):
    """Settings of a test: passwords are hashed as cheaply as can be, jobs are done by the test."""
    cheap = {"argon2_time_cost": 1, "argon2_memory_kib": 8, "hash_threads": 1, "worker": False}
    return Settings(database_url, ("test-secret-of-more-than-32-bytes-00",), **{**cheap, **overrides})


@pytest.fixture(scope="session")
def anyio_backend():
    return ("asyncio", {"use_uvloop": True})  # as in production


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """A migrated file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "template.sqlite3"
    asyncio.run(migrate(settings_for(f"sqlite://{file}")))
    return file


@pytest.fixture(scope="session")
def postgres_url(worker_id):
    """A migrated database of this worker's own."""
    try:
        asyncio.run(_execute(POSTGRES_URL, "SELECT 1"))
    except (OSError, asyncpg.PostgresError) as error:
        reason = f"PostgreSQL does not answer at {POSTGRES_URL}: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    name = f"abonent_test_{worker_id}_{os.getpid()}"
    url = POSTGRES_URL.rpartition("/")[0] + f"/{name}"
    asyncio.run(_execute(POSTGRES_URL, f"CREATE DATABASE {name}"))
    asyncio.run(migrate(settings_for(url)))
    yield url
    asyncio.run(_execute(POSTGRES_URL, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url, *statements):
    connection = await asyncpg.connect(url, timeout=5)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def sqlite_settings(sqlite_template, tmp_path):
    """Settings of an empty, migrated SQLite file."""
    file = tmp_path / "abonent.sqlite3"
    shutil.copyfile(sqlite_template, file)
    return settings_for(f"sqlite://{file}")


@pytest.fixture
async def postgres_settings(postgres_url):
    """Settings of an empty, migrated PostgreSQL database."""
    await _execute(postgres_url, "SET lock_timeout = '10s'", CLEAN)
    return settings_for(postgres_url)


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request):
    """Settings of an empty, migrated database; once for each of the two."""
    return request.getfixturevalue(f"{request.param}_settings")


@pytest.fixture(params=["sqlite", "postgres"])
def unmigrated_url(request, tmp_path):
    """The URL of a database without a schema; the SQLite file is still to be made."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path}/new/abonent.sqlite3"
        return
    url = request.getfixturevalue("postgres_url") + "_new"
    name = url.rpartition("/")[2]
    asyncio.run(_execute(POSTGRES_URL, f"CREATE DATABASE {name}"))
    yield url
    asyncio.run(_execute(POSTGRES_URL, f"DROP DATABASE {name} WITH (FORCE)"))


@asynccontextmanager
async def opened(settings):
    """The database of these settings, and closed again whatever happens."""
    database = await open_database(settings)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def database(settings):
    """The database, opened."""
    async with opened(settings) as opened_database:
        yield opened_database


@pytest.fixture
async def factory(database, settings):
    """Makes rows, and has a caller of every role."""
    return await Factory(database, settings).prepare()


@pytest.fixture
async def app(settings):
    """The whole program as an ASGI application, started."""
    application = importlib.import_module("abonent.app").create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def http(app):
    """A client of the program."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
