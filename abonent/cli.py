"""The command line: `abonent serve | work | migrate | seed | createuser | backup | restore | check | …`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from tortoise.exceptions import BaseORMException

from abonent import people, serving
from abonent.backups import back_up
from abonent.backups import restore as put_back
from abonent.billing import bill_everybody, table_of_run
from abonent.check.operations_table import table_of_operations
from abonent.check.run import check as verdicts
from abonent.check.run import recount_tallies
from abonent.config import BadSettings, load
from abonent.copy.run import copy
from abonent.logs import configure_logging
from abonent.seed.demo import is_empty, load_demo
from abonent.seed.scale import load_scale
from abonent.setting_values import LOCAL, database_url, without_password
from abonent.transfers import LISTS, bring_in, exported, keep_result, told_of_import
from abonent.worker import process as worker_process
from models.database import Dialect, Unavailable, dialect_of, open_database
from models.database.sqlite import database_file
from models.imports import Imported, OnFault
from models.migrations import migrate as migrate_database
from models.migrations import need_migrated
from models.users import Role
from resolvers.faults import Fault, Invalid
from resolvers.transfer.tables import Format
from resolvers.words import Language, say
from rest_compat.openapi.document import document
from rest_compat.routes import PREFIX, endpoints
from schema.schema import sdl

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
    from datetime import date, datetime

    from abonent.config import Configuration
    from models.database import Database
    from models.settings import Settings

T = TypeVar("T")
HERE: Final = frozenset({"127.0.0.1", "0.0.0.0", "::1", "::"})  # noqa: S104 - known, not bound
"""Addresses at which this machine answers to `localhost`."""
CORS_ORIGINS: Final = "ABONENT_CORS_ORIGINS"
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
        except BaseORMException as error:
            raise click.ClickException(f"the database refuses: {error}") from None
        except OSError as error:
            raise click.ClickException(_system(error)) from None


def _system(error: OSError) -> str:
    named = f"{error.filename}: " if error.filename else ""
    return f"the system refuses: {named}{error.strerror or error}"


def _told(error: Invalid) -> str:
    return "\n".join(
        f"{field}: {say(message, Language.EN)}" for field, messages in error.fields.items() for message in messages
    )


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="abonent")
def main() -> None:
    """The API a telecom operator works on: GraphQL at /graphql, REST at /api/.

    Settings come from the environment and from the file .env; .env.example explains them. Without any, everything is
    kept in one SQLite file: in the folder data/ of a checkout, for an installed program in the user's folder for data.
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
@click.option("--demo", is_flag=True, help="Load the demo into an empty database, and print its logins.")
def serve(host: str | None, port: int | None, workers: int | None, *, worker: bool | None, demo: bool) -> None:
    """Serve both APIs until stopped.

    The database is brought up to date first. SIGTERM and Ctrl+C let running requests finish, for 6 seconds at most.
    With --demo, pages served by other ports of this machine may call too (ABONENT_CORS_ORIGINS=localhost).
    """
    if worker is not None:
        os.environ["ABONENT_WORKER"] = "on" if worker else "off"  # the processes of --workers read it too
    if demo:
        os.environ.setdefault(CORS_ORIGINS, LOCAL)
    configuration = _configuration()
    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    chosen = replace(configuration.serving, **{name: value for name, value in given.items() if value is not None})
    try:
        listener = serving.listen(chosen.host, chosen.port)
    except (OSError, UnicodeError) as error:
        problem = f"cannot listen at {chosen.host}:{chosen.port}: {_reason(error)}; see --host and --port"
        raise click.ClickException(problem) from None
    with listener:
        has_users = _run(_prepare(configuration, demo=demo))
        port = listener.getsockname()[1]
        welcome = partial(_welcome, configuration, chosen.host, port, demo=demo, has_users=has_users)
        serving.serve(configuration.settings, listener, chosen.workers, ready=welcome)


def _reason(error: OSError | UnicodeError) -> str:
    if isinstance(error, UnicodeError) or error.errno is None or error.errno < 0:
        return str(error)
    return os.strerror(error.errno)


async def _prepare(configuration: Configuration, *, demo: bool) -> bool:
    """Bring the database up to date, and into it what is wanted; says whether there is any user."""
    async with _database(configuration) as database:
        if demo and await is_empty(database):
            await _load_demo(configuration, database)
        elif configuration.admin_password:
            context = people.console(database, configuration.settings)
            await people.apply_password(context, configuration.admin_password)
        return bool(await database.fetch("SELECT 1 FROM users LIMIT 1"))


