"""Serving over HTTP: one process, or several that share a port."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from abonent.app import create_app
from abonent.config import load
from abonent.logs import configure_logging
from abonent.metrics import SHARED_FOLDER
from abonent.protocol import GuardedProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from models.settings import Settings

STOP_SECONDS: Final = 6
"""How long running requests may take to finish after SIGTERM; with what follows, the process is gone within 10 s."""
KEEP_ALIVE_SECONDS: Final = 20
BACKLOG: Final = 2_048


def worker_app() -> Starlette:
    """The application of a worker process, which reads the settings anew."""
    settings = load().settings
    configure_logging(settings.log_level)
    return create_app(settings)


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises `OSError` where the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def serve(settings: Settings, listener: socket.socket, workers: int, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or Ctrl+C. `ready` is called once requests are answered."""
    with contextlib.suppress(KeyboardInterrupt):
        if workers == 1:
            _Server(_config(settings, create_app(settings), workers), ready).run(sockets=[listener])
        else:
            _serve_with_workers(settings, listener, workers, ready)


def _serve_with_workers(settings: Settings, listener: socket.socket, workers: int, ready: Callable[[], None]) -> None:
    config = _config(settings, "abonent.serving:worker_app", workers)
    with tempfile.TemporaryDirectory(prefix="abonent-metrics-") as folder:
        if settings.metrics:
            os.environ[SHARED_FOLDER] = folder
        ready()  # the socket listens already: a request that comes early waits for the first worker
        Multiprocess(config, sockets=[listener]).run()


class _Server(uvicorn.Server):
    """Uvicorn's, with a word when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()


def _config(settings: Settings, app: Starlette | str, workers: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        loop="uvloop",
        http=GuardedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        # the address that a request came from decides who is slowed down: only configured proxies may tell another
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
