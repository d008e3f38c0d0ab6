"""The official GraphQL-over-HTTP audit and the client of GraphQL over SSE, of pinned npm packages.

`python -m tests.schema.audit` fetches them.
"""

import asyncio
import json
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from web.vendor import NotFetched, Package, fetch

FOLDER = Path(__file__).parent / "vendor"
SCRIPT = Path(__file__).with_name("audit.mjs")
NODE = shutil.which("node")
PACKAGE = Package(
    "graphql-http",
    "1.23.1",
    "h6AcykL7+xp22QvOnK0fu1eHk9AZG1ngF71rk0ZGuGupnjm1yqXRFrZ/eMv4Q1FTCWILJ5o6hVAxzt3S8/wPHQ==",
    {
        "lib/utils.js": "utils.js",
        "lib/audits/utils.js": "audits/utils.js",
        "lib/audits/server.js": "audits/server.js",
    },
)
CLIENT = Package(
    "graphql-sse",
    "2.6.1",
    "0KbuzZlrSx2a3BlnyaL0Rf6nHd/giVUGpo8MZiEEugeQIwitnKk5RVWkriXUpuPKxMw1p4GfxYLlEmR9DR21dQ==",
    {f"lib/{name}.js": f"graphql-sse/{name}.js" for name in ("client", "common", "parser", "utils")},
)
CLIENT_SCRIPT = Path(__file__).with_name("sse.mjs")


def why_not(package=PACKAGE):
    """Why a package cannot be run here; None if it can."""
    if NODE is None:
        return "node is not installed"
    try:
        fetch([package], FOLDER)
    except NotFetched as error:
        return f"{package.name} could not be fetched: {error}"
    return None


async def findings(url):
    """What the audit finds of an endpoint, one after the other."""
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(SCRIPT), str(FOLDER), url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return [json.loads(line) for line in out.splitlines()]


@asynccontextmanager
async def listening(url, authorization, query, count):
    """The graphql-sse client, subscribed until so many results have come; gives what it prints, line by line."""
    process = await asyncio.create_subprocess_exec(
        *(str(NODE), str(CLIENT_SCRIPT), str(FOLDER), url, authorization, query, str(count)),
        stdout=asyncio.subprocess.PIPE,
    )

    async def printed():
        line = await process.stdout.readline()
        return json.loads(line) if line else None

    try:
        yield printed
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


if __name__ == "__main__":
    for wanted in (PACKAGE, CLIENT):
        if problem := why_not(wanted):
            sys.stderr.write(f"The tests with {wanted.name} will be skipped: {problem}\n")
