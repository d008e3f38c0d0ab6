"""`make bench`: the product beside the floor, case by case, in short rounds that take turns; prints the tables.

Every answer is compared first: what is not the same is not timed. Meanwhile a writer commits ten changes a second.
What was measured is kept; `--write` puts all of it into RESULTS.md.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

from benchmarks import beside, report
from benchmarks.beside_peers import peers
from benchmarks.billing import billing
from benchmarks.cases import CASES
from benchmarks.report import HEAD, NAMES, Part
from benchmarks.rounds import bench, beside_a_writer, measure
from benchmarks.servers import drop, prepare

BESIDE = ("billing", "peers", "workers", "logins", "starting", "versions")


async def _cases(asked: argparse.Namespace, database: str, scale: int) -> None:
    """All cases on one database."""
    measured: dict[str, Any] = {}
    print(f"\n{NAMES[database]}, {scale:,} customers\n\n{HEAD}", flush=True)  # noqa: T201 - a program that prints
    async with bench(database, asked.postgres, scale, asked.seconds) as servers:
        cases = [case for case in CASES if asked.cases in case.name]
        for case in cases:
            await servers.check(case)
        async with beside_a_writer(servers):
            for case in cases:
                measured[case.name] = await measure(servers, case, asked.rounds)
                print(report.row(case, measured[case.name]), flush=True)  # noqa: T201
    report.keep(_part(asked, f"{database} {scale}", measured))
    if not asked.keep:
        await drop(servers.store, asked.postgres)


async def _beside(asked: argparse.Namespace, name: str) -> None:
    """One of the other measurements, on the first of the databases at the first of the scales."""
    store = await prepare(asked.databases[0], asked.postgres, asked.scales[0])
    if name == "versions":
        lines = await beside.versions(store, asked.seconds, asked.pythons)
    else:
        lines = await _MEASURED[name](store, asked.seconds)
    print(f"\n{name.capitalize()}\n", *lines, sep="\n", flush=True)  # noqa: T201
    report.keep(_part(asked, name, {"lines": lines}))
    if not asked.keep:
        await drop(store, asked.postgres)


_MEASURED = {
    "billing": billing,
    "peers": peers,
    "workers": beside.workers,
    "logins": beside.logins,
    "starting": beside.starting,
}


def _part(asked: argparse.Namespace, name: str, measured: dict[str, Any]) -> Part:
    return Part(name, f"`{asked.command}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.", measured)


async def _main(asked: argparse.Namespace) -> None:
    for name in asked.beside:
        await _beside(asked, name)
    if not asked.beside:
        for database in asked.databases:
            for scale in asked.scales:
                await _cases(asked, database, scale)
    if asked.write:
        report.write()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--databases", type=_listed, default=("postgres", "sqlite"), help="several by comma")
    parser.add_argument("--scales", type=_listed, default=("5000", "50000"), help="customers, several by comma")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a round")
    parser.add_argument("--rounds", type=int, default=3, help="of each server, for each case")
    parser.add_argument("--cases", default="", help="only those whose name contains this")
    parser.add_argument("--beside", type=_listed, default=(), help=f"instead of the cases: {', '.join(BESIDE)}")
    parser.add_argument("--pythons", type=_listed, default=("python3",), help="interpreters for `versions`")
    parser.add_argument("--postgres", default="postgres://postgres@127.0.0.1:5432", help="a server of one's own")
    parser.add_argument("--keep", action="store_true", help="do not drop the databases; kept ones are used again")
    parser.add_argument("--write", action="store_true", help="put all that is kept into benchmarks/RESULTS.md")
    asked = parser.parse_args()
    asked.scales = [int(scale) for scale in asked.scales]
    asked.command = f'make bench ARGS="{" ".join(sys.argv[1:])}"'
    return asked


if __name__ == "__main__":
    asyncio.run(_main(_asked()))
