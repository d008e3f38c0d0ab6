"""What surrounds both doors: request ids, headers, health, failures, the access log, metrics."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import httpx
import pytest
from starlette.routing import Route

from abonent.app import create_app
from abonent.logs import JsonFormatter
from models.database.sqlite import database_file
from models.jobs import Job, JobStatus
from tests.abonent.worker import counting
from tests.factories import Factory

JSON_ERROR = {"status": "error", "code": "internal_error", "message": "Внутренняя ошибка сервера"}


@asynccontextmanager
async def serving(settings, *routes):
    """A client of the program under these settings, with routes of the test's own in front."""
    app = create_app(settings)
    app.router.routes[:0] = routes
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            yield client


async def fail(_request):
    raise RuntimeError("the secret plan is in /etc/passwd")


# --- request ids and measurements ---------------------------------------------------------------------------------


async def test_every_answer_has_an_id_of_its_own(http):
    first, second = await http.get("/healthz"), await http.get("/healthz")
    assert re.fullmatch("[0-9a-f]{32}", first.headers["x-request-id"])
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_a_clients_own_id_is_kept(http):
    answer = await http.get("/healthz", headers={"X-Request-ID": "order-17.b"})
    assert answer.headers["x-request-id"] == "order-17.b"


@pytest.mark.parametrize("mad", ["", "a b", "x" * 65, "<script>", "ключ"])
async def test_an_id_that_could_do_harm_is_replaced(http, mad):
    answer = await http.get("/healthz", headers={"X-Request-ID": mad.encode()})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_every_answer_tells_where_its_time_went(http):
    answer = await http.get("/readyz")
    assert re.fullmatch(
        r'auth;dur=\d+\.\d\d, sql;dur=\d+\.\d\d, total;dur=\d+\.\d\d, statements;desc="\d"',
        answer.headers["server-timing"],
    )


# --- headers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz", "/api/customers/", "/graphql", "/nowhere"])
async def test_browsers_are_told_to_be_careful(http, path):
    headers = (await http.get(path, headers={"accept": "application/json"})).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_pages_of_other_origins_may_not_call_unless_configured(http):
    answer = await http.get("/healthz", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_configured_origins_may_call(settings):
    async with serving(replace(settings, cors_origins=("https://app.kg",))) as http:
        allowed = await http.get("/healthz", headers={"Origin": "https://app.kg"})
        asked = {"Origin": "https://app.kg", "Access-Control-Request-Method": "PATCH"}
        preflight = await http.options("/api/customers/1/", headers=asked)
        refused = await http.get("/healthz", headers={"Origin": "https://evil.example"})
    assert allowed.headers["access-control-allow-origin"] == "https://app.kg"
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        ("http://localhost:5173", True),
        ("https://localhost", True),
        ("http://127.0.0.1:3000", True),
        ("http://[::1]:3000", True),
        ("http://localhost.evil.example", False),
        ("http://evil.example/localhost", False),
        ("null", False),
    ],
)
async def test_pages_of_this_machine_may_be_let_in_whatever_their_port(settings, origin, let_in):
    async with serving(replace(settings, cors_origins=("localhost",))) as http:
        answer = await http.get("/healthz", headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == (origin if let_in else None)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("more", "header", "status"),
    [
        ({}, "authorization,content-type,idempotency-key,traceparent,sentry-trace,baggage", 200),
        ({}, "x-tenant", 400),
        ({"cors_headers": ("X-Tenant",)}, "x-tenant,authorization", 200),
        ({"cors_headers": ()}, "traceparent", 400),
    ],
)
async def test_which_headers_their_pages_may_send_can_be_set(settings, more, header, status):
    asked = {
        "Origin": "https://app.kg",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": header,
    }
    async with serving(replace(settings, cors_origins=("https://app.kg",), **more)) as http:
        assert (await http.options("/graphql", headers=asked)).status_code == status


# --- the front door -----------------------------------------------------------------------------------------------


async def test_the_process_and_the_database_answer_without_a_token(http):
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    assert (await http.get("/readyz")).json() == {"status": "ok"}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_without_its_database_it_is_alive_but_not_ready(settings, http):
    database_file(settings.database_url).unlink()
    assert (await http.get("/healthz")).status_code == 200
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


async def test_a_program_is_told_where_to_go(http):
    assert (await http.get("/")).json()["rest_docs"] == "/api/docs/"


async def test_an_unknown_path_is_told_in_json(http):
    answer = await http.get("/nowhere")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_a_wrong_method_is_told_in_json(http):
    answer = await http.post("/healthz")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD"


