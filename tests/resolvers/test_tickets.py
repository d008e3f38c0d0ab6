"""Tickets: every action from every state, due times, assignment, permissions (contract §1–3)."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson
import pytest

from models.tickets import Ticket, TicketPriority
from models.users import Role
from resolvers.faults import Code, Fault, Invalid
from resolvers.write.inputs import Mode
from resolvers.write.operation import Call, perform
from tests.contents import refused, refused_with
from tests.factories import BY_NAME, Factory, id_only

STATES = ("new", "in_progress", "waiting", "resolved", "closed")
ROLES = tuple(Role)
WAYS: dict[str, tuple[str, ...]] = {
    "new": (),
    "in_progress": ("start_work",),
    "waiting": ("wait",),
    "resolved": ("resolve",),
    "closed": ("close",),
}
ARGUMENTS: dict[str, dict[str, Any]] = {"resolve": {"resolution": "Перезагрузили базовую станцию"}}


async def ticket_in(factory: Factory, state: str) -> Ticket:
    ticket = await factory.ticket()
    for verb in WAYS[state]:
        await factory.run(f"ticket.{verb}", ticket.id, **ARGUMENTS.get(verb, {}))
    return await factory.fresh(ticket)


async def act(factory: Factory, verb: str, ticket: Ticket, role: Role = Role.ADMIN) -> Any:
    raw = ARGUMENTS.get(verb, {})
    if verb == "assign":
        raw = {"user_id": factory.callers[role].user_id}
    return await factory.run(f"ticket.{verb}", ticket.id, role=role, **raw)


async def last_event(factory: Factory, ticket: Ticket) -> tuple[str, dict[str, Any], str | None]:
    sql = "SELECT action, changes, reason FROM audit_events WHERE entity = 'tkt' AND entity_id = $1 ORDER BY id DESC"
    action, changes, reason = (await factory.database.fetch(sql, [ticket.id]))[0]
    return action, orjson.loads(changes) if isinstance(changes, str) else changes, reason


# --- states (contract §2) -----------------------------------------------------------------------------------------

MOVES = {
    "assign": {"new": "new", "in_progress": "in_progress", "waiting": "waiting"},
    "unassign": {"new": "new", "in_progress": "new", "waiting": "waiting"},
    "start_work": {"new": "in_progress", "waiting": "in_progress"},
    "wait": {"new": "waiting", "in_progress": "waiting"},
    "resolve": {"new": "resolved", "in_progress": "resolved", "waiting": "resolved"},
    "close": {"new": "closed", "in_progress": "closed", "waiting": "closed", "resolved": "closed"},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", MOVES)
async def test_every_action_from_every_state(factory: Factory, verb: str, state: str) -> None:
    ticket = await ticket_in(factory, state)
    if state in MOVES[verb]:
        await act(factory, verb, ticket)
        assert (await factory.fresh(ticket)).status == MOVES[verb][state]
    else:
        fault = await refused_with(factory.database, Code.INVALID_TRANSITION, act(factory, verb, ticket))
        assert fault.status == 400


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("assigned", [True, False])
async def test_reopen_from_every_state(factory: Factory, state: str, *, assigned: bool) -> None:
    ticket = await factory.ticket()
    if assigned:
        await act(factory, "assign", ticket)
    for verb in WAYS[state]:
        await act(factory, verb, ticket)
    if state not in {"resolved", "closed"}:
        await refused_with(factory.database, Code.INVALID_TRANSITION, act(factory, "reopen", ticket))
        return
    await act(factory, "reopen", ticket)
    ticket = await factory.fresh(ticket)
    assert ticket.status == ("in_progress" if assigned else "new")
    assert (ticket.resolved_at, ticket.closed_at) == (None, None)


@pytest.mark.parametrize("verb", [*MOVES, "reopen"])
async def test_a_missing_ticket_is_not_found(factory: Factory, verb: str) -> None:
    ticket = await factory.ticket()
    await factory.run("ticket.delete", ticket.id)
    fault = await refused_with(factory.database, Code.NOT_FOUND, act(factory, verb, ticket))
    assert fault.field is None


@pytest.mark.parametrize("state", STATES)
async def test_a_ticket_in_any_state_can_be_deleted_and_its_history_stays(factory: Factory, state: str) -> None:
    ticket = await ticket_in(factory, state)
    await factory.run("ticket.delete", ticket.id)
    assert await factory.database.fetch("SELECT count(*) FROM tickets") == [(0,)]
    assert (await last_event(factory, ticket))[0] == "delete"


async def test_two_who_resolve_at_once_get_one_success_and_one_refusal(factory: Factory) -> None:
    ticket = await factory.ticket()
    answers = await asyncio.gather(*(act(factory, "resolve", ticket) for _ in range(2)), return_exceptions=True)
    assert [one.code for one in answers if isinstance(one, Fault)] == [Code.INVALID_TRANSITION]


# --- creating -----------------------------------------------------------------------------------------------------


async def test_a_new_ticket_is_new_assigned_to_nobody_and_its_makers(factory: Factory) -> None:
    customer = await factory.customer()
    raw = {"customer_id": customer.id, "subject": "Нет сети", "description": "Со вчера"}
    made = await factory.run("ticket.create", role=Role.EMPLOYEE, **raw)
    ticket = await factory.get(Ticket, made.outcome.id)
    assert (ticket.status, ticket.category, ticket.priority) == ("new", "other", "medium")
    assert (ticket.assigned_to_id, ticket.assigned_at, ticket.contract_id) == (None, None, None)
    assert ticket.created_by_id == factory.callers[Role.EMPLOYEE].user_id
    assert (ticket.resolution, ticket.resolved_at, ticket.closed_at) == (None, None, None)


async def test_what_only_actions_write_is_ignored(factory: Factory) -> None:
    ticket = await factory.ticket(status="closed", assigned_to_id=1, resolution="само прошло", created_by_id=999)
    assert (ticket.status, ticket.assigned_to_id, ticket.resolution) == ("new", None, None)
    assert ticket.created_by_id == factory.callers[Role.ADMIN].user_id


BAD_VALUES: tuple[tuple[str, object], ...] = (
    ("subject", None),
    ("subject", "  "),
    ("subject", "x" * 256),
    ("subject", 5),
    ("description", ""),
    ("description", "x" * 10_001),
    ("description", "a\0b"),
    ("notes", "\ud800"),
    ("category", "unknown"),
    ("priority", "HIGH"),
    ("customer_id", None),
    ("customer_id", "abc"),
    ("customer_id", 10**30),
    ("customer_id", 0),
    ("contract_id", "abc"),
)


async def test_bad_values_are_named(factory: Factory, subtests: pytest.Subtests) -> None:
    customer = await factory.customer()
    for field, value in BAD_VALUES:
        with subtests.test(field=field, value=value):
            fault = await refused(factory.database, factory.ticket(**{"customer_id": customer.id, field: value}))
            assert isinstance(fault, Invalid)
            assert list(fault.fields) == [field]


async def test_customer_subject_and_description_are_required(factory: Factory) -> None:
    fault = await refused(factory.database, factory.run("ticket.create"))
    assert isinstance(fault, Invalid)
    assert set(fault.fields) == {"customer_id", "subject", "description"}


async def test_a_missing_customer_or_contract_is_told_by_its_field(factory: Factory) -> None:
    fault = await refused_with(factory.database, Code.NOT_FOUND, factory.ticket(customer_id=999))
    assert fault.field == "customer_id"
    customer = await factory.customer()
    attempt = factory.ticket(customer_id=customer.id, contract_id=999)
    fault = await refused_with(factory.database, Code.NOT_FOUND, attempt)
    assert fault.field == "contract_id"


async def test_the_contract_must_be_the_customers(factory: Factory) -> None:
    customer, contract = await factory.customer(), await factory.contract()
    attempt = factory.ticket(customer_id=customer.id, contract_id=contract.id)
    fault = await refused_with(factory.database, Code.VALIDATION, attempt)
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == ["contract_id"]
    ticket = await factory.ticket(customer_id=contract.customer_id, contract_id=contract.id)
    assert ticket.contract_id == contract.id


async def test_a_ticket_is_found_by_its_words_and_its_customers_names(factory: Factory) -> None:
    customer = await factory.customer(first_name="Семён", last_name="Ёлкин", organization_name="ОсОО «Ак-Кеме»")
    ticket = await factory.ticket(customer_id=customer.id, subject="Нет СЕТИ", description="Со вчера")
    assert ticket.search.split("\n") == ["нет сети", "со вчера", "елкин", "семен", "осоо «ак-кеме»"]


# --- due times ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("priority", "hours"), [("critical", 4), ("high", 8), ("medium", 24), ("low", 72)])
async def test_a_ticket_is_due_by_its_priority(factory: Factory, priority: str, hours: int) -> None:
    ticket = await factory.ticket(priority=priority)
    assert ticket.due_at - ticket.created_at == timedelta(hours=hours)


async def test_due_times_can_be_configured(factory: Factory) -> None:
    hours = MappingProxyType(dict.fromkeys(TicketPriority, 1))
    factory.settings = dataclasses.replace(factory.settings, due_hours=hours)
    ticket = await factory.ticket(priority="low")
    assert ticket.due_at - ticket.created_at == timedelta(hours=1)


@pytest.mark.parametrize("state", STATES)
async def test_another_priority_moves_the_due_time_of_an_open_ticket(factory: Factory, state: str) -> None:
    ticket = await ticket_in(factory, state)
    await factory.patch(ticket, priority="critical")
    after = await factory.fresh(ticket)
    hours = 4 if state in {"new", "in_progress", "waiting"} else 24
    assert after.due_at - after.created_at == timedelta(hours=hours)


async def test_no_other_change_moves_the_due_time(factory: Factory) -> None:
    ticket = await factory.ticket()
    await factory.patch(ticket, subject="Другое", priority="medium")
    assert (await factory.fresh(ticket)).due_at == ticket.due_at


# --- updating -----------------------------------------------------------------------------------------------------


async def test_a_customer_changes_only_together_with_the_contract(factory: Factory) -> None:
    one, other = await factory.contract(), await factory.contract()
    ticket = await factory.ticket(customer_id=one.customer_id, contract_id=one.id)
    fault = await refused(factory.database, factory.patch(ticket, customer_id=other.customer_id))
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == ["contract_id"]
    await factory.patch(ticket, customer_id=other.customer_id, contract_id=other.id)
    await factory.patch(ticket, customer_id=one.customer_id, contract_id=None)
    after = await factory.fresh(ticket)
    assert (after.customer_id, after.contract_id) == (one.customer_id, None)


async def test_another_customers_contract_is_refused_in_an_update_too(factory: Factory) -> None:
    ticket, other = await factory.ticket(), await factory.contract()
    fault = await refused(factory.database, factory.patch(ticket, contract_id=other.id))
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == ["contract_id"]


@pytest.mark.parametrize("raw", [{"customer_id": 999}, {"contract_id": 999}])
async def test_an_update_tells_what_is_missing_by_its_field(factory: Factory, raw: dict[str, int]) -> None:
    fault = await refused_with(factory.database, Code.NOT_FOUND, factory.patch(await factory.ticket(), **raw))
    assert fault.field in raw


async def test_an_update_is_found_by_its_new_words(factory: Factory) -> None:
    ticket, customer = await factory.ticket(), await factory.customer(last_name="Жумабаев")
    await factory.patch(ticket, subject="Роуминг", customer_id=customer.id)
    assert (await factory.fresh(ticket)).search.split("\n") == ["роуминг", "со вчерашнего вечера", "жумабаев", "айбек"]


async def test_sending_stored_values_again_writes_no_history(factory: Factory) -> None:
    ticket = await factory.ticket()
    raw = {"customer_id": ticket.customer_id, "subject": ticket.subject, "priority": "medium", "contract_id": None}
    await factory.patch(ticket, **raw)
    assert (await last_event(factory, ticket))[0] == "create"
    assert (await factory.fresh(ticket)).updated_at == ticket.updated_at


async def test_an_update_racing_a_rename_of_the_customer_is_found_by_the_new_name(factory: Factory) -> None:
    ticket = await factory.ticket()
    customer = await factory.customer()
    await factory.patch(ticket, customer_id=customer.id)
    await asyncio.gather(
        factory.patch(customer, last_name="Жумабаев"),
        factory.patch(ticket, subject="Роуминг"),
        factory.ticket(customer_id=customer.id),
    )
    assert all("жумабаев" in row[0] for row in await factory.database.fetch("SELECT search FROM tickets"))


# --- assigning ----------------------------------------------------------------------------------------------------


async def test_assigning_says_to_whom_and_since_when(factory: Factory) -> None:
    user, ticket, before = await factory.user(), await factory.ticket(), datetime.now(UTC)
    await factory.run("ticket.assign", ticket.id, user_id=user.id)
    after = await factory.fresh(ticket)
    assert after.assigned_to_id == user.id
    assert after.assigned_at is not None
    assert before <= after.assigned_at <= datetime.now(UTC)
    action, changes, _ = await last_event(factory, ticket)
    assert (action, changes["assigned_to"]) == ("assign", [None, user.id])


async def test_assigning_to_the_same_again_changes_nothing(factory: Factory) -> None:
    user, ticket = await factory.user(), await factory.ticket()
    await factory.run("ticket.assign", ticket.id, user_id=user.id)
    assigned = await factory.fresh(ticket)
    await factory.run("ticket.assign", ticket.id, user_id=user.id)
    again = await factory.fresh(ticket)
    assert (again.assigned_at, again.updated_at) == (assigned.assigned_at, assigned.updated_at)


@pytest.mark.parametrize(
    ("user_id", "code"), [(None, "validation"), ("x", "validation"), (0, "validation"), (999, "not_found")]
)
async def test_an_assignee_must_be_there(factory: Factory, user_id: object, code: str) -> None:
    ticket = await factory.ticket()
    fault = await refused(factory.database, factory.run("ticket.assign", ticket.id, user_id=user_id))
    assert (fault.code, fault.field) == (code, "user_id")


async def test_an_assignee_must_be_active(factory: Factory) -> None:
    user, ticket = await factory.user(is_active=False), await factory.ticket()
    attempt = factory.run("ticket.assign", ticket.id, user_id=user.id)
    fault = await refused_with(factory.database, Code.INVALID_TRANSITION, attempt)
    assert fault.field == "user_id"


async def test_a_missing_assignee_comes_before_a_wrong_state(factory: Factory) -> None:
    ticket = await ticket_in(factory, "closed")
    await refused_with(factory.database, Code.NOT_FOUND, factory.run("ticket.assign", ticket.id, user_id=999))


async def test_whoever_starts_work_on_an_unassigned_ticket_takes_it(factory: Factory) -> None:
    ticket = await factory.ticket()
    await act(factory, "start_work", ticket, Role.EMPLOYEE)
    after = await factory.fresh(ticket)
    assert after.assigned_to_id == factory.callers[Role.EMPLOYEE].user_id
    assert after.assigned_at == after.updated_at


@pytest.mark.parametrize("verb", ["start_work", "wait", "resolve", "close"])
async def test_anyone_may_work_on_anothers_ticket_and_it_stays_anothers(factory: Factory, verb: str) -> None:
    ticket = await factory.ticket()
    await act(factory, "assign", ticket, Role.SUPERVISOR)
    await act(factory, verb, ticket, Role.EMPLOYEE)
    assert (await factory.fresh(ticket)).assigned_to_id == factory.callers[Role.SUPERVISOR].user_id


# --- resolving, closing, reopening --------------------------------------------------------------------------------


async def test_resolving_tells_what_was_done_and_how_long_it_took(factory: Factory) -> None:
    ticket = await factory.ticket()
    later = ticket.created_at + timedelta(hours=2, seconds=3, milliseconds=999)
    context = await factory.context(clock=lambda: later)
    answer = await factory.run("ticket.resolve", ticket.id, context=context, resolution=" Готово ")
    after = await factory.fresh(ticket)
    assert (after.resolution, after.resolved_at) == ("Готово", later)
    assert answer.outcome.notes == {"resolution_time": 7203}
    assert BY_NAME["ticket.resolve"].extras == ("resolution_time",)


async def test_a_resolution_is_required(factory: Factory) -> None:
    await refused_with(factory.database, Code.VALIDATION, factory.run("ticket.resolve", (await factory.ticket()).id))


@pytest.mark.parametrize("resolution", [None, " ", 5, "x" * 10_001])
async def test_a_resolution_is_a_text(factory: Factory, resolution: object) -> None:
    ticket = await factory.ticket()
    fault = await refused(factory.database, factory.run("ticket.resolve", ticket.id, resolution=resolution))
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == ["resolution"]


async def test_the_reason_for_closing_goes_into_the_history(factory: Factory) -> None:
    ticket = await factory.ticket()
    await factory.run("ticket.close", ticket.id, reason="Клиент передумал")
    action, changes, reason = await last_event(factory, ticket)
    assert (action, reason, changes["status"]) == ("close", "Клиент передумал", ["new", "closed"])
    after = await factory.fresh(ticket)
    assert (after.closed_at, after.resolved_at, after.resolution) == (after.updated_at, None, None)


@pytest.mark.parametrize("raw", [{}, {"reason": None}, {"reason": " "}])
async def test_closing_needs_no_reason(factory: Factory, raw: dict[str, object]) -> None:
    ticket = await factory.ticket()
    await factory.run("ticket.close", ticket.id, **raw)
    assert (await last_event(factory, ticket))[2] is None


async def test_closing_a_resolved_ticket_keeps_when_it_was_resolved(factory: Factory) -> None:
    ticket = await ticket_in(factory, "resolved")
    await act(factory, "close", ticket)
    after = await factory.fresh(ticket)
    assert after.resolved_at == ticket.resolved_at
    assert after.resolution == ticket.resolution


# --- permissions (contract §3) ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
async def test_everybody_works_on_tickets(factory: Factory, role: Role) -> None:
    raw = {"customer_id": (await factory.customer()).id, "subject": "Нет сети", "description": "Со вчера"}
    ticket = await factory.get(Ticket, (await factory.run("ticket.create", role=role, **raw)).outcome.id)
    await factory.run("ticket.update", ticket.id, role=role, mode=Mode.PARTIAL, notes="Перезвонить")
    for verb in ("assign", "start_work", "wait", "resolve", "reopen", "close"):
        await act(factory, verb, ticket, role)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.OPERATOR])
async def test_only_supervisors_and_admins_delete(factory: Factory, role: Role) -> None:
    ticket = await factory.ticket()
    attempt = factory.run("ticket.delete", ticket.id, role=role)
    await refused_with(factory.database, Code.PERMISSION_DENIED, attempt)
    await factory.run("ticket.delete", ticket.id, role=Role.SUPERVISOR)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN])
async def test_operators_and_up_assign_to_others(factory: Factory, role: Role) -> None:
    user, ticket = await factory.user(), await factory.ticket()
    await factory.run("ticket.assign", ticket.id, role=role, user_id=user.id)
    assert (await factory.fresh(ticket)).assigned_to_id == user.id


@pytest.mark.parametrize("missing", [True, False])
async def test_an_employee_assigns_to_nobody_else_even_before_it_is_known_who_is_there(
    factory: Factory, *, missing: bool
) -> None:
    ticket, user = await factory.ticket(), await factory.user()
    attempt = factory.run(
        "ticket.assign",
        999 if missing else ticket.id,
        role=Role.EMPLOYEE,
        user_id=999 if missing else user.id,
    )
    await refused_with(factory.database, Code.PERMISSION_DENIED, attempt)


@pytest.mark.parametrize("user_id", [None, "x", [], 10**30])
async def test_what_is_no_id_is_a_bad_value_for_an_employee_too(factory: Factory, user_id: object) -> None:
    ticket = await factory.ticket()
    attempt = factory.run("ticket.assign", ticket.id, role=Role.EMPLOYEE, user_id=user_id)
    await refused_with(factory.database, Code.VALIDATION, attempt)


async def test_an_employee_may_write_ones_own_id_as_digits(factory: Factory) -> None:
    ticket, me = await factory.ticket(), factory.callers[Role.EMPLOYEE]
    await factory.run("ticket.assign", ticket.id, role=Role.EMPLOYEE, user_id=str(me.user_id))
    assert (await factory.fresh(ticket)).assigned_to_id == me.user_id


@pytest.mark.parametrize("verb", ["create", "update", "delete", *MOVES, "reopen"])
async def test_nobody_does_anything_without_logging_in(factory: Factory, verb: str) -> None:
    ticket = await factory.ticket()
    call = Call(BY_NAME[f"ticket.{verb}"], None if verb == "create" else ticket.id, {}, id_only)
    context = await factory.context(None)
    await refused_with(factory.database, Code.NOT_AUTHENTICATED, perform(context, call))
    refused_token = dataclasses.replace(context, token_refused=True)
    await refused_with(factory.database, Code.TOKEN_NOT_VALID, perform(refused_token, call))


async def test_refusals_come_in_their_order(factory: Factory) -> None:
    await refused_with(factory.database, Code.NOT_FOUND, factory.run("ticket.resolve", 999))
    closed = await ticket_in(factory, "closed")
    await refused_with(factory.database, Code.VALIDATION, factory.run("ticket.resolve", closed.id))


# --- unassigned again (contract §2) -------------------------------------------------------------------------------


async def test_an_unassigned_ticket_has_no_assignee_and_no_time_of_it(factory: Factory) -> None:
    ticket = await ticket_in(factory, "in_progress")
    await factory.run("ticket.unassign", ticket.id)
    after = await factory.fresh(ticket)
    assert (after.status, after.assigned_to_id, after.assigned_at) == ("new", None, None)
    action, changes, _ = await last_event(factory, ticket)
    assert (action, changes["status"]) == ("unassign", ["in_progress", "new"])


async def test_unassigning_what_nobody_has_changes_nothing(factory: Factory) -> None:
    ticket = await factory.ticket()
    await factory.run("ticket.unassign", ticket.id, role=Role.EMPLOYEE)
    assert (await factory.fresh(ticket)).updated_at == ticket.updated_at


async def test_an_employee_leaves_ones_own_ticket_but_nobody_elses(factory: Factory) -> None:
    ticket = await factory.ticket()
    await factory.run("ticket.assign", ticket.id, user_id=factory.callers[Role.OPERATOR].user_id)
    attempt = factory.run("ticket.unassign", ticket.id, role=Role.EMPLOYEE)
    await refused_with(factory.database, Code.PERMISSION_DENIED, attempt)
    await factory.run("ticket.assign", ticket.id, user_id=factory.callers[Role.EMPLOYEE].user_id)
    await factory.run("ticket.unassign", ticket.id, role=Role.EMPLOYEE)
    assert (await factory.fresh(ticket)).assigned_to_id is None


async def test_the_open_tickets_of_who_is_deactivated_are_nobodys(factory: Factory) -> None:
    user = await factory.user()
    tickets = [await factory.ticket() for _ in range(3)]
    for ticket in tickets:
        await factory.run("ticket.assign", ticket.id, user_id=user.id)
    await factory.run("ticket.start_work", tickets[0].id)
    await factory.run("ticket.close", tickets[2].id)
    await factory.patch(user, is_active=False)
    after = [await factory.fresh(ticket) for ticket in tickets]
    assert [(one.status, one.assigned_to_id) for one in after] == [("new", None), ("new", None), ("closed", user.id)]
    assert (await last_event(factory, tickets[0]))[0] == "unassign"
