"""Users: who may write what of whom, and what a change does to their sessions (contract §1–3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from models.users import Role, User
from resolvers import sessions, users
from resolvers.faults import Code, Fault, Invalid
from resolvers.write.inputs import Mode
from resolvers.write.operation import Call, admit, perform
from tests.contents import refused, refused_with
from tests.factories import BY_NAME, Factory, id_only

if TYPE_CHECKING:
    from models.database import Reader
    from resolvers.context import Context
    from resolvers.identity.permissions import Caller

PASSWORD = "correct horse 1"
ROLES = tuple(Role)
NOT_ADMINS = (Role.EMPLOYEE, Role.OPERATOR, Role.SUPERVISOR)


async def by(factory: Factory, caller: Caller, verb: str, target: int | None, **raw: Any) -> Any:
    """Perform an operation on users as this very user."""
    context = await factory.context(None, caller=caller)
    mode = Mode.PARTIAL if verb == "update" else Mode.FULL
    return await perform(context, Call(BY_NAME[f"user.{verb}"], target, raw, id_only, mode=mode))


async def replace(factory: Factory, caller: Caller, target: int, **raw: Any) -> Any:
    """A PUT."""
    context = await factory.context(None, caller=caller)
    return await perform(context, Call(BY_NAME["user.update"], target, raw, id_only, replace=True))


async def events(reader: Reader, user_id: int) -> list[tuple[Any, ...]]:
    sql = "SELECT action, changes FROM audit_events WHERE entity = 'usr' AND entity_id = $1 ORDER BY id"
    return [tuple(row) for row in await reader.fetch(sql, [user_id])]


async def logged_in(factory: Factory, user: User, password: str = PASSWORD) -> tuple[Context, sessions.Tokens]:
    nobody = await factory.context(None)
    return nobody, await sessions.login(nobody, user.username, password)


async def is_ended(context: Context, tokens: sessions.Tokens) -> bool:
    try:
        await sessions.authenticate(context.database, context.settings, tokens.access)
    except Fault as fault:
        return fault.code is Code.TOKEN_NOT_VALID
    return False


# --- creating -----------------------------------------------------------------------------------------------------


async def test_a_new_user_is_an_active_employee_unless_said(factory: Factory) -> None:
    admin = factory.callers[Role.ADMIN]
    made = await by(factory, admin, "create", None, username="aida", password=PASSWORD)
    user = await factory.get(User, made.outcome.id)
    assert (user.username, user.role, user.is_active, user.last_login) == ("aida", Role.EMPLOYEE, True, None)
    assert (user.first_name, user.email, user.phone) == (None, None, None)


async def test_what_is_written_of_a_user_is_normalised(factory: Factory) -> None:
    user = await factory.user(
        username=" aida ",
        first_name="Аида",
        last_name="",
        phone="0550 12-34-56",
        email=" aida@example.kg ",
        role="operator",
    )
    assert (user.username, user.first_name, user.last_name) == ("aida", "Аида", None)
    assert (user.phone, user.email, user.role) == ("+996550123456", "aida@example.kg", Role.OPERATOR)


BAD_VALUES: tuple[tuple[str, object], ...] = (
    ("username", None),
    ("username", ""),
    ("username", "   "),
    ("username", 7),
    ("username", "x" * 256),
    ("username", "a\0b"),
    ("username", "\ud800"),
    ("password", "1234567"),
    ("password", ""),
    ("password", None),
    ("password", ["a", "list", "of", "words"]),
    ("email", "no address"),
    ("phone", "12"),
    ("role", "root"),
    ("role", "ADMIN"),
    ("is_active", "true"),
    ("is_active", 1),
    ("first_name", {"a": 1}),
)


async def test_bad_values_are_named(factory: Factory, subtests: pytest.Subtests) -> None:
    for field, value in BAD_VALUES:
        with subtests.test(field=field, value=value):
            fault = await refused(factory.database, factory.user(**{field: value}))
            assert isinstance(fault, Invalid)
            assert list(fault.fields) == [field]


async def test_a_username_and_a_password_are_required(factory: Factory) -> None:
    fault = await refused(factory.database, by(factory, factory.callers[Role.ADMIN], "create", None))
    assert isinstance(fault, Invalid)
    assert set(fault.fields) == {"username", "password"}


async def test_a_username_is_unique(factory: Factory) -> None:
    await factory.user(username="aida")
    fault = await refused(factory.database, factory.user(username="aida"))
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == ["username"]


async def test_a_password_is_in_no_history(factory: Factory) -> None:
    user = await factory.user(username="aida")
    await factory.patch(user, password="a better horse")
    told = await events(factory.database, user.id)
    assert [action for action, _ in told] == ["create", "update"]
    assert "password" not in str(told)
    assert "argon2" not in str(told)


def test_a_password_is_in_no_repr() -> None:
    data = users.UserInput(username="aida", password=PASSWORD)
    call = Call(BY_NAME["user.create"], None, {"password": PASSWORD}, id_only)
    assert PASSWORD not in repr(data) + repr(call)
    assert "aida" in repr(data)


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", NOT_ADMINS)
async def test_only_admins_make_and_delete_users(factory: Factory, role: Role) -> None:
    caller, user = factory.callers[role], await factory.user()
    making = by(factory, caller, "create", None, username="bakyt", password=PASSWORD)
    await refused_with(factory.database, Code.PERMISSION_DENIED, making)
    await refused_with(factory.database, Code.PERMISSION_DENIED, by(factory, caller, "delete", user.id))


@pytest.mark.parametrize("role", NOT_ADMINS)
@pytest.mark.parametrize("raw", [{"first_name": "Аида"}, {"password": "a better horse"}, {}])
async def test_only_admins_change_other_users(factory: Factory, role: Role, raw: dict[str, Any]) -> None:
    caller, user = factory.callers[role], await factory.user()
    await refused_with(factory.database, Code.PERMISSION_DENIED, by(factory, caller, "update", user.id, **raw))


@pytest.mark.parametrize("role", ROLES)
async def test_everybody_writes_their_own_name_and_contacts(factory: Factory, role: Role) -> None:
    caller = factory.callers[role]
    raw = {"first_name": "Аида", "last_name": "Осмонова", "email": "aida@example.kg", "phone": "+996550123456"}
    await by(factory, caller, "update", caller.user_id, **raw)
    user = await factory.get(User, caller.user_id)
    assert {name: getattr(user, name) for name in raw} == raw


MORE_THAN_A_PROFILE: tuple[dict[str, Any], ...] = (
    {"role": "admin"},
    {"is_active": False},
    {"username": "root"},
    {"password": "a better horse"},
    {"password": None},
    {"role": None},
    {"first_name": "Аида", "role": "admin"},
)


@pytest.mark.parametrize("role", NOT_ADMINS)
async def test_nobody_but_an_admin_writes_more_than_that_of_themselves(
    factory: Factory, role: Role, subtests: pytest.Subtests
) -> None:
    caller = factory.callers[role]
    for raw in MORE_THAN_A_PROFILE:
        with subtests.test(raw=raw):
            attempt = by(factory, caller, "update", caller.user_id, **raw)
            await refused_with(factory.database, Code.PERMISSION_DENIED, attempt)


@pytest.mark.parametrize("role", NOT_ADMINS)
async def test_sending_ones_own_stored_values_again_is_no_change(factory: Factory, role: Role) -> None:
    caller = factory.callers[role]
    raw = {"username": caller.username, "role": role.value, "is_active": True, "first_name": "Аида"}
    await replace(factory, caller, caller.user_id, **raw)
    assert (await factory.get(User, caller.user_id)).first_name == "Аида"


async def test_a_put_may_leave_the_password_out(factory: Factory) -> None:
    user = await factory.user(username="aida")
    await replace(factory, factory.callers[Role.ADMIN], user.id, username="aida", last_name="Осмонова")
    assert (await factory.fresh(user)).password == user.password


async def test_an_admin_writes_everything_of_everybody(factory: Factory) -> None:
    user = await factory.user()
    raw = {"username": "bakyt", "role": "supervisor", "is_active": False, "first_name": "Бакыт"}
    await factory.patch(user, **raw)
    user = await factory.fresh(user)
    assert (user.username, user.role, user.is_active) == ("bakyt", Role.SUPERVISOR, False)


async def test_refusals_come_in_their_order(factory: Factory) -> None:
    admin, employee = factory.callers[Role.ADMIN], factory.callers[Role.EMPLOYEE]
    nobody = await factory.context(None)
    update = BY_NAME["user.update"]
    bad = Call(update, 999, {"role": "root"}, id_only, mode=Mode.PARTIAL)
    await refused_with(factory.database, Code.NOT_AUTHENTICATED, perform(nobody, bad))
    await refused_with(factory.database, Code.PERMISSION_DENIED, by(factory, employee, "update", 999, role="root"))
    await refused_with(factory.database, Code.NOT_FOUND, by(factory, admin, "update", 999, role="root"))
    await refused_with(factory.database, Code.VALIDATION, by(factory, admin, "update", employee.user_id, role="root"))


async def test_an_unreadable_body_about_another_user_is_refused_for_its_permission_first(factory: Factory) -> None:
    context = await factory.context(Role.EMPLOYEE)
    admission = admit(context, BY_NAME["user.update"], (await factory.user()).id)
    await refused_with(factory.database, Code.PERMISSION_DENIED, admission)


# --- what a change does to sessions -------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [{"is_active": False}, {"password": "a better horse"}])
async def test_deactivation_and_a_password_set_by_an_admin_end_all_sessions(
    factory: Factory, raw: dict[str, Any]
) -> None:
    user = await factory.user()
    context, tokens = await logged_in(factory, user)
    _, others = await logged_in(factory, user)
    await factory.patch(user, **raw)
    assert await is_ended(context, tokens)
    assert await is_ended(context, others)
    with pytest.raises(Fault) as caught:
        await sessions.refresh(context, tokens.refresh)
    assert caught.value.code is Code.TOKEN_NOT_VALID


@pytest.mark.parametrize(
    "raw", [{"role": "operator"}, {"first_name": "Аида"}, {"username": "bakyt"}, {"is_active": True}]
)
async def test_other_changes_leave_the_sessions_alone(factory: Factory, raw: dict[str, Any]) -> None:
    user = await factory.user()
    context, tokens = await logged_in(factory, user)
    await factory.patch(user, **raw)
    assert not await is_ended(context, tokens)


async def test_sessions_of_others_are_left_alone(factory: Factory) -> None:
    user, other = await factory.user(), await factory.user()
    context, tokens = await logged_in(factory, other)
    await factory.patch(user, is_active=False)
    assert not await is_ended(context, tokens)


async def test_a_password_that_an_admin_set_is_the_one_to_log_in_with(factory: Factory) -> None:
    user = await factory.user()
    await factory.patch(user, password="a better horse")
    await logged_in(factory, user, "a better horse")
    with pytest.raises(Fault):
        await logged_in(factory, user)


async def test_a_refused_update_ends_no_session(factory: Factory) -> None:
    await factory.user(username="taken")
    user = await factory.user()
    context, tokens = await logged_in(factory, user)
    await refused(factory.database, factory.patch(user, username="taken", password="a better horse"))
    assert not await is_ended(context, tokens)


async def test_sending_stored_values_again_writes_no_history(factory: Factory) -> None:
    user = await factory.user(first_name="Аида")
    await factory.patch(user, username=user.username, first_name="Аида", role=user.role.value, is_active=True)
    assert len(await events(factory.database, user.id)) == 1
    assert (await factory.fresh(user)).updated_at == user.updated_at


# --- the last admin -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [{"role": "supervisor"}, {"is_active": False}, {"role": "employee", "is_active": False}]
)
async def test_the_last_active_admin_stays_one(factory: Factory, raw: dict[str, Any]) -> None:
    admin = factory.callers[Role.ADMIN]
    await factory.user(role="admin", is_active=False)
    await factory.user(role="supervisor")
    attempt = by(factory, admin, "update", admin.user_id, **raw)
    fault = await refused_with(factory.database, Code.PROTECTED, attempt)
    assert fault.status == 400


async def test_the_last_active_admin_cannot_be_deleted(factory: Factory) -> None:
    admin = factory.callers[Role.ADMIN]
    await refused_with(factory.database, Code.PROTECTED, by(factory, admin, "delete", admin.user_id))


async def test_one_of_two_admins_may_go(factory: Factory) -> None:
    admin = factory.callers[Role.ADMIN]
    second = await factory.user(role="admin")
    await by(factory, admin, "update", admin.user_id, role="employee")
    assert (await factory.get(User, admin.user_id)).role is Role.EMPLOYEE
    assert (await factory.fresh(second)).role is Role.ADMIN


async def test_the_last_admin_may_still_change_everything_else(factory: Factory) -> None:
    admin = factory.callers[Role.ADMIN]
    raw = {"username": "root", "role": "admin", "is_active": True, "first_name": "Аида"}
    await by(factory, admin, "update", admin.user_id, **raw)
    assert (await factory.get(User, admin.user_id)).username == "root"


@pytest.mark.parametrize("verb", ["update", "delete"])
async def test_two_admins_who_remove_each_other_at_once_leave_one(factory: Factory, verb: str) -> None:
    first = factory.callers[Role.ADMIN]
    context, tokens = await logged_in(factory, await factory.user(role="admin"))
    second = await sessions.authenticate(context.database, context.settings, tokens.access)
    raw = {"role": "employee"} if verb == "update" else {}
    answers = await asyncio.gather(
        by(factory, first, verb, second.user_id, **raw),
        by(factory, second, verb, first.user_id, **raw),
        return_exceptions=True,
    )
    left = await factory.database.fetch("SELECT count(*) FROM users WHERE role = 'admin' AND is_active")
    assert left[0][0] == 1
    assert sum(isinstance(answer, Exception) for answer in answers) == 1


# --- deleting -----------------------------------------------------------------------------------------------------


async def test_a_user_without_a_trace_can_be_deleted_and_the_history_stays(factory: Factory) -> None:
    user = await factory.user()
    context, tokens = await logged_in(factory, user)
    await factory.run("user.delete", user.id)
    assert await is_ended(context, tokens)
    assert [action for action, _ in await events(factory.database, user.id)] == ["create", "delete"]


async def test_whoever_has_acted_cannot_be_deleted_but_deactivated(factory: Factory) -> None:
    operator = factory.callers[Role.OPERATOR]
    await factory.run("customer.suspend", (await factory.customer()).id, role=Role.OPERATOR)
    await refused_with(factory.database, Code.PROTECTED, factory.run("user.delete", operator.user_id))
    await factory.patch(await factory.get(User, operator.user_id), is_active=False)


async def test_a_user_with_an_assigned_ticket_cannot_be_deleted(factory: Factory) -> None:
    user, ticket = await factory.user(), await factory.ticket()
    await factory.run("ticket.assign", ticket.id, user_id=user.id)
    fault = await refused_with(factory.database, Code.PROTECTED, factory.run("user.delete", user.id))
    assert [obstacle.key for obstacle in fault.message.params["obstacles"]] == ["assigned_tickets"]  # type: ignore[attr-defined]


async def test_a_missing_user_is_not_found(factory: Factory) -> None:
    await refused_with(factory.database, Code.NOT_FOUND, factory.run("user.delete", 999))


# --- lists --------------------------------------------------------------------------------------------------------


def test_neither_lists_nor_orderings_know_of_passwords() -> None:
    for spec in (users.LIST, users.STAFF_LIST):
        names = {column.name for column in spec.orderable} | {one.name for one in spec.filters}
        assert "password" not in names
        assert "search" not in names


async def test_nobody_is_found_by_contacts_that_not_everybody_may_see(factory: Factory) -> None:
    user = await factory.user(username="Aida", last_name="Алёшина", email="secret@example.kg", phone="+996550123456")
    assert user.search == "aida\nалешина"


async def test_keys_of_idempotency_are_not_kept_for_users(factory: Factory) -> None:
    raw = {"username": "aida", "password": PASSWORD}
    context = await factory.context()
    await perform(context, Call(BY_NAME["user.create"], None, raw, id_only, key="k"))
    assert await factory.database.fetch("SELECT count(*) FROM idempotency_keys") == [(0,)]
    fault = await refused(factory.database, perform(context, Call(BY_NAME["user.create"], None, raw, id_only, key="k")))
    assert fault.code is Code.VALIDATION
