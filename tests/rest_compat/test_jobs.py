"""Jobs over REST: everybody reads them, newest first; one's own can be called off."""

from __future__ import annotations

import json

import pytest
from starlette.requests import Request

from models.jobs import Job
from models.tariffs import Tariff
from models.users import Role
from resolvers.identity.permissions import Permission
from resolvers.jobs.kind import enqueue
from resolvers.write.operation import Effect, operation
from rest_compat.write_handlers import Write
from tests.abonent.worker.counting import COUNT, FREE, ask


async def asked(factory, kind=COUNT, role=Role.OPERATOR, **arguments):
    return await ask(await factory.context(role), kind, **arguments)


async def test_a_job_is_read_by_everybody(factory, api):
    job_id = await asked(factory, count=7)
    answer = await api.get(f"/jobs/{job_id}/", role=Role.EMPLOYEE)
    told = answer.json()
    assert {name: value for name, value in told.items() if not name.endswith("_at")} == {
        "id": job_id,
        "kind": "count",
        "arguments": {"count": 7},
        "status": "queued",
        "status_display": "В очереди",
        "cancel_requested": False,
        "total": None,
        "done": 0,
        "failed": 0,
        "result": None,
        "error": None,
        "created_by": factory.callers[Role.OPERATOR].user_id,
        "heartbeat": None,
    }


async def test_the_list_is_newest_first_and_can_be_filtered(factory, api):
    first, second = await asked(factory), await asked(factory, FREE, Role.ADMIN)
    admin = factory.callers[Role.ADMIN].user_id
    for query, expected in (
        ("", [second, first]),
        ("?kind=count", [first]),
        ("?status=queued", [second, first]),
        ("?status=done", []),
        (f"?created_by={admin}", [second]),
        ("?ordering=id", [first, second]),
    ):
        page = (await api.get(f"/jobs/{query}", role=Role.EMPLOYEE)).json()
        assert [row["id"] for row in page["results"]] == expected, query
    assert (await api.get("/jobs/?status=asleep")).status_code == 400
    assert (await api.get("/jobs/", role=None)).status_code == 401


async def test_one_is_called_off_and_its_history_says_so(factory, api):
    job_id = await asked(factory)
    assert (await api.post(f"/jobs/{job_id}/cancel/", role=Role.EMPLOYEE)).status_code == 403
    answer = await api.post(f"/jobs/{job_id}/cancel/", role=Role.OPERATOR)
    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "cancelled")
    again = await api.post(f"/jobs/{job_id}/cancel/", role=Role.OPERATOR)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_transition")
    history = (await api.get(f"/jobs/{job_id}/history/", role=Role.EMPLOYEE)).json()["results"]
    assert [(event["action"], event["job"]) for event in history] == [("cancel", None), ("create", None)]
    assert history[0]["changes"] == {"status": ["queued", "cancelled"], "cancel_requested": [False, True]}


async def test_a_job_has_no_other_writes_and_no_statistics(factory, api):
    job_id = await asked(factory)
    assert (await api.post("/jobs/", {})).status_code == 405
    assert (await api.delete(f"/jobs/{job_id}/")).status_code == 405
    assert (await api.get("/jobs/statistics/")).status_code == 404


@operation(
    "job.count",
    entity=Job,
    effect=Effect.CREATE,
    graphql="startCount",
    rest="counts",
    may=Permission.READ,
    says="created",
    starts_job=True,
)
async def start_count(work):
    """Start to count."""
    return await enqueue(work, COUNT, {"count": 1})


@operation(
    "tariff.count",
    entity=Tariff,
    effect=Effect.ACTION,
    graphql="countTariff",
    rest="count",
    may=Permission.READ,
    says="updated",
    starts_job=True,
)
async def count_tariff(work, tariff):
    """Start to count for a tariff."""
    work.notes["job_id"] = (await enqueue(work, COUNT, {"tariff": tariff.id})).id
    return tariff


@pytest.mark.parametrize("started", [start_count, count_tariff])
async def test_what_starts_a_job_answers_202_and_the_job(factory, app, started):
    tariff = await factory.tariff()
    path = {"path_params": {"id": str(tariff.id)}, "state": {}, "app": app}
    request = Request({"type": "http", "method": "POST", "headers": [], "query_string": b"", **path}, _nothing)
    answer = await Write(started)(request, await factory.context(Role.OPERATOR))
    told = json.loads(answer.body)
    assert (answer.status_code, told["kind"], told["status"]) == (202, "count", "queued")
    assert told["created_by"] == factory.callers[Role.OPERATOR].user_id


async def _nothing():
    return {"type": "http.request", "body": b"", "more_body": False}
