"""A real browser for tests of pages: Chromium without a window, driven over a pipe by its DevTools protocol."""

import asyncio
import json
import os
import shutil
import socket
import tempfile
from base64 import b64decode
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

import pytest
import uvicorn

from abonent.protocol import GuardedProtocol

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--window-size=1280,900",
)
PATIENCE = 20.0
KEYS = {
    key: {"windowsVirtualKeyCode": code}
    for key, code in {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowDown": 40, "ArrowUp": 38, "Backspace": 8}.items()
}

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is missing (Debian: apt-get install chromium)")


@asynccontextmanager
async def serving(app):
    """The application on a real port of this machine, its lifespan already run; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http=GuardedProtocol, lifespan="off", ws="none", log_config=None))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@dataclass
class Page:
    """An open page, what it complained of and what it asked for."""

    browser: "Browser"
    session: str
    problems: list[str] = field(default_factory=list)
    """Errors on the console: exceptions, files not found, what the policy stopped."""
    requested: list[str] = field(default_factory=list)
    loaded: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, script):
        """The value of an expression in the page, awaited if it is a promise."""
        arguments = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = await self.browser.send("Runtime.evaluate", arguments, self.session)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, condition):
        """Wait until an expression is true in the page."""
        poll = f"const poll = () => ({condition}) ? resolve() : setTimeout(poll, 30); poll()"
        try:
            await self.run(f"new Promise((resolve) => {{ {poll} }})")
        except TimeoutError:
            shown = await self.run("document.body.innerText")
            pytest.fail(f"never true: {condition}\nproblems: {self.problems}\npage: {shown}")

    async def type(self, selector, text):
        """Put the cursor into an element and type."""
        await self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.browser.send("Input.insertText", {"text": text}, self.session)

    async def click(self, selector):
        """Click an element."""
        await self.run(f"document.querySelector({json.dumps(selector)}).click()")

    async def press(self, key, modifiers=0):
        """Press a key and let it go: `Enter`, `ArrowDown`, `k`; 2 is Ctrl."""
        text = "\r" if key == "Enter" else key if len(key) == 1 and not modifiers else ""
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "key": key, "modifiers": modifiers, **({"text": text} if kind == "keyDown" else {})}
            await self.browser.send("Input.dispatchKeyEvent", event | KEYS.get(key, {}), self.session)

    async def resize(self, width, height=900):
        """Give the page's window another size, in CSS pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        await self.browser.send("Emulation.setDeviceMetricsOverride", metrics, self.session)

    async def dress(self, theme):
        """`light` or `dark`, as the system would have it."""
        features = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        await self.browser.send("Emulation.setEmulatedMedia", features, self.session)

    async def picture(self, file):
        """Save what is seen as PNG."""
        answer = await self.browser.send("Page.captureScreenshot", {}, self.session)
        file.write_bytes(b64decode(answer["data"]))

    def note(self, method, event):
        """Take in an event of the protocol."""
        if method == "Page.loadEventFired":
            self.loaded.set()
        elif method == "Network.requestWillBeSent":
            self.requested.append(event["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.problems.append(str(event["exceptionDetails"].get("exception", event)))
        elif method == "Log.entryAdded" and event["entry"]["level"] == "error":
            self.problems.append(f"{event['entry']['text']} {event['entry'].get('url', '')}")
        elif method == "Runtime.consoleAPICalled" and event["type"] == "error":
            self.problems.append(str([argument.get("value") for argument in event["args"]]))


@dataclass
class Browser:
    """A running Chromium."""

    writer: asyncio.StreamWriter
    answers: dict[int, asyncio.Future] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    numbers: count = field(default_factory=lambda: count(1))

    async def send(self, method, arguments=None, session=None):
        """A command and its answer."""
        number = next(self.numbers)
        command = {"id": number, "method": method, "params": arguments or {}}
        self.answers[number] = asyncio.get_running_loop().create_future()
        self.writer.write(json.dumps(command | ({"sessionId": session} if session else {})).encode() + b"\0")
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.answers[number]
        finally:
            del self.answers[number]

    async def open(self, url, language="ru"):
        """A page with an address, in a browser of somebody who reads a language."""
        target = (await self.send("Target.createTarget", {"url": "about:blank"}))["targetId"]
        attached = await self.send("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = self.pages[attached["sessionId"]] = Page(self, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.send(f"{domain}.enable", {}, page.session)
        headers = {"headers": {"Accept-Language": language}}
        await self.send("Network.setExtraHTTPHeaders", headers, page.session)
        await self.send("Page.navigate", {"url": url}, page.session)
        async with asyncio.timeout(PATIENCE):
            await page.loaded.wait()
        return page

    async def listen(self, reader):
        """Deliver what Chromium says to whom it concerns."""
        with suppress(asyncio.IncompleteReadError):
            while True:
                message = json.loads((await reader.readuntil(b"\0"))[:-1])
                if "id" in message:
                    self._answered(message)
                elif message.get("sessionId") in self.pages:
                    self.pages[message["sessionId"]].note(message["method"], message["params"])

    def _answered(self, message):
        waiting = self.answers.get(message["id"])
        if waiting is None or waiting.done():
            return
        if "error" in message:
            waiting.set_exception(AssertionError(message["error"]))
        else:
            waiting.set_result(message["result"])


@asynccontextmanager
async def browsing():
    """A browser of its own, with nothing remembered from before."""
    commands, events = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        # Chromium reads commands from descriptor 3 and writes to 4
        redirect = f'exec "$@" 3<&{commands[0]} 4>&{events[1]}'
        arguments = (CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank")
        process = await asyncio.create_subprocess_exec(
            "bash", "-c", redirect, "bash", *arguments,
            pass_fds=(commands[0], events[1]), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        os.close(commands[0])
        os.close(events[1])
        reader, writer, reading = await _streams(events[0], commands[1])
        browser = Browser(writer)
        listening = asyncio.create_task(browser.listen(reader))
        try:
            yield browser
        finally:
            with suppress(Exception):
                await browser.send("Browser.close")
            listening.cancel()
            reading.close()
            writer.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await process.wait()
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _streams(read_from, write_to):
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    reading, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_from, "rb"))
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(loop=loop), os.fdopen(write_to, "wb")
    )
    return reader, asyncio.StreamWriter(transport, protocol, None, loop), reading
