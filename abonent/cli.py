"""The command line: `abonent serve | migrate | seed | createuser | export-schema | openapi | check`."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from abonent.config import BadSettings, load
from abonent.values import without_password
from models.database import Unavailable
from models.identity import Role

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from abonent.config import Configuration

MISUSE: Final = 2


class Program(click.Group):
    """The group of commands: what is wrong is told in a sentence, never by a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadSettings as error:
            problem = click.ClickException(f"the settings cannot be used:\n{error}")
            problem.exit_code = MISUSE
            raise problem from None
        except Unavailable as error:
            raise click.ClickException(f"the database cannot be used: {error}") from None


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="abonent")
def main() -> None:
    """The API a telecom operator works on: GraphQL at /graphql, REST at /api/.

    Settings come from the environment and from the file .env, which .env.example explains. Without any, everything
    is kept in one SQLite file beside the checkout.
    """


@main.command()
@click.option("--host", help="Address to listen at.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen at.  [default: 8000]")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that share the port.  [default: 1]")
@click.option("--logins", is_flag=True, help="Print the demo's logins, if the demo was loaded.")
def serve(host: str | None, port: int | None, workers: int | None, *, logins: bool) -> None:
    """Serve both APIs until stopped; running requests may finish.

    The database is brought up to date first. Each worker has its own connections to it.
    """
    from abonent.serving import listen
    from abonent.serving import serve as serve_until_stopped

    configuration = _configuration()
    given = {"host": "127.0.0.1", "port": 8000, "workers": 1, **configuration.serving}
    asked = {name: value for name, value in (("host", host), ("port", port), ("workers", workers)) if value is not None}
    ...
