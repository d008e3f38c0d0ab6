"""The README's pictures of the console: `python -m tests.web.console_pictures ADDRESS LOGINS` on a running demo.

`LOGINS` is the file that the demo keeps its passwords in (`data/abonent.sqlite3.logins`).
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.browser import browsing

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
SHOWN = {
    "console-subscriber.png": ("/console/customers/cus_1", "light", ".contract"),
    "console-tickets.png": ("/console/tickets?queue=open", "dark", ".ticket"),
}
SIZE = (1280, 720)


async def take(address: str, logins: Path) -> None:
    """Log in as the operator and take each picture."""
    passwords = dict(line.split() for line in logins.read_text(encoding="utf-8").splitlines())
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with browsing() as browser:
        for name, (path, theme, there) in SHOWN.items():
            shown = await browser.open(address + path, language="en")
            await shown.resize(*SIZE)
            await shown.dress(theme)
            await shown.until("document.querySelector('.login form, .bar')")
            if await shown.run("document.querySelector('.login form') !== null"):
                await shown.type("[name=username]", "operator")
                await shown.type("[name=password]", passwords["operator"])
                await shown.press("Enter")
            await shown.until(f"document.querySelector({json.dumps(there)})")
            await asyncio.sleep(0.5)  # fonts and the last lines
            await shown.picture(FOLDER / name)


if __name__ == "__main__":
    asyncio.run(take(sys.argv[1], Path(sys.argv[2])))