def _welcome(configuration: Configuration, host: str, port: int, *, demo: bool, has_users: bool) -> None:
    """Where to go and how to log in: the last lines before requests are served."""
    settings = configuration.settings
    base = f"http://{'localhost' if host in HERE else host}:{port}{settings.root_path}"
    click.echo(
        f"\nAbonent serves at {base}\n  Console  {base}/\n  GraphQL  {base}/graphql\n  REST     {base}/api/docs/"
    )
    click.echo(f"  Data     {without_password(settings.database_url)}\n")
    if demo:
        click.echo(_logins(configuration))
    elif not has_users:
        click.echo("There is no user yet. Make one: abonent createuser NAME (or load a demo: abonent seed)")
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


@main.command()
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Business day.  [default: today]")
@click.option("--dry-run", is_flag=True, help="Work it all out and change nothing.")
def bill(day: datetime | None, *, dry_run: bool) -> None:
    """Bill every contract that is due, and print what has come out.

    Exits with 1 if any contract could not be billed; the next run tries it again.
    """
    result = _run(_bill(_configuration(), day.date() if day else None, dry_run=dry_run))
    click.echo(table_of_run(result))
    if result["failed"]:
        raise SystemExit(1)


async def _bill(configuration: Configuration, day: date | None, *, dry_run: bool) -> dict[str, Any]:
    async with _database(configuration) as database:
        try:
            return await bill_everybody(database, configuration.settings, day, dry_run=dry_run)
        except Fault as refusal:
            raise click.ClickException(say(refusal.message, Language.EN)) from refusal


# --- files --------------------------------------------------------------------------------------------------------


@main.command("import")
@click.argument("kind", type=click.Choice([one.value for one in Imported]))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Do all of it, tell what comes of it, and change nothing.")
@click.option("--on-fault", type=click.Choice([one.value for one in OnFault]), default="skip", show_default=True)
@click.option("--match", help="By what rows are known again: document, phone, number, external_id.")
@click.option("--encoding", help="utf-8, utf-16, windows-1251 …  [default: found out]")
@click.option("--separator", help="A comma, a semicolon or tab.  [default: found out]")
@click.option("--result", type=click.Path(file_okay=False, path_type=Path), help="Folder for the files' results.")
def import_(kind: str, files: tuple[Path, ...], result: Path | None, **how: Any) -> None:
    """Bring files in, CSV, XLSX or NDJSON: customers, SIMs, tariffs, contracts, payments or tickets.

    A row that is at fault is left out and named, unless --on-fault says otherwise. The same file again changes nothing.
    Exits with 1 if any row failed.
    """
    asked = {name: value for name, value in how.items() if value is not None}
    if not _run(_import(_configuration(), kind, files, asked, result)):
        raise SystemExit(1)


async def _import(
    configuration: Configuration, kind: str, files: tuple[Path, ...], how: dict[str, Any], results: Path | None
) -> bool:
    """Whether all rows of all files could be brought in."""
    good = True
    async with _database(configuration) as database:
        for file in files:
            job = await bring_in(database, configuration.settings, kind, file, how)
            click.echo(told_of_import(file, job))
            good = good and not job.failed and job.error is None
            if results is not None:
                click.echo(f"  {await keep_result(database, job, file, results)}")
    return good


@main.command("export")
@click.argument("kind", type=click.Choice([one.table.name for one in LISTS]))
@click.option("--format", "form", type=click.Choice([one.value for one in Format]), default="csv", show_default=True)
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help="As in REST: status=success.")
@click.option("--search", default="", help="Words that must be found.")
@click.option("--ordering", default="", help="As in REST: -created_at.")
@click.option("--columns", default="", help="By comma; import: those by which the file can be brought in elsewhere.")
@click.option("--headings", type=click.Choice(["names", "words"]), default="names", show_default=True)
@click.option("--separator", type=click.Choice([",", ";", "tab"]), default=",", show_default=True)
@click.option("--bom", is_flag=True, help="Begin with a byte order mark.")
def export(kind: str, filters: tuple[str, ...], form: str, *, bom: bool, **how: str) -> None:
    """Write a whole list as a file to the standard output, from one snapshot."""
    wrong = [one for one in filters if "=" not in one]
    if wrong:
        raise Misuse(f"--filter {wrong[0]}: NAME=VALUE is expected")
    query = {**dict(one.split("=", 1) for one in filters), "format": form, "bom": str(int(bom)), **how}
    _run(_export(_configuration(), kind, query))


async def _export(configuration: Configuration, kind: str, query: dict[str, str]) -> None:
    out = sys.stdout.buffer
    async with _database(configuration) as database:
        async for piece in exported(database, configuration.settings, kind, query):
            out.write(piece)


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
    async with _database(configuration) as database:
        if scale is not None:
            await load_scale(database, configuration.settings, _passwords(configuration), scale)
            await _apply_password(configuration, database)
            click.echo(f"{scale:,} customers and what belongs to them were added.")
        elif await is_empty(database):
            await _load_demo(configuration, database)
        else:
            click.echo("There are customers already: the demo was not loaded.")
            return
    click.echo(_logins(configuration))


