"""All calls of the API, bound from what is declared elsewhere: operations, lists, the schema's relations."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from starlette.routing import Mount, Route, Router

from models.api_keys import ApiKey
from models.billing import BillingPolicy
from models.comments import Comment
from models.jobs import Job
from models.journal import AuditEvent
from models.payments import Payment, PaymentStatus
from models.registers import PaymentProvider, RegisterRow
from models.sims import Sim, SimStatus
from models.tariffs import Tariff
from models.tickets import Ticket
from models.users import User
from models.webhooks import Webhook, WebhookDelivery
from resolvers import (
    api_keys,
    bindings,
    comments,
    contracts,
    customers,
    journal,
    payments,
    sims,
    tariffs,
    tickets,
    users,
)
from resolvers.billing import periods, terms
from resolvers.billing.policy import update_policy
from resolvers.billing.run import start_billing_run
from resolvers.imports.actions import start_import
from resolvers.imports.job import IMPORT
from resolvers.jobs import actions as jobs
from resolvers.operations import OPERATIONS
from resolvers.read.columns import column
from resolvers.read.selection import Comparison, Condition, ToMany
from resolvers.read.tables import MODELS
from resolvers.registers import actions as registers
from resolvers.registers import providers
from resolvers.registers.actions import post_register_rows, resolve_register_row, start_register
from resolvers.registers.job import REGISTER
from resolvers.sessions import change_password
from resolvers.webhooks import actions as webhooks
from resolvers.webhooks import deliveries
from resolvers.webhooks.tries import redeliver_webhook
from resolvers.write.inputs import Mode
from resolvers.write.operation import Effect
from rest_compat import auth
from rest_compat.action_handlers import RowActions
from rest_compat.detail_handlers import Detail, Statistics
from rest_compat.event_handlers import Events
from rest_compat.http import Endpoint, Resource, slashed, unknown_path
from rest_compat.import_handlers import (
    FileUpload,
    ImportResult,
    ImportStart,
    ImportTemplate,
    JobDetail,
    RegisterStart,
)
from rest_compat.list_handlers import Lists
from rest_compat.number_handlers import NumberHistory
from rest_compat.openapi.pages import Description, Index, Pages
from rest_compat.register_handlers import RESOLVE
from rest_compat.search_handler import Search
from rest_compat.statement_handlers import Balance, Statement
from rest_compat.write_handlers import Write
from schema.types.entities import TYPES
from schema.types.field_sources import origins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

    from models.settings import Settings
    from resolvers.read.selection import ListSpec
    from resolvers.write.operation import Operation

PREFIX = "/api"


def rest_routes(settings: Settings) -> list[BaseRoute]:
    """The API as Starlette's routes."""
    del settings
    calls = endpoints()
    index = Index((*(spec.table.path for spec in _ENTITIES), "imports", "events", "schema", "docs"))
    described = (
        Endpoint("GET", "/", index, "Where the lists are."),
        Endpoint("GET", "/schema/", Description(calls, PREFIX), "This description."),
        Endpoint("GET", "/docs/", Pages(f"{PREFIX}/schema/"), "Pages to read it and to try the calls."),
    )
    by_path = sorted((*calls, *described), key=lambda endpoint: (endpoint.path.count("{"), endpoint.path))
    routes = [
        Route(path, Resource({endpoint.method: endpoint.handler for endpoint in group}))
        for path, group in groupby(by_path, attrgetter("path"))
    ]
    return [Route(PREFIX, Resource({"GET": index})), Mount(PREFIX, slashed(_by_shape(routes)))]


def _by_shape(routes: Sequence[Route]) -> ASGIApp:
    """Starlette's router, shown only routes of a path's own shape: trying all hundred is a part of a read."""
    groups = dict[tuple[str, ...], list[Route]]()
    for one in routes:
        groups.setdefault(_shape(one.path), []).append(one)
    routers = {shape: Router(group, redirect_slashes=False, default=unknown_path) for shape, group in groups.items()}

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope["root_path"])
        await routers.get(_shape(path), unknown_path)(scope, receive, send)

    return route


def _shape(path: str) -> tuple[str, ...]:
    """What all paths of a route have in common: the entity, how many parts there are, what stands after the id."""
    parts = path.split("/")
    return (parts[1], "/" * len(parts), *parts[3:4])


def endpoints() -> tuple[Endpoint, ...]:
    """Every call, in the order in which the documentation shows them."""
    of_entities = (endpoint for spec in _ENTITIES for endpoint in _of_entity(spec))
    of_comments = _of_one(Comment, "/comments/")  # they are listed and made on their ticket
    return (
        *_AUTH,
        *_SEARCH,
        *of_entities,
        *_OF_CONTRACTS,
        *of_comments,
        *_BILLING,
        *_IMPORTS,
        *_REGISTERS,
        *_PROFILE,
        *_EVENTS,
    )


