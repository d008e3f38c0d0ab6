"""Tariffs: what may be written of them, and who may (contract §1–3)."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.tariffs import Tariff
from models.users import Role
from resolvers.faults import Code, Fault, Invalid
from resolvers.write.inputs import Mode
from tests.contents import refused, refused_with

if TYPE_CHECKING:
    from tests.factories import Factory

ROLES = tuple(Role)


async def actions(factory: Factory) -> list[str]:
    """What the history tells of tariffs, in order."""
    rows = await factory.database.fetch("SELECT action FROM audit_events WHERE entity = 'trf' ORDER BY id")
    return [row[0] for row in rows]


# --- writing ------------------------------------------------------------------------------------------------------


async def test_a_new_tariff_is_active_and_what_is_not_said_is_its_default(factory: Factory) -> None:
    made = await factory.run("tariff.create", name="Безлимит", monthly_fee="500.00")
    tariff = await factory.get(Tariff, made.outcome.id)
    assert (tariff.is_active, tariff.tariff_type, tariff.priority) == (True, "prepaid", 0)
    assert (tariff.minutes_included, tariff.sms_included, tariff.data_gb_included) == (0, 0, 0)
    assert (tariff.minute_overage_cost, tariff.sms_overage_cost, tariff.data_gb_overage_cost) == (0, 0, 0)
    assert (tariff.description, tariff.extra_options) == (None, {})


async def test_everything_that_is_written_is_kept(factory: Factory) -> None:
    options: dict[str, Any] = {"роуминг": {"зоны": ["СНГ", 5, 1.5, None, True]}}
    tariff = await factory.tariff(
        name="Бизнес",
        description="Для компаний",
        tariff_type="postpaid",
        monthly_fee=Decimal("1999.99"),
        minutes_included=1000,
        sms_included="50",
        data_gb_included="20.5",
        minute_overage_cost=3,
        sms_overage_cost="0.50",
        data_gb_overage_cost="9999999999.99",
        extra_options=options,
        priority=-5,
    )
    assert (tariff.name, tariff.description, tariff.tariff_type) == ("Бизнес", "Для компаний", "postpaid")
    assert (tariff.monthly_fee, tariff.minutes_included, tariff.sms_included) == (199_999, 1000, 50)
    assert (tariff.data_gb_included, tariff.minute_overage_cost, tariff.sms_overage_cost) == (2050, 300, 50)
    assert (tariff.data_gb_overage_cost, tariff.priority) == (999_999_999_999, -5)
    assert tariff.extra_options == options


@pytest.mark.parametrize("name", ["name", "monthly_fee"])
async def test_name_and_fee_are_required(factory: Factory, name: str) -> None:
    raw = {"name": "Безлимит", "monthly_fee": "1.00"}
    del raw[name]
    fault = await refused(factory.database, factory.run("tariff.create", **raw))
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == [name]


def nested(depth: int) -> dict[str, object]:
    """An object of so many levels."""
    value: dict[str, object] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


BAD_VALUES: tuple[tuple[str, object], ...] = (
    ("name", ""),
    ("name", None),
    ("name", 5),
    ("name", "x" * 256),
    ("name", "a\0b"),
    ("name", "\ud800"),
    ("description", "x" * 10_001),
    ("tariff_type", "free"),
    ("monthly_fee", "-0.01"),
    ("monthly_fee", "0.001"),
    ("monthly_fee", "10000000000.00"),
    ("monthly_fee", Decimal("1E+30")),
    ("monthly_fee", 10**30),
    ("monthly_fee", "NaN"),
    ("monthly_fee", Decimal("NaN")),
    ("monthly_fee", Decimal("Infinity")),
    ("monthly_fee", "1e3"),
    ("monthly_fee", " 1.00"),
    ("monthly_fee", True),
    ("monthly_fee", []),
    ("monthly_fee", None),
    ("data_gb_included", -1),
    ("minute_overage_cost", "-1"),
    ("minutes_included", -1),
    ("minutes_included", 2_147_483_648),
    ("minutes_included", 10**30),
    ("minutes_included", Decimal("1.5")),
    ("minutes_included", True),
    ("sms_included", "many"),
    ("priority", 2_147_483_648),
    ("extra_options", []),
    ("extra_options", "{}"),
    ("extra_options", nested(9)),
    ("extra_options", {"a": "x" * 16_384}),
    ("extra_options", {"a": 10**30}),
    ("extra_options", {"a": Decimal("1E+999")}),
    ("extra_options", {"a": "\0"}),
    ("extra_options", {"\ud800": 1}),
)


async def test_bad_values_are_named(factory: Factory, subtests: pytest.Subtests) -> None:
    for field, value in BAD_VALUES:
        with subtests.test(field=field, value=value):
            fault = await refused(factory.database, factory.tariff(**{field: value}))
            assert isinstance(fault, Invalid)
            assert list(fault.fields) == [field]


@pytest.mark.parametrize("options", [nested(8), {"a": "x" * 16_000}, {"a": Decimal("1.5")}])
async def test_options_up_to_the_limits_are_taken(factory: Factory, options: dict[str, object]) -> None:
    assert (await factory.tariff(extra_options=options)).extra_options == options


async def test_a_name_is_unique(factory: Factory) -> None:
    await factory.tariff(name="Безлимит")
    for attempt in (factory.tariff(name="Безлимит"), factory.patch(await factory.tariff(), name="Безлимит")):
        fault = await refused(factory.database, attempt)
        assert isinstance(fault, Invalid)
        assert list(fault.fields) == ["name"]


async def test_of_two_that_take_a_name_at_once_one_is_told(factory: Factory) -> None:
    answers = await asyncio.gather(*(factory.tariff(name="Безлимит") for _ in range(2)), return_exceptions=True)
    assert [list(one.fields) for one in answers if isinstance(one, Invalid)] == [["name"]]


async def test_sending_stored_values_again_is_no_change(factory: Factory) -> None:
    tariff = await factory.tariff(description="Всё включено", extra_options={"a": 1.5})
    raw = {"name": tariff.name, "monthly_fee": "500", "description": "Всё включено", "extra_options": {"a": 1.5}}
    await factory.patch(tariff, **raw, tariff_type="prepaid")
    assert await actions(factory) == ["create"]
    assert (await factory.fresh(tariff)).updated_at == tariff.updated_at


async def test_an_update_keeps_what_is_absent_and_is_found_by_its_new_words(factory: Factory) -> None:
    tariff = await factory.tariff(name="Безлимит", description="Всё включено")
    await factory.patch(tariff, name="ЕЩЁ больше")
    after = await factory.fresh(tariff)
    assert (after.description, after.monthly_fee) == ("Всё включено", 50_000)
    assert after.search == "еще больше\nвсе включено"


async def test_is_active_is_not_written_but_switched(factory: Factory) -> None:
    tariff = await factory.tariff(is_active=False)
    assert tariff.is_active


# --- the type -----------------------------------------------------------------------------------------------------


async def test_the_type_may_change_while_there_are_no_contracts(factory: Factory) -> None:
    tariff = await factory.tariff()
    await factory.patch(tariff, tariff_type="postpaid")
    assert (await factory.fresh(tariff)).tariff_type == "postpaid"


async def test_the_type_is_fixed_once_there_are_contracts(factory: Factory) -> None:
    tariff = await factory.tariff()
    await factory.contract(tariff_id=tariff.id)
    fault = await refused(factory.database, factory.patch(tariff, tariff_type="postpaid"))
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == ["tariff_type"]
    await factory.patch(tariff, tariff_type="prepaid", monthly_fee="600.00")


async def test_a_type_that_changes_while_a_contract_is_made_lets_one_of_them_know(factory: Factory) -> None:
    tariff, customer = await factory.postpaid(), await factory.customer()
    answers = await asyncio.gather(
        factory.patch(tariff, tariff_type="prepaid"),
        factory.contract(customer_id=customer.id, tariff_id=tariff.id, credit_limit="100.00"),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Invalid) for one in answers) == 1


# --- activating, deactivating, deleting ---------------------------------------------------------------------------


async def test_deactivating_and_activating_are_written_down_once_each(factory: Factory) -> None:
    tariff = await factory.tariff()
    for verb in ("activate", "deactivate", "deactivate", "activate", "activate"):
        await factory.run(f"tariff.{verb}", tariff.id)
        assert (await factory.fresh(tariff)).is_active is (verb == "activate")
    assert await actions(factory) == ["create", "deactivate", "activate"]


async def test_an_inactive_tariff_takes_no_new_contracts_and_existing_ones_go_on(factory: Factory) -> None:
    contract = await factory.active_contract()
    customer = await factory.customer()
    await factory.run("tariff.deactivate", contract.tariff_id)
    attempt = factory.contract(customer_id=customer.id, tariff_id=contract.tariff_id)
    await refused_with(factory.database, Code.INVALID_TRANSITION, attempt)
    await factory.run("contract.suspend", contract.id)
    await factory.run("contract.resume", contract.id)


async def test_a_tariff_without_contracts_can_be_deleted(factory: Factory) -> None:
    tariff = await factory.tariff()
    await factory.run("tariff.delete", tariff.id)
    assert await factory.database.fetch("SELECT count(*) FROM tariffs") == [(0,)]
    assert await actions(factory) == ["create", "delete"]


@pytest.mark.parametrize("ended", [True, False])
async def test_a_tariff_with_contracts_cannot_be_deleted(factory: Factory, *, ended: bool) -> None:
    contract = await factory.active_contract()
    if ended:
        await factory.run("contract.terminate", contract.id)
    fault = await refused_with(factory.database, Code.PROTECTED, factory.run("tariff.delete", contract.tariff_id))
    assert [obstacle.key for obstacle in fault.message.params["obstacles"]] == ["contracts"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("verb", ["delete", "activate", "deactivate"])
async def test_a_missing_tariff_is_not_found(factory: Factory, verb: str) -> None:
    await refused_with(factory.database, Code.NOT_FOUND, factory.run(f"tariff.{verb}", 999))


async def test_a_missing_tariff_is_told_before_what_is_wrong_with_its_values(factory: Factory) -> None:
    await refused_with(factory.database, Code.NOT_FOUND, factory.run("tariff.update", 999, name=5))


# --- permissions (contract §3) ------------------------------------------------------------------------------------

RAW: dict[str, dict[str, Any]] = {
    "create": {"name": "Новый", "monthly_fee": "1.00"},
    "update": {"name": "Новее", "monthly_fee": "2.00"},
    "delete": {},
    "activate": {},
    "deactivate": {},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", RAW)
async def test_supervisors_and_admins_write_tariffs(factory: Factory, verb: str, role: Role) -> None:
    tariff = await factory.tariff()
    target = None if verb == "create" else tariff.id
    attempt = factory.run(f"tariff.{verb}", target, role=role, **RAW[verb])
    if role in {Role.SUPERVISOR, Role.ADMIN}:
        await attempt
    else:
        fault = await refused_with(factory.database, Code.PERMISSION_DENIED, attempt)
        assert fault.status == 403


async def test_a_forbidden_caller_does_not_learn_what_is_there(factory: Factory) -> None:
    attempt = factory.run("tariff.update", 999, role=Role.OPERATOR, mode=Mode.PARTIAL, name=5)
    await refused_with(factory.database, Code.PERMISSION_DENIED, attempt)


async def test_a_retry_with_the_same_key_makes_no_second_tariff(factory: Factory) -> None:
    first = await factory.run("tariff.create", key="k", **RAW["create"])
    again = await factory.run("tariff.create", key="k", **RAW["create"])
    assert (again.replayed, again.outcome.id, again.body) == (True, first.outcome.id, first.body)
    with pytest.raises(Fault) as caught:
        await factory.run("tariff.create", key="k", name="Другой", monthly_fee="1.00")
    assert caught.value.code is Code.IDEMPOTENCY_MISMATCH
