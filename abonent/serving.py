"""Serving over HTTP: one process, or several that share a port."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
import socket
import tempfile
import time
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from abonent.app import create_app
from abonent.config import load
from abonent.logs import configure_logging
from abonent.metrics import SHARED_FOLDER
from abonent.protocol import GuardedProtocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from starlette.applications import Starlette

    from models.settings import Settings

LOG: Final = logging.getLogger("abonent.serving")
STOP_SECONDS: Final = 6
"""How long running requests may take to finish after SIGTERM; with what follows, the process is gone within 10 s."""
START_SECONDS: Final = 60
"""How long a worker that is to replace another one (SIGHUP) may take to start."""
LAST_SECONDS: Final = 9.7
"""After so long a worker that is still there is killed."""
KEEP_ALIVE_SECONDS: Final = 20
OPEN_FILES: Final = 65_536
"""As many connections a process may hold, where the system lets it; 256 is the limit that some begin with."""
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
    _allow_many_connections()
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
        Supervisor(config, sockets=[listener]).run()


def _allow_many_connections() -> None:
    """Raise the soft limit of open files, as far as the hard one lets us; workers inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Supervisor(Multiprocess):
    """Uvicorn's, but that it takes no worker for hung because it is slow, and stops at once when it is told to.

    Uvicorn kills a worker that has not answered its ping within 5 s. On a busy machine that many have hardly begun by
    then, and so none would ever be ready. What has ended by itself is replaced, as ever.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        """Stop listening, here and in the workers, which finish what runs; the rest comes when the loop is back.

        While the socket were open here, connections would be taken by the system, and never answered.
        """
        self.signal_queue.append(number)
        self.stopping = True
        for listener in self.sockets:
            listener.close()
        for worker in self.processes:
            if worker.pid is not None and worker.exitcode is None:
                os.kill(worker.pid, signal.SIGTERM)

    def init_processes(self) -> None:
        self.processes = [worker for _ in range(self.processes_num) if (worker := self._started())]

    def keep_subprocess_alive(self) -> None:
        for place, worker in enumerate(self.processes):
            if self.stopping or worker.process.is_alive():
                continue
            worker.join()
            if worker.exitcode == STARTUP_FAILURE:
                LOG.error("a worker could not start, and so would no other: the server stops")
                self.should_exit.set()
                return
            LOG.warning("worker %s has ended, status %s; another takes its place", worker.pid, worker.exitcode)
            self.processes[place] = self._started() or worker

    def _started(self) -> Process | None:
        """A new worker; None where the order to stop comes first, or meanwhile."""
        worker = Process(self.config, self.sockets)
        try:
            worker.start()
        except (OSError, ValueError):  # the socket has just been closed
            if not self.stopping:
                raise
            return None
        return worker

    def join_all(self) -> None:
        until = time.monotonic() + LAST_SECONDS
        for worker in self.processes:
            worker.process.join(max(0.0, until - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
            worker.join()


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
        timeout_worker_healthcheck=START_SECONDS,
    )
