"""One box over everything: each is found by the spellings that people use, among the first three."""

from __future__ import annotations

import pytest

from resolvers.read.find import Findable, Reason, find
from resolvers.read.spellings import contract_number, is_slip, variants
from resolvers.value_kinds import Refused

OTHERS = (
    ("Петров", "Иван", "Сергеевич"),
    ("Осмонова", "Айгуль", "Асановна"),
    ("Ким", "Ли", None),
    ("Семёнов", "Пётр", "Ильич"),
)


@pytest.fixture
async def world(factory):
    """Somebody to be found, with all that is theirs, among others."""
    for last, first, middle in OTHERS:
        await factory.customer(last_name=last, first_name=first, middle_name=middle)
    customer = await factory.customer(
        last_name="Иванов",
        first_name="Роман",
        middle_name="Кубанычбекович",
        phone="0550 123456",
        email="roman@example.kg",
        document_number="AN 1234567",
    )
    contract = await factory.contract(customer_id=customer.id)
    sim = await factory.sim(msisdn="0777 654321", iccid="8999650998877665544", imsi="437059988776655")
    await factory.run("contract.activate", contract.id, sim_id=sim.id)
    payment = await factory.payment(contract_id=contract.id, transaction_id="TXN-119e30a0")
    ticket = await factory.ticket(customer_id=customer.id, subject="Пропал роуминг в Алматы")
    return {"customer": customer, "contract": contract, "sim": sim, "payment": payment, "ticket": ticket}


def spellings_of(world):
    number = world["contract"].id
    return {
        "customer": (
            *("0550 12-34-56", "550/123456", "+996550123456", "996550123456", "0550123456", "+996 (550) 12-34-56"),
            *("123456", "23456", "3456", "0550 123", "550123"),
            *("0777 65-43-21", "+996777654321", "654321", "4321"),
            *("Иванов", "иванов роман", "Роман Иванов", "Кубанычбекович роман иванов", "иван ром"),
            *("иваноф роман", "ивнаов", "кубанычбекоич", "ивановв", "романн иванов"),
            *("bdfyjd", "bdfyjd hjvfy", "hjvfy", "Ивaнoв", "POMAH"),
            *("AN1234567", "an 1234567", "АN-1234567", "фт1234567", "AN12345"),
            *("roman@example.kg", "ROMAN@EXAMPLE.KG"),
        ),
        "contract": (
            f"ctr {number}",
            f"CTR-{number:06d}",
            world["contract"].number,
            f"договор №{number}",
            f"сек {number}",
        ),
        "sim": ("8999650998877665544", "89996509988776655", "437059988776655"),
        "payment": ("TXN-119e30a0", "txn-119e30a0", "119e30a0"),
        "ticket": ("роуминг", "алматы роуминг"),
    }


async def test_everything_is_among_the_first_three_by_every_usual_spelling(database, world, subtests):
    for name, spellings in spellings_of(world).items():
        for text in spellings:
            with subtests.test(text):
                hits = await find(database, text, 3)
                assert (Findable(name), world[name].id) in [(hit.type, hit.id) for hit in hits], hits


@pytest.mark.parametrize(
    ("text", "name"), [("семенов", "Семёнов"), ("СЕМЁНОВ петр", "Семёнов"), ("ctv`yjd", "Семёнов")]
)
async def test_yo_is_ye(database, world, text, name):
    assert world
    (hit,) = await find(database, text, 3)
    assert (hit.reason, hit.match.split()[0]) == (Reason.NAME, name)


async def test_a_number_answers_whoever_it_belongs_to_once(database, world):
    (hit,) = await find(database, "0777654321", 10)
    assert (hit.type, hit.id, hit.match, hit.reason) == (
        Findable.CUSTOMER,
        world["customer"].id,
        "+996777654321",
        Reason.PHONE,
    )


async def test_of_a_number_the_nearest_of_the_wanted_types_answers(database, world):
    types = [Findable.SIM, Findable.CONTRACT]
    assert [hit.type for hit in await find(database, "0777654321", 10, types)] == [Findable.CONTRACT]
    assert [hit.type for hit in await find(database, "0777654321", 10, [Findable.SIM])] == [Findable.SIM]
    assert await find(database, "0777654321", 10, [Findable.TICKET]) == []
    assert world


async def test_a_free_sims_number_answers_the_sim(database, factory):
    sim = await factory.sim(msisdn="0555 000111")
    assert [(hit.type, hit.id) for hit in await find(database, "0555000111", 3)] == [(Findable.SIM, sim.id)]


async def test_contracts_are_found_by_names_where_customers_are_not_asked_for(database, world):
    hits = await find(database, "иванов", 3, [Findable.CONTRACT])
    assert [(hit.type, hit.id) for hit in hits] == [(Findable.CONTRACT, world["contract"].id)]


async def test_exact_identifiers_come_first(database, factory):
    longer = await factory.customer(document_number="AN12345678")
    exact = await factory.customer(document_number="AN1234567")
    assert [hit.id for hit in await find(database, "an1234567", 3)] == [exact.id, longer.id]
    assert {hit.id for hit in await find(database, "an12345", 3)} == {exact.id, longer.id}


async def test_whole_words_come_before_beginnings(database, factory):
    await factory.customer(last_name="Романова", first_name="Анна")
    roman = await factory.customer(last_name="Роман", first_name="Анна")
    await factory.customer(last_name="Романенко", first_name="Анна")
    assert (await find(database, "роман", 3))[0].id == roman.id


@pytest.mark.parametrize(
    "text", ["", " \u200b", "0", "12", "()", "%", "_", "зззззззз", "' OR 1=1 --", '"', "(((", "\\"]
)
async def test_what_is_nobodys_finds_nothing_and_breaks_nothing(database, world, text):
    assert await find(database, text, 3) == []
    assert world


@pytest.mark.parametrize("text", ["x" * 256, "a\0b", "\ud800"])
async def test_what_no_field_could_hold_is_refused(database, text):
    with pytest.raises(Refused):
        await find(database, text, 3)


@pytest.mark.parametrize("text", ["9" * 30, "+" * 10, "ctr 999999999", "CTR-2026-9999999999", "٠٥٥٠١٢٣٤٥٦"])
async def test_numbers_beyond_all_bounds_are_no_fault(database, text):
    assert isinstance(await find(database, text, 3), list)


async def test_firsts_are_the_best(database, factory):
    for _ in range(4):
        await factory.customer(last_name="Бекова")
    assert len(await find(database, "бекова", 2)) == 2
    assert await find(database, "бекова", 0) == []


def test_what_may_have_been_meant():
    assert "иванов" in variants("bdfyjd")
    assert "иванов" in variants("Ивaнoв")
    assert "ctr 7" in variants("сек 7")
    assert contract_number("ctr") is None
    assert contract_number("иванов 7") is None
    assert not is_slip("иванов", "петров")
