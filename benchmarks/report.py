"""The tables of `RESULTS.md`, made of what was measured and kept as JSON, part by part."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import orjson

from benchmarks.cases import CASES
from benchmarks.servers import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.cases import Case

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
KEPT: Final = DATA / "measured.json"
MARK: Final = "<!-- below this line: written by hand -->"
NAMES: Final = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
_COLUMNS: Final = (
    *("case", "product, 1/s", "floor, 1/s", "ratio", "by CPU", "must", "goal", "p50, ms", "p99, ms"),
    *("CPU server, ms", "CPU database, ms"),
)
HEAD: Final = f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}"
GROWTH_MUST: Final = {"details": 1.3, "lists": 3.0}


@dataclass(frozen=True, slots=True)
class Part:
    """What one command measured: a database at a scale, or something beside."""

    name: str
    """`postgres 50000`, `workers`."""
    by: str
    """The command, and when it ran."""
    measured: dict[str, Any]


def kept() -> dict[str, Part]:
    """All parts that have been measured here, the newest of each."""
    if not KEPT.exists():
        return {}
    return {name: Part(**part) for name, part in orjson.loads(KEPT.read_bytes()).items()}


def keep(part: Part) -> None:
    """Keep a part, case by case: what was not measured again stays, and says so."""
    parts = kept()
    before = parts.get(part.name)
    if before and not before.measured.keys() <= part.measured.keys():
        again = f"{before.by} {', '.join(part.measured)}: {part.by}"
        part = Part(part.name, again, {**before.measured, **part.measured})
    parts[part.name] = part
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_bytes(orjson.dumps(parts, option=orjson.OPT_INDENT_2))


def row(case: Case, measured: dict[str, Any]) -> str:
    """A case's line."""
    product, floor = measured["product"], measured["floor"]
    # of rounds beside each other: the machine is not always as quick
    ratio = median(ours / theirs for ours, theirs in zip(product["rate"], floor["rate"], strict=True))
    ours, theirs = [median(one["server"]) + median(one["database"]) for one in (product, floor)]
    reached = "goal" if ratio >= case.goal else "must" if ratio >= case.must else "no"
    cpu = [f"{median(product[name]):.2f} ({median(floor[name]):.2f})" for name in ("server", "database")]
    rates = f"{median(product['rate']):,.0f} | {median(floor['rate']):,.0f}"
    return (
        f"| {case.name} | {rates} | **{ratio:.2f}** {reached} | {theirs / ours:.2f} | {case.must} | {case.goal} "
        f"| {median(product['p50']):.1f} | {median(product['p99']):.1f} | {' | '.join(cpu)} |"
    )


def write() -> None:
    """Put the tables into the file; what follows the mark is kept."""
    by_hand = RESULTS.read_text(encoding="utf-8").partition(MARK)[2] if RESULTS.exists() else "\n"
    lines = ["# What `make bench` printed", "", machine(), *_tables(kept()), "", MARK]
    RESULTS.write_text("\n".join(lines) + by_hand, encoding="utf-8")


def _tables(parts: dict[str, Part]) -> Iterator[str]:
    for database, title in NAMES.items():
        scales = sorted(int(name.partition(" ")[2]) for name in parts if name.startswith(f"{database} "))
        for scale in scales:
            part = parts[f"{database} {scale}"]
            rows = [row(case, part.measured[case.name]) for case in CASES if case.name in part.measured]
            yield from ("", f"## {title}, {scale:,} customers, {20 * scale:,} payments", "", part.by, "", HEAD, *rows)
        if len(scales) > 1:
            yield from ("", f"## {title}, growth", "", *growth(parts, database, scales))
    for name in ("billing", "peers", "workers", "logins", "starting", "versions"):
        if name in parts:
            yield from ("", f"## {name.capitalize()}", "", parts[name].by, "", *parts[name].measured["lines"])


def growth(parts: dict[str, Part], database: str, scales: list[int]) -> Iterator[str]:
    """The product's p50 at each scale, and how much slower the largest is than the smallest."""
    by_scale = [parts[f"{database} {scale}"].measured for scale in scales]
    yield "p50 in ms of one connection alone, so that no request waits for another."
    yield ""
    yield f"| case | {' | '.join(f'{scale:,}' for scale in scales)} | growth | must |"
    yield f"|---|{'---|' * len(scales)}---|---|"
    for case in CASES:
        if not all(case.name in measured for measured in by_scale):
            continue
        p50 = [measured[case.name]["alone"] for measured in by_scale]
        must = GROWTH_MUST["lists" if case.is_list else "details"]
        told = p50[-1] / p50[0]
        yield (
            f"| {case.name} | {' | '.join(f'{one:.2f}' for one in p50)} | **{told:.2f}** "
            f"{'goal' if told <= GROWTH_MUST['details'] else 'must' if told <= must else 'no'} | {must} |"
        )
    memory = (max(case["memory"] for case in measured.values()) for measured in by_scale)
    yield ""
    yield f"Memory of the worker: {', '.join(f'{one} MiB' for one in memory)}."


def machine() -> str:
    """What it ran on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown CPU")
    cores = sum(line.startswith("processor") for line in lines)
    return f"{model}, {cores} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}."
