"""The command line: `abonent serve | work | migrate | seed | createuser | export-schema | openapi | check`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from abonent import people, serving
from abonent.check.operations_table import table_of_operations
from abonent.check.run import check as verdicts
from abonent.config import BadSettings, load
from abonent.logs import configure_logging
from abonent.seed.demo import is_empty, load_demo
from abonent.seed.scale import load_scale
from abonent.worker import process as worker_process
from models.database import Unavailable, open_database
from models.migrations import migrate as migrate_database
from models.users import Role
from resolvers.faults import Invalid
from resolvers.words import Language, say
from rest_compat.openapi.document import document
from rest_compat.routes import PREFIX, endpoints
from schema.schema import sdl

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from abonent.config import Configuration
    from models.database import Database

T = TypeVar("T")
HERE: Final = frozenset({"127.0.0.1", "0.0.0.0", "::1", "::"})  # noqa: S104 - known, not bound
"""Addresses at which this machine answers to `localhost`."""
LOG: Final = logging.getLogger("abonent")


class Misuse(click.ClickException):
    """The command cannot even begin."""

    exit_code = 2


class Program(click.Group):
    """The group of commands: what is wrong is told in a sentence, never by a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadSettings as error:
            raise Misuse(f"the settings cannot be used:\n{error}") from None
        except Unavailable as error:
            raise click.ClickException(f"the database cannot be used: {error}") from None
        except Invalid as error:
            raise click.ClickException(_told(error)) from None


def _told(error: Invalid) -> str:
    return "\n".join(
        f"{field}: {say(message, Language.EN)}" for field, messages in error.fields.items() for message in messages
    )


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="abonent")
def main() -> None:
    """The API a telecom operator works on: GraphQL at /graphql, REST at /api/.

    Settings come from the environment and from the file .env; .env.example explains them. Without any, everything is
    kept in one SQLite file in the folder data/ of the checkout.
    """


def _configuration() -> Configuration:
    """The settings, with the log set up. Raises `BadSettings`."""
    configuration = load()
    configure_logging(configuration.settings.log_level)
    for warning in configuration.warnings:
        LOG.warning(warning)
    return configuration


@asynccontextmanager
async def _database(configuration: Configuration) -> AsyncIterator[Database]:
    """The database, up to date and open."""
    await migrate_database(configuration.settings)
    database = await open_database(configuration.settings)
    try:
        yield database
    finally:
        await database.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


# --- serve --------------------------------------------------------------------------------------------------------


@main.command()
@click.option("--host", help="Address to listen at.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen at.  [default: 8000]")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that share the port.  [default: 1]")
@click.option("--worker/--no-worker", default=None, help="Do jobs too, or leave them to `abonent work`.  [default: do]")
@click.option("--logins", is_flag=True, help="Print the logins of the demo, too.")
def serve(host: str | None, port: int | None, workers: int | None, *, worker: bool | None, logins: bool) -> None:
    """Serve both APIs until stopped.

    The database is brought up to date first. SIGTERM and Ctrl+C let running requests finish, for 6 seconds at most.
    """
    if worker is not None:
        os.environ["ABONENT_WORKER"] = "on" if worker else "off"  # the processes of --workers read it too
    configuration = _configuration()
    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    chosen = replace(configuration.serving, **{name: value for name, value in given.items() if value is not None})
    try:
        listener = serving.listen(chosen.host, chosen.port)
    except OSError as error:
        problem = f"cannot listen at {chosen.host}:{chosen.port}: {_reason(error)}; see --host and --port"
        raise click.ClickException(problem) from None
    _run(_prepare(configuration))
    welcome = partial(_welcome, configuration, chosen.host, listener.getsockname()[1], logins=logins)
    serving.serve(configuration.settings, listener, chosen.workers, ready=welcome)


def _reason(error: OSError) -> str:
    return str(error) if error.errno is None or error.errno < 0 else os.strerror(error.errno)


async def _prepare(configuration: Configuration) -> None:
    """Bring the database up to date, and the password of `ABONENT_ADMIN_PASSWORD` into it."""
    async with _database(configuration) as database:
        if configuration.admin_password:
            context = people.console(database, configuration.settings)
            await people.apply_password(context, configuration.admin_password)


def _welcome(configuration: Configuration, host: str, port: int, *, logins: bool) -> None:
    """Where to go and how to log in: the last lines before requests are served."""
    base = f"http://{'localhost' if host in HERE else host}:{port}"
    click.echo(f"\nAbonent serves at {base}\n  GraphQL  {base}/graphql\n  REST     {base}/api/docs/\n")
    if logins:
        click.echo(_logins(configuration))
    sys.stdout.flush()