_ELSEWHERE = (*(update_policy, start_billing_run, start_import, redeliver_webhook, start_register, post_register_rows),)
"""Operations that have a path of their own."""
_OF_POLICY = Condition(column(AuditEvent, "entity"), Comparison.EQUALS, lambda _: BillingPolicy.prefix)
_POLICY_HISTORY = Lists(journal.HISTORY, (_OF_POLICY,))
_WHAT_MAY_BE_DONE = "What can be done with it, and what may be now."
_BILLING = (
    Endpoint("GET", "/billing/policy/", Detail(BillingPolicy, only=BillingPolicy.ONLY), "How contracts are billed."),
    Endpoint("PATCH", "/billing/policy/", Write(update_policy, Mode.PARTIAL), update_policy.description),
    Endpoint("GET", "/billing/policy/actions/", RowActions(BillingPolicy, BillingPolicy.ONLY), _WHAT_MAY_BE_DONE),
    Endpoint("GET", "/billing/policy/history/", _POLICY_HISTORY, "Every change of the policy, newest first."),
    Endpoint("POST", "/billing/runs/", Write(start_billing_run), start_billing_run.description),
)
_OF_IMPORTS = Condition(column(Job, "kind"), Comparison.EQUALS, lambda _: IMPORT.name)
_IMPORTS = (
    Endpoint("POST", "/files/", FileUpload(), "Upload a file, to be brought in afterwards."),
    Endpoint("GET", "/imports/", Lists(jobs.LIST, (_OF_IMPORTS,), sight=Job), "All imports, page by page."),
    Endpoint("POST", "/imports/", ImportStart(), start_import.description),
    Endpoint("GET", "/imports/template/", ImportTemplate(), "An empty file with the headings of a kind of rows."),
    Endpoint("GET", "/imports/{id}/", JobDetail(IMPORT.name), "How far an import is, and what has become of its rows."),
    Endpoint("GET", "/imports/{id}/result/", ImportResult(), "The file again, with what has become of each row."),
)
_OF_REGISTERS = Condition(column(Job, "kind"), Comparison.EQUALS, lambda _: REGISTER.name)
_OF_REGISTER = Condition(column(RegisterRow, "job_id"), Comparison.EQUALS, itemgetter("parent"))
_REGISTER_ROWS = Lists(registers.LIST, (_OF_REGISTER,), sight=Job, parent=Job)
_REGISTERS = (
    Endpoint("GET", "/registers/", Lists(jobs.LIST, (_OF_REGISTERS,), sight=Job), "All registers, page by page."),
    Endpoint("POST", "/registers/", RegisterStart(), start_register.description),
    Endpoint("GET", "/registers/{id}/", JobDetail(REGISTER.name), "How far a register is, and what it comes to."),
    Endpoint("GET", "/registers/{id}/rows/", _REGISTER_ROWS, "The rows of a register, beside our payments."),
    Endpoint("POST", "/registers/{id}/post/", Write(post_register_rows), post_register_rows.description),
    Endpoint("POST", "/registers/{register}/rows/{id}/resolve/", RESOLVE, resolve_register_row.description),
)
_AUTH = (
    Endpoint("POST", "/auth/login/", auth.LOGIN, "Log in: a username and a password for two tokens."),
    Endpoint("POST", "/auth/refresh/", auth.REFRESH, "Exchange a refresh token, good once, for two new tokens."),
    Endpoint("POST", "/auth/logout/", auth.LOGOUT, "Log out: end the session of a refresh token of one's own."),
)
_SEARCH = (Endpoint("GET", "/search/", Search(), "Whatever is found by what somebody says of it, best first."),)
_CHANGE_PASSWORD = Write(change_password, own=True, silent=True)
_PROFILE = (
    Endpoint("GET", "/users/me/", Detail(User, own=True), "One's own profile."),
    Endpoint("PUT", "/users/me/", Write(users.update_user, replace=True, own=True), "Change one's own profile."),
    Endpoint("PATCH", "/users/me/", Write(users.update_user, Mode.PARTIAL, own=True), "Change one's own profile."),
    Endpoint("POST", "/users/me/password/", _CHANGE_PASSWORD, change_password.description),
    Endpoint("GET", "/users/staff/", Lists(users.STAFF_LIST, users.ACTIVE), "Active users, to assign tickets to."),
)
_OF_CONTRACTS = (
    Endpoint(
        "GET",
        "/contracts/{id}/statement/",
        Statement(),
        "What went on on its account from one day to another, both included.",
    ),
    Endpoint("GET", "/contracts/{id}/balance/", Balance(), "Its balance at a moment."),
    Endpoint("GET", "/numbers/{msisdn}/history/", NumberHistory(), "Whose number it was, newest first."),
)
_EVENTS = (Endpoint("GET", "/events/", Events(), "What has happened since a cursor, oldest first: the event feed."),)
_ENTITIES = (
    customers.LIST,
    sims.LIST,
    tariffs.LIST,
    contracts.LIST,
    payments.LIST,
    tickets.LIST,
    users.LIST,
    api_keys.LIST,
    jobs.LIST,
    webhooks.LIST,
    providers.LIST,
)
_UNCOUNTED = (User, ApiKey, Job, Webhook, PaymentProvider)
"""They have no statistics."""
_NESTED = (journal.HISTORY, journal.LEDGER, terms.LIST, periods.LIST, deliveries.LIST, comments.LIST, bindings.LIST)
_LISTS = {spec.table.typename: spec for spec in (*_ENTITIES, *_NESTED)}


