"""Jobs over GraphQL."""

from __future__ import annotations

from models.users import Role
from tests.abonent.worker.counting import ask as enqueue


async def test_a_job_is_read_by_id_in_lists_and_as_a_node(factory, ask):
    job_id = await enqueue(await factory.context(Role.OPERATOR), count=7)
    data = await ask.data(
        """query ($id: ID!) {
            job(id: $id) { id databaseId kind arguments status total done createdBy { username } }
            jobs(filter: {status: QUEUED, kind: "count"}) { totalCount nodes { id } }
            node(id: $id) { ... on Job { finishedAt history(first: 1) { nodes { action job { id } } } } }
        }""",
        {"id": f"job_{job_id}"},
        role=Role.EMPLOYEE,
    )
    assert data["job"] == {
        "id": f"job_{job_id}",
        "databaseId": job_id,
        "kind": "count",
        "arguments": {"count": 7},
        "status": "QUEUED",
        "total": None,
        "done": 0,
        "createdBy": {"username": factory.callers[Role.OPERATOR].username},
    }
    assert data["jobs"] == {"totalCount": 1, "nodes": [{"id": f"job_{job_id}"}]}
    assert data["node"]["history"]["nodes"] == [{"action": "create", "job": None}]


async def test_one_is_called_off(factory, ask):
    job_id = await enqueue(await factory.context(Role.OPERATOR))
    mutation = "mutation ($id: ID!) { cancelJob(input: {id: $id}) { job { status } errors { code } } }"
    done = await ask.data(mutation, {"id": f"job_{job_id}"})
    assert done["cancelJob"] == {"job": {"status": "CANCELLED"}, "errors": []}
    again = await ask.data(mutation, {"id": f"job_{job_id}"})
    assert again["cancelJob"] == {"job": None, "errors": [{"code": "INVALID_TRANSITION"}]}