def _logins(configuration: Configuration) -> str:
    if configuration.admin_password:
        return "Log in as admin, supervisor, operator or employee with the password in ABONENT_ADMIN_PASSWORD."
    kept = people.kept_logins(configuration.settings)
    if not kept:
        return "Log in with the password that ABONENT_ADMIN_PASSWORD had, or make a user: abonent createuser NAME"
    return "\n".join(("Log in as one of these (username, password):", *(f"  {name:<12}{kept[name]}" for name in kept)))


@main.command()
def work() -> None:
    """Do the jobs that wait in the database (billing runs, imports …), until stopped.

    Any number of such processes may share a database; those that serve do jobs too, unless told --no-worker. SIGTERM
    and Ctrl+C end it after the batch in hand; whatever is left, another one goes on with.
    """
    _run(_work(_configuration()))


async def _work(configuration: Configuration) -> None:
    async with _database(configuration) as database:
        await worker_process.work(database, configuration.settings)


# --- data ---------------------------------------------------------------------------------------------------------


@main.command()
def migrate() -> None:
    """Bring the database up to date: make its tables, or change them.

    Safe when several processes start at once; doing it again does nothing.
    """
    names = _run(migrate_database(_configuration().settings))
    click.echo("\n".join(f"applied {name}" for name in names) or "up to date")


@main.command()
@click.option("--scale", type=click.IntRange(1, 1_000_000), help="Load so many customers instead of the demo.")
def seed(scale: int | None) -> None:
    """Load data to begin with, and the users admin, supervisor, operator and employee.

    Without an option: a small demo with every state of everything, into an empty database; in one that has customers
    nothing is done. With --scale N: N customers, 2N contracts, 2.2N SIMs, 20N payments with their ledger entries and
    N/2 tickets, added to whatever is there.
    """
    _run(_seed(_configuration(), scale))


async def _seed(configuration: Configuration, scale: int | None) -> None:
    settings, password = configuration.settings, configuration.admin_password
    async with _database(configuration) as database:
        passwords = people.same_for_all(password) if password else people.make_logins(settings)
        if scale is not None:
            await load_scale(database, settings, passwords, scale)
            click.echo(f"{scale:,} customers and what belongs to them were added.")
        elif await is_empty(database):
            await load_demo(database, settings, passwords)
            click.echo("The demo was loaded.")
        else:
            click.echo("There are customers already: the demo was not loaded.")
            return
        if password:
            await people.apply_password(people.console(database, settings), password)
    click.echo(_logins(configuration))


@main.command()
@click.argument("username")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.ADMIN.value, show_default=True)
@click.option("--first-name")
@click.option("--last-name")
@click.option("--email")
@click.option("--phone")
def createuser(username: str, **facts: str | None) -> None:
    """Make a user, an admin unless another role is given.

    The password is asked for; where nobody can be asked, it is the first line of the standard input.
    """
    configuration = _configuration()
    password = _asked_password()
    given = {name: value for name, value in facts.items() if value is not None}
    user_id = _run(_createuser(configuration, {"username": username, "password": password, **given}))
    click.echo(f"{username} is user {user_id}, role {facts['role']}.")


def _asked_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


async def _createuser(configuration: Configuration, raw: dict[str, str]) -> int:
    async with _database(configuration) as database:
        return await people.make_user(people.console(database, configuration.settings), raw)


# --- looking ------------------------------------------------------------------------------------------------------


@main.command()
@click.option("--operations", is_flag=True, help="Print the table of all operations instead; needs no database.")
def check(*, operations: bool) -> None:
    """Check what must hold over several rows: every ledger added up, SIMs and contracts in step, and so on.

    Only reads, and so may run beside a live system. Exits with 1 if anything is wrong.
    """
    if operations:
        click.echo(table_of_operations())
        return
    wrong = _run(_check(_configuration()))
    click.echo(f"\n{wrong:,} wrong" if wrong else "\nall is well")
    sys.exit(1 if wrong else 0)


async def _check(configuration: Configuration) -> int:
    database = await open_database(configuration.settings)
    wrong = 0
    try:
        await database.ping()
        async for verdict in verdicts(database, configuration.settings):
            click.echo(f"{'WRONG' if verdict.wrong else 'ok   '} {verdict.rule}")
            for sentence in verdict.told:
                click.echo(f"      - {sentence}")
            if verdict.wrong > len(verdict.told):
                click.echo(f"      … and {verdict.wrong - len(verdict.told):,} more")
            wrong += verdict.wrong
    finally:
        await database.close()
    return wrong


@main.command("export-schema")
def export_schema() -> None:
    """Print the GraphQL schema (SDL)."""
    click.echo(sdl())


@main.command()
@click.option("--language", type=click.Choice([one.value for one in Language]), default="ru", show_default=True)
def openapi(language: str) -> None:
    """Print the description of the REST API (OpenAPI 3.1, JSON)."""
    click.echo(json.dumps(document(endpoints(), PREFIX, Language(language)), ensure_ascii=False, indent=2))