def _of_entity(spec: ListSpec) -> Iterator[Endpoint]:
    """All that there is of one entity."""
    typename, base = spec.table.typename, f"/{spec.table.path}/"
    entity: Any = MODELS[typename]
    yield Endpoint("GET", base, Lists(spec, sight=entity), "All of them, page by page.")
    yield from _of_one(entity, base)
    if entity is Webhook:
        named = Write(redeliver_webhook, named=("delivery_id", WebhookDelivery))
        path = f"{base}{{id}}/deliveries/{{delivery_id}}/redeliver/"
        yield Endpoint("POST", path, named, redeliver_webhook.description)
    for name, about, *within in _NAMED.get(typename, ()):
        yield Endpoint("GET", f"{base}{name}/", Lists(spec, tuple(within), sight=entity), about)
    if entity not in _UNCOUNTED:
        yield Endpoint("GET", f"{base}statistics/", Statistics(entity), "Figures, exact at the moment of asking.")


def _of_one(entity: Any, base: str) -> Iterator[Endpoint]:
    """A row of an entity, what can be done with it, and what belongs to it."""
    yield Endpoint("GET", f"{base}{{id}}/", Detail(entity), "One of them.")
    yield Endpoint("GET", f"{base}{{id}}/actions/", RowActions(entity), _WHAT_MAY_BE_DONE)
    for operation in OPERATIONS:
        if operation.entity is entity and operation not in _ELSEWHERE:
            yield from _of_operation(operation, base)
    for field in origins(TYPES[entity.__name__]):
        if isinstance(field.origin, ToMany):
            listed = Lists(_LISTS[field.origin.target], _belonging(field.origin), sight=entity, parent=entity)
            yield Endpoint("GET", f"{base}{{id}}/{field.python_name}/", listed, field.description)


def _of_operation(operation: Operation, base: str) -> Iterator[Endpoint]:
    one, about = f"{base}{{id}}/", operation.description
    match operation.effect:
        case Effect.CREATE:
            yield Endpoint("POST", f"/{operation.rest}/" if operation.rest else base, Write(operation), about)
        case Effect.UPDATE:
            yield Endpoint("PUT", one, Write(operation, replace=True), about)
            yield Endpoint("PATCH", one, Write(operation, Mode.PARTIAL), about)
        case Effect.DELETE:
            yield Endpoint("DELETE", one, Write(operation), about)
        case Effect.ACTION:
            yield Endpoint("POST", f"{one}{operation.rest}/", Write(operation), about)


def _belonging(relation: ToMany) -> tuple[Condition, ...]:
    """What makes rows belong to the one in the path."""
    model = MODELS[relation.target]
    constants = (_equal(model, name, value) for name, value in relation.constants)
    remote = column(model, relation.remote) if isinstance(relation.remote, str) else relation.remote
    return (Condition(remote, Comparison.EQUALS, itemgetter("parent")), *constants)


def _equal(model: Any, name: str, value: object) -> Condition:
    return Condition(column(model, name), Comparison.EQUALS, lambda _: value)


_IN_WORK = [PaymentStatus.PENDING.value, PaymentStatus.PROCESSING.value]
_NAMED: Mapping[str, Sequence[tuple[Any, ...]]] = {
    "Sim": (("free", "SIMs that a contract can get.", _equal(Sim, "status", SimStatus.FREE)),),
    "Tariff": (("active", "Tariffs that take new contracts.", _equal(Tariff, "is_active", value=True)),),
    "Payment": (
        (
            "pending",
            "Payments that have not been decided: pending and processing.",
            Condition(column(Payment, "status"), Comparison.IN, lambda _: _IN_WORK),
        ),
    ),
    "Ticket": (
        (
            "my_tickets",
            "Tickets assigned to the caller.",
            Condition(column(Ticket, "assigned_to_id"), Comparison.EQUALS, itemgetter("caller")),
        ),
        ("unassigned", "Open tickets that are assigned to nobody.", *tickets.UNASSIGNED),
        ("overdue", "Open tickets past their due time.", *tickets.OVERDUE),
    ),
}
"""The lists that the document names: by entity, the last part of the path, what it is, and what holds of its rows."""
