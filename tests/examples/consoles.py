"""The console blocks of a document: played in a shell against a demo of their own, and compared with what is shown.

    python -m tests.examples.consoles README.md docs/errors.md

writes what was really answered into the documents.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from examples.demo_server import seed, serving

ROOT = Path(__file__).parent.parent.parent
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^\$ ((?:.*\\\n)*.*)\n?", re.MULTILINE)
MARK = "\x01"
DIFFERS = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", "TIME"),
    (r"\b\d{4}-\d\d-\d\d\b", "DAY"),
    (r"CTR-\d{4}-", "CTR-YEAR-"),
    (r"TXN-[0-9A-F]{16}", "TXN"),
    (r"\b[0-9a-f]{32}\b", "REQUEST"),
    (r"dur=[\d.]+", "dur=MS"),
    (r"(try again in |\"retryAfter\":)\d+", r"\1SECONDS"),
)
"""What no two runs have in common."""


@dataclass
class Step:
    """A command, and the output below it."""

    command: str
    output: str


def steps(document):
    """All commands of a document, in order."""
    return [step for block in _BLOCK.findall(document) for step in _steps(block)]


def _steps(block):
    found = list(_STEP.finditer(block))
    ends = [*(match.start() for match in found[1:]), len(block)]
    return [Step(match[1], block[match.end() : end].strip("\n")) for match, end in zip(found, ends, strict=True)]


def masked(output):
    for pattern, name in DIFFERS:
        output = re.sub(pattern, name, output)
    return output


def play(commands, folder):
    """What each command prints, in one shell, on the seeded demo of this folder."""
    with serving(folder) as demo:
        ours = {
            "localhost:8000": f"localhost:{demo.port}",
            "data/": f"{folder}/",
            ".venv/bin": str(Path(sys.executable).parent),
        }
        script = "".join(f"printf '{MARK}'\n{_with(command, ours)}\n" for command in commands)
        environment = os.environ | {"ABONENT_URL": demo.url, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            ["/usr/bin/env", "bash"],
            input=f"exec 2>&1\n{script}",
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        theirs = {ours_: shown for shown, ours_ in ours.items()}
        return [_with(output, theirs).strip("\n") for output in done.stdout.split(MARK)[1:]]


def _with(text, replacements):
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text


def rewritten(document, outputs):
    """The document with these outputs below its commands."""
    rest = iter(outputs)

    def block(match):
        answered = [(step.command, next(rest)) for step in _steps(match[1])]
        shown = "".join(f"$ {command}\n" + (f"{output}\n\n" if output else "") for command, output in answered)
        return f"```console\n{shown.rstrip()}\n```"

    return _BLOCK.sub(block, document)


def main(names):
    for name in names:
        document = (ROOT / name).read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            seed(Path(folder))
            outputs = play([step.command for step in steps(document)], Path(folder))
        (ROOT / name).write_text(rewritten(document, outputs), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
