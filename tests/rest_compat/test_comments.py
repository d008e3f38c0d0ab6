"""Comments on tickets at both doors (screens.md §1)."""

from __future__ import annotations

import pytest

from models.users import Role

pytestmark = pytest.mark.anyio


async def test_it_is_made_and_listed_on_its_ticket(api, factory):
    ticket = await factory.ticket()
    path = f"/tickets/{ticket.id}/comments/"
    made = await api.post(path, {"body": "Проверили линию", "is_internal": True}, role=Role.EMPLOYEE)
    assert made.status_code == 201
    told = made.json()
    author = factory.callers[Role.EMPLOYEE]
    assert told == {
        "id": told["id"],
        "ticket": ticket.id,
        "author": author.user_id,
        "author_name": author.username,
        "body": "Проверили линию",
        "is_internal": True,
        "from_customer": False,
        "created_at": told["created_at"],
        "updated_at": told["created_at"],
    }
    await api.post(path, {"body": "Звонили"})
    assert await api.ids(path) == [told["id"], told["id"] + 1]
    assert await api.ids(f"{path}?is_internal=false") == [told["id"] + 1]
    assert (await api.get(f"/comments/{told['id']}/")).json() == told
    shown = (await api.get(f"/tickets/{ticket.id}/")).json()
    assert shown["comments_count"] == 2
    assert shown["first_response_at"] is not None


async def test_a_retry_gets_the_first_answer(api, factory):
    ticket, headers = await factory.ticket(), {"Idempotency-Key": "k"}
    first, again = [
        await api.post(f"/tickets/{ticket.id}/comments/", {"body": "Раз"}, headers=headers) for _ in range(2)
    ]
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"


async def test_it_is_changed_and_deleted(api, factory):
    ticket = await factory.ticket()
    made = (await api.post(f"/tickets/{ticket.id}/comments/", {"body": "Раз"}, role=Role.OPERATOR)).json()
    path = f"/comments/{made['id']}/"
    assert (await api.patch(path, {"body": "Два"}, role=Role.OPERATOR)).json()["body"] == "Два"
    assert (await api.put(path, {"body": "Три"}, role=Role.EMPLOYEE)).json()["code"] == "permission_denied"
    history = (await api.get(f"{path}history/")).json()["results"]
    assert [event["action"] for event in history] == ["update", "create"]
    assert (await api.delete(path, role=Role.SUPERVISOR)).status_code == 204
    assert (await api.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"), [({}, "body"), ({"body": "x", "is_internal": True, "from_customer": True}, "is_internal")]
)
async def test_bad_ones_are_refused_by_field(api, factory, body, field):
    ticket = await factory.ticket()
    response = await api.post(f"/tickets/{ticket.id}/comments/", body)
    assert (response.status_code, list(response.json())) == (400, [field])
    assert (await api.post("/tickets/99/comments/", {"body": "x"})).status_code == 404


SAID = """mutation ($input: CommentTicketInput!) { commentTicket(input: $input) {
    ticket { status firstResponseAt comments { nodes { id } } }
    comment { id body fromCustomer author { username } ticket { id } history { nodes { type } } } errors { code } } }"""
CHANGED = """mutation ($input: UpdateTicketCommentInput!) { updateTicketComment(input: $input) {
    comment { body } errors { code field } } }"""
DELETED = """mutation ($input: DeleteTicketCommentInput!) { deleteTicketComment(input: $input) {
    deletedId errors { code } } }"""


async def test_the_same_in_graphql(api, factory):
    ticket = await factory.ticket()
    await factory.run("ticket.wait", ticket.id)

    async def ask(document, **given):
        body = {"query": document, "variables": {"input": given}}
        (answer,) = (await graphql(api, body))["data"].values()
        return answer

    said = await ask(SAID, id=f"tkt_{ticket.id}", body="Не работает", fromCustomer=True)
    comment = said["comment"]
    assert said["errors"] == []
    assert said["ticket"] == {
        "status": "NEW",
        "firstResponseAt": None,
        "comments": {"nodes": [{"id": comment["id"]}]},
    }
    assert comment["ticket"] == {"id": f"tkt_{ticket.id}"}
    assert comment["history"] == {"nodes": [{"type": "comment.create"}]}
    assert (await ask(CHANGED, id=comment["id"], body="Работает"))["comment"] == {"body": "Работает"}
    assert await ask(DELETED, id=comment["id"]) == {"deletedId": comment["id"], "errors": []}


async def graphql(api, body):
    response = await api.http.post("/graphql", json=body, headers=api.bearer(Role.ADMIN))
    return response.json()
