"""The official GraphQL-over-HTTP audit, of a pinned npm package: `python -m tests.schema.audit` fetches it."""

import asyncio
import json
import shutil
import sys
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


def why_not():
    """Why the audit cannot be run here; None if it can."""
    if NODE is None:
        return "node is not installed"
    try:
        fetch([PACKAGE], FOLDER)
    except NotFetched as error:
        return f"the audit could not be fetched: {error}"
    return None


async def findings(url):
    """What the audit finds of an endpoint, one after the other."""
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(SCRIPT), str(FOLDER), url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return [json.loads(line) for line in out.splitlines()]


if __name__ == "__main__":
    if problem := why_not():
        sys.stderr.write(f"The GraphQL-over-HTTP audit will be skipped: {problem}\n")
