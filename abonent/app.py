"""The ASGI application: both doors, what surrounds them, and the database behind them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from abonent.compression import Compress
from abonent.courier.courier import Courier
from abonent.entrance import Entrance
from abonent.failures import Failures
from abonent.front import console, healthz, index, readyz
from abonent.metrics import make_metrics
from abonent.middleware import Observe
from abonent.setting_values import LOCAL
from abonent.worker.process import run_until_stopped
from abonent.worker.worker import Worker
from models.database import open_database
from resolvers.events.lines import Lines
from resolvers.faults import Code, fault
from resolvers.jobs.kinds import KINDS
from rest_compat.http import refused, unknown_path
from rest_compat.routes import rest_routes
from schema.endpoint.selections import selections
from schema.endpoint.view import graphql_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.requests import Request
    from starlette.responses import Response

    from abonent.metrics import Metrics
    from models.database import Database
    from models.settings import Settings

CORS_REQUEST_HEADERS: Final = (
    *("Accept-Language", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"),
    *("Last-Event-ID", "Prefer", "X-Request-ID"),
)
CORS_ANSWER_HEADERS: Final = (
    *("ETag", "Idempotent-Replayed", "Preference-Applied", "Retry-After", "Server-Timing", "X-Request-ID"),
    *("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
)
LOCAL_ORIGINS: Final = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"
"""Pages that this machine serves itself."""
DAY: Final = 86_400
WORKER_SECONDS: Final = 1.5
"""How long a stop waits for the worker's batches in hand; those that take longer are done by another worker."""
CLOSE_SECONDS: Final = 2.0
"""How long it waits then for transactions under way; with `serving.STOP_SECONDS` all of it stays below 10."""


def create_app(settings: Settings) -> Starlette:
    """The application with its own database, which is opened when it starts and closed when it stops."""
    metrics = make_metrics() if settings.metrics else None
    routes = [
        Route("/", index),
        Route("/console/{screen:path}", console),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *([Route("/metrics", metrics.show)] if metrics else []),
        *graphql_routes(settings),
        *rest_routes(settings),
    ]
    app = Starlette(
        routes=routes,
        middleware=_layers(settings, metrics),
        exception_handlers={HTTPException: _wrong_method},
        lifespan=_lifespan(settings, metrics),
    )
    app.router.default = unknown_path
    app.router.redirect_slashes = False  # whatever may come without its slash is served so
    return app


async def _wrong_method(request: Request, error: Exception) -> Response:
    """Told like all refusals. The routes of the front door know one method each, and Starlette raises nothing else."""
    headers = (error.headers or {}) if isinstance(error, HTTPException) else {}
    allowed = ", ".join(sorted(headers.get("Allow", "").split(", ")))
    response = refused(fault(Code.METHOD_NOT_ALLOWED, method=request.method, allowed=allowed), request)
    response.headers["Allow"] = allowed
    return response


def _layers(settings: Settings, metrics: Metrics | None) -> list[Middleware]:
    """From the outside in."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=[origin for origin in settings.cors_origins if origin != LOCAL],
        allow_origin_regex=LOCAL_ORIGINS if LOCAL in settings.cors_origins else None,
        allow_methods=("*",),
        allow_headers=(*CORS_REQUEST_HEADERS, *settings.cors_headers),
        expose_headers=CORS_ANSWER_HEADERS,
        max_age=DAY,
    )
    return [
        Middleware(Observe, settings.request_seconds, count=metrics.count if metrics else None),
        *([cors] if settings.cors_origins else []),
        Middleware(Compress),
        Middleware(Failures),
        Middleware(Entrance, root_path=settings.root_path),
    ]


def _lifespan(settings: Settings, metrics: Metrics | None) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        database = await open_database(settings)
        app.state.database, app.state.settings = database, settings
        app.state.lines = _lines(database, settings, metrics)
        app.state.selection_fault = selections(settings.query_limits).fault
        worker = app.state.worker = _worker(app, database, settings, metrics) if settings.worker else None
        working = asyncio.create_task(run_until_stopped(worker, WORKER_SECONDS)) if worker else None
        try:
            yield
        finally:
            if worker and working:
                worker.stop()
                await working
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await database.close()

    return lifespan


def _lines(database: Database, settings: Settings, metrics: Metrics | None) -> Lines:
    """Those who listen to events."""
    if metrics is None:
        return Lines(database, settings.streams)
    return Lines(database, settings.streams, count=metrics.streams.set, behind=metrics.stream_lag.observe)


def _worker(app: Starlette, database: Database, settings: Settings, metrics: Metrics | None) -> Worker:
    """Does the kinds of jobs that the application knows: all, unless it was told others."""
    kinds = getattr(app.state, "kinds", KINDS)
    courier = Courier(database, settings, told=metrics.count_try if metrics else None)
    return Worker(database, settings, kinds=kinds, told=metrics.count_job if metrics else None, courier=courier)