# --- failures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_mistake_of_ours_says_nothing_at_the_rest_door(settings):
    async with serving(settings, Route("/api/fail/", fail)) as http:
        answer = await http.get("/api/fail/")
    assert answer.status_code == 500
    assert answer.json() == JSON_ERROR
    assert "x-request-id" in answer.headers


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_mistake_of_ours_says_nothing_at_the_graphql_door(settings):
    async with serving(settings, Route("/graphql", fail)) as http:
        answer = await http.get("/graphql")
    assert answer.status_code == 500
    (error,) = answer.json()["errors"]
    assert error == {"message": "Внутренняя ошибка сервера", "extensions": {"code": "INTERNAL_ERROR"}}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_mistake_of_ours_is_logged_with_its_traceback(settings, caplog):
    async with serving(settings, Route("/api/fail/", fail)) as http:
        await http.get("/api/fail/")
    (record,) = [record for record in caplog.records if record.name == "abonent.errors"]
    assert "the secret plan" in JsonFormatter().format(record)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_database_that_went_away_is_told_at_both_doors(settings, http, bearer):
    database_file(settings.database_url).unlink()
    rest = await http.get("/api/customers/", headers=bearer)
    graphql = await http.post("/graphql", json={"query": "{ me { id } }"}, headers=bearer)
    assert (rest.status_code, rest.json()["code"]) == (503, "service_unavailable")
    assert (graphql.status_code, graphql.json()["errors"][0]["extensions"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert rest.headers["retry-after"] == graphql.headers["retry-after"] == "5"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_request_that_a_stop_cannot_wait_for_is_told_so(settings):
    begun = asyncio.Event()

    async def endless(_request):
        begun.set()
        await asyncio.sleep(60)

    async with serving(settings, Route("/api/endless/", endless)) as http:
        answers = []
        transport_app = http._transport.app

        async def send(message):
            answers.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/endless/",
            "raw_path": b"/api/endless/",
            "headers": [(b"host", b"x")],
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "server": ("x", 80),
        }
        task = asyncio.create_task(transport_app(scope, None, send))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert answers[0]["status"] == 503
    assert (b"retry-after", b"5") in answers[0]["headers"]


# --- the log ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def bearer(http, factory):
    """The header of a logged-in operator."""
    await factory.user(username="bermet", password="the-password-1", role="operator")
    answer = await http.post("/api/auth/login/", json={"username": "bermet", "password": "the-password-1"})
    return {"Authorization": f"Bearer {answer.json()['access']}"}


def logged(caplog) -> list[dict]:
    records = [record for record in caplog.records if record.name == "abonent.access"]
    return [json.loads(JsonFormatter().format(record)) for record in records]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_request_is_one_line_of_json(http, bearer, caplog):
    caplog.set_level(logging.INFO, "abonent.access")
    caplog.clear()
    answer = await http.get("/api/customers/?search=тайна", headers=bearer)
    (line,) = logged(caplog)
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["user"], line["method"], line["path"], line["status"]) == ("bermet", "GET", "/api/customers/", 200)
    assert line["statements"] == 1
    assert line["duration_ms"] > 0


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_log_names_a_graphql_operation_by_its_fields(http, bearer, caplog):
    caplog.set_level(logging.INFO, "abonent.access")
    caplog.clear()
    await http.post("/graphql", json={"query": "query Whoami { me { username } }"}, headers=bearer)
    (line,) = logged(caplog)
    assert line["operation"] == "query me"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/api/customers/7/", "/api/customers/7"])
async def test_the_log_names_a_rest_operation_by_its_path(http, caplog, path):
    caplog.set_level(logging.INFO, "abonent.access")
    await http.get(path)
    (line,) = logged(caplog)
    assert line["operation"] == "/api/customers/{id}/"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_no_secret_is_in_the_log(http, bearer, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    await http.post("/api/auth/login/", json={"username": "bermet", "password": "the-password-1"})
    await http.get("/api/customers/?token=query-string-token", headers=bearer)
    text = "\n".join(JsonFormatter().format(record) for record in caplog.records if record.name.startswith("abonent"))
    for secret in ("the-password-1", bearer["Authorization"].split()[1], "query-string-token"):
        assert secret not in text


# --- metrics ------------------------------------------------------------------------------------------------------


async def test_metrics_are_off_unless_asked_for(http):
    assert (await http.get("/metrics")).status_code == 404


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_metrics_count_requests_by_operation(settings):
    async with serving(replace(settings, metrics=True)) as http:
        await asyncio.gather(*(http.get("/healthz") for _ in range(3)))
        text = (await http.get("/metrics")).text
    assert 'abonent_requests_total{method="GET",operation="/healthz",status="200"} 3.0' in text
    assert 'abonent_request_seconds_count{operation="/healthz"} 3.0' in text


# --- jobs ---------------------------------------------------------------------------------------------------------


async def test_a_serving_process_does_jobs_and_counts_them(settings):
    app = create_app(replace(settings, worker=True, metrics=True))
    app.state.kinds = counting.KINDS
    async with app.router.lifespan_context(app):
        factory = await Factory(app.state.database, settings).prepare()
        job_id = await counting.ask(await factory.context(), batch=4)
        counted = 'abonent_jobs_total{kind="count",status="done"} 1.0'
        async with asyncio.timeout(5), httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as http:
            while counted not in (await http.get("http://testserver/metrics")).text:
                await asyncio.sleep(0.01)
        assert (await factory.get(Job, job_id)).status is JobStatus.DONE


async def test_one_that_is_told_not_to_leaves_them(settings):
    app = create_app(replace(settings, worker=False))
    async with app.router.lifespan_context(app):
        assert app.state.worker is None


# --- the event feed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
async def test_readiness_and_metrics_tell_what_holds_the_event_feed_back(settings, monkeypatch):
    monkeypatch.setattr("abonent.front.WORTH_TELLING", 0.0)
    async with serving(replace(settings, metrics=True)) as http:
        other = await asyncpg.connect(settings.database_url)
        try:
            await other.execute("BEGIN; SELECT pg_current_xact_id()")
            assert (await http.get("/readyz")).json()["events_delay"] >= 0
            text = (await http.get("/metrics")).text
        finally:
            await other.close()
    (line,) = [line for line in text.splitlines() if line.startswith("abonent_events_delay_seconds ")]
    assert float(line.split()[1]) > 0