async def _load_demo(configuration: Configuration, database: Database) -> None:
    click.echo("Loading the demo …")
    sys.stdout.flush()
    await load_demo(database, configuration.settings, _passwords(configuration))
    await _apply_password(configuration, database)
    click.echo("The demo was loaded.")


def _passwords(configuration: Configuration) -> dict[str, str]:
    """Those of the staff whom seeds make."""
    given = configuration.admin_password
    return people.same_for_all(given) if given else people.make_logins(configuration.settings)


async def _apply_password(configuration: Configuration, database: Database) -> None:
    """Staff who were there before get the password of `ABONENT_ADMIN_PASSWORD` too."""
    if configuration.admin_password:
        await people.apply_password(people.console(database, configuration.settings), configuration.admin_password)


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


@main.command()
@click.argument("copy", type=click.Path(path_type=Path))
def backup(copy: Path) -> None:
    """Write a COPY of the SQLite database, whole and readable by you alone; the server may go on meanwhile.

    PostgreSQL has pg_dump.
    """
    file = _sqlite_file("pg_dump")
    back_up(file, copy)
    click.echo(f"{copy} is a copy of {file}.")


@main.command()
@click.argument("copy", type=click.Path(path_type=Path))
def restore(copy: Path) -> None:
    """Put a COPY in the place of the SQLite database, with the server stopped.

    What was there is moved aside, with its -wal, and named. PostgreSQL has pg_restore.
    """
    file = _sqlite_file("pg_restore")
    aside = put_back(copy, file)
    click.echo(f"{file} is what {copy} is." + (f" What was there is {aside}." if aside else ""))
    click.echo("Look it over: abonent migrate && abonent check")


@main.command("copy")
@click.option("--from", "source", help="URL of the database to be copied.  [default: DATABASE_URL]")
@click.option("--to", "target", required=True, help="URL of an empty database: sqlite://… or postgres://…")
def copy_database(source: str | None, target: str) -> None:
    """Copy a whole database into an empty one, of the same kind or the other, with the server stopped.

    Ids, the journal and sessions go along. Afterwards everything is counted and checked, as by `abonent check`.
    """
    configuration = _configuration()
    settings = configuration.settings
    origin = replace(settings, database_url=_url("--from", source) if source else settings.database_url)
    wrong = _run(_copy(origin, replace(settings, database_url=_url("--to", target))))
    sys.exit(1 if wrong else 0)


def _url(option: str, text: str) -> str:
    try:
        return database_url(text)
    except ValueError as error:
        raise click.BadParameter(f"{without_password(text)!r}: expected is {error}", param_hint=option) from None


async def _copy(source: Settings, target: Settings) -> int:
    if source.database_url == target.database_url:
        raise click.BadParameter("it is the database to be copied", param_hint="--to")
    await need_migrated(source)
    await migrate_database(target)
    for name, number in (await copy(source, target)).items():
        click.echo(f"{number:>12,} {name}")
    click.echo("All rows have come. Looking over what they say …")
    wrong = await _checked(target)
    click.echo(f"\n{wrong:,} wrong" if wrong else "\nall is well")
    click.echo("Whoever is logged in stays so if SECRET_KEY is what it was.")
    return wrong


def _sqlite_file(instead: str) -> Path:
    settings = _configuration().settings
    if dialect_of(settings.database_url) is not Dialect.SQLITE:
        raise click.ClickException(f"this is for SQLite; for PostgreSQL there is {instead}")
    return database_file(settings.database_url)


# --- looking ------------------------------------------------------------------------------------------------------


@main.command()
@click.option("--operations", is_flag=True, help="Print the table of all operations instead; needs no database.")
@click.option("--repair-tallies", is_flag=True, help="Count anew what lists' counts and statistics are taken from.")
def check(*, operations: bool, repair_tallies: bool) -> None:
    """Check what must hold over several rows: every ledger added up, SIMs and contracts in step, and so on.

    Only reads, and so may run beside a live system; with --repair-tallies, writers wait while all rows are counted.
    Exits with 1 if anything is wrong.
    """
    if operations:
        click.echo(table_of_operations())
        return
    wrong = _run(_checked(_configuration().settings, repair_tallies=repair_tallies))
    click.echo(f"\n{wrong:,} wrong" if wrong else "\nall is well")
    sys.exit(1 if wrong else 0)


async def _checked(settings: Settings, *, repair_tallies: bool = False) -> int:
    database = await open_database(settings)
    wrong = 0
    try:
        await database.ping()
        if repair_tallies:
            click.echo(f"      the tallies were counted anew: {await recount_tallies(database):,} were wrong")
        async for verdict in verdicts(database, settings):
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
