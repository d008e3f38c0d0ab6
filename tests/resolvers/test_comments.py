"""What is said on tickets, and when they were first answered (screens.md §1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.comments import Comment
from models.tickets import TicketPriority, TicketStatus
from models.users import Role
from resolvers.faults import Code, Fault
from tests.contents import refused

pytestmark = pytest.mark.anyio


async def say(factory, ticket, body="Проверили линию", *, at=None, role=Role.EMPLOYEE, **raw):
    context = await factory.context(role, **({"clock": lambda: at} if at else {}))
    answer = await factory.run("ticket.comment", ticket.id, context=context, body=body, **raw)
    return await factory.get(Comment, answer.outcome.notes["comment_id"])


async def test_a_comment_is_the_callers_own(factory):
    ticket = await factory.ticket()
    comment = await say(factory, ticket, "  Перезвоним\nзавтра ")
    assert (comment.ticket_id, comment.author_id) == (ticket.id, factory.callers[Role.EMPLOYEE].user_id)
    assert (comment.body, comment.is_internal, comment.from_customer) == ("Перезвоним\nзавтра", False, False)


@pytest.mark.parametrize("state", ["new", "resolved", "closed"])
async def test_one_may_comment_in_any_state(factory, state):
    ticket = await factory.ticket()
    if state != "new":
        await factory.run(f"ticket.{state.removesuffix('d')}", ticket.id, resolution="Заменили кабель")
    await say(factory, ticket)
    assert (await factory.fresh(ticket)).status == state


# --- the first response -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("priority", "hours"), [("critical", 1), ("high", 2), ("medium", 4), ("low", 8)])
async def test_when_it_is_to_be_answered_depends_on_its_priority(factory, priority, hours):
    ticket = await factory.ticket(priority=priority)
    assert ticket.first_response_due_at - ticket.created_at == timedelta(hours=hours)
    other = TicketPriority.LOW if priority != "low" else TicketPriority.CRITICAL
    await factory.patch(ticket, priority=other.value)
    moved = await factory.fresh(ticket)
    expected = factory.settings.first_response_hours[other]
    assert moved.first_response_due_at - ticket.created_at == timedelta(hours=expected)


async def test_the_first_word_of_the_staff_to_the_customer_answers_it(factory):
    ticket = await factory.ticket()
    await say(factory, ticket, is_internal=True)
    await say(factory, ticket, from_customer=True)
    assert (await factory.fresh(ticket)).first_response_at is None
    first = await say(factory, ticket)
    await say(factory, ticket, "Ещё раз")
    answered = await factory.fresh(ticket)
    assert answered.first_response_at == first.created_at
    await factory.patch(ticket, priority="critical")
    assert (await factory.fresh(ticket)).first_response_due_at == answered.first_response_due_at


async def test_a_resolution_answers_it_and_a_closing_does_not(factory):
    resolved, closed = await factory.ticket(), await factory.ticket()
    await factory.run("ticket.resolve", resolved.id, resolution="Заменили кабель")
    await factory.run("ticket.close", closed.id)
    after = await factory.fresh(resolved)
    assert after.first_response_at == after.resolved_at
    assert (await factory.fresh(closed)).first_response_at is None


# --- the customer's side ------------------------------------------------------------------------------------------


async def test_when_the_customer_speaks_a_ticket_that_waits_is_taken_up_again(factory):
    ticket = await factory.ticket()
    await factory.run("ticket.assign", ticket.id, user_id=factory.callers[Role.OPERATOR].user_id)
    await factory.run("ticket.wait", ticket.id)
    await say(factory, ticket)
    assert (await factory.fresh(ticket)).status is TicketStatus.WAITING
    await say(factory, ticket, "Всё ещё не работает", from_customer=True)
    assert (await factory.fresh(ticket)).status is TicketStatus.IN_PROGRESS


async def test_one_that_nobody_is_assigned_to_is_new_again(factory):
    ticket = await factory.ticket()
    await factory.run("ticket.wait", ticket.id)
    await say(factory, ticket, from_customer=True)
    assert (await factory.fresh(ticket)).status is TicketStatus.NEW


async def test_what_a_customer_says_is_not_internal(factory, database):
    ticket = await factory.ticket()
    fault = await refused(database, say(factory, ticket, is_internal=True, from_customer=True))
    assert set(fault.fields) == {"is_internal"}


# --- afterwards ---------------------------------------------------------------------------------------------------


async def change(factory, comment, *, role=Role.EMPLOYEE, after=timedelta(0)):
    context = await factory.context(role, clock=lambda: comment.created_at + after)
    await factory.run("comment.update", comment.id, context=context, body="Поправка")


async def test_ones_own_can_be_changed_for_a_quarter_of_an_hour(factory, database):
    comment = await say(factory, await factory.ticket(), at=datetime.now(UTC))
    await change(factory, comment, after=timedelta(minutes=15))
    assert (await factory.fresh(comment)).body == "Поправка"
    late = await refused(database, change(factory, comment, after=timedelta(minutes=15, microseconds=1)))
    assert late.code is Code.INVALID_TRANSITION


async def test_anothers_cannot(factory, database):
    comment = await say(factory, await factory.ticket())
    fault = await refused(database, change(factory, comment, role=Role.ADMIN))
    assert fault.code is Code.PERMISSION_DENIED


async def test_supervisors_delete_and_the_history_stays(factory, database):
    comment = await say(factory, await factory.ticket())
    with pytest.raises(Fault):
        await factory.run("comment.delete", comment.id, role=Role.OPERATOR)
    await factory.run("comment.delete", comment.id, role=Role.SUPERVISOR)
    sql = "SELECT action FROM audit_events WHERE entity = 'cmt' AND entity_id = $1 ORDER BY id"
    assert [row[0] for row in await database.fetch(sql, [comment.id])] == ["create", "delete"]


async def test_with_a_ticket_goes_what_was_said_on_it(factory, database):
    ticket = await factory.ticket()
    await say(factory, ticket)
    await factory.run("ticket.delete", ticket.id)
    assert await database.fetch("SELECT id FROM comments") == []


async def test_whoever_has_said_something_has_left_a_trace(factory, database):
    comment = await say(factory, await factory.ticket())
    fault = await refused(database, factory.run("user.delete", comment.author_id))
    assert fault.code is Code.PROTECTED


async def test_a_retry_with_the_same_key_says_it_once(factory, database):
    ticket = await factory.ticket()
    for _ in range(2):
        await factory.run("ticket.comment", ticket.id, key="k", body="Один раз")
    assert len(await database.fetch("SELECT id FROM comments")) == 1
