"""What values are taken, kept and found by: contract §1, the same at both doors and on both databases."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from models.users import Role
from resolvers.identity import tokens
from resolvers.identity.tokens import Claims, TokenType

pytestmark = pytest.mark.anyio
IN_PARTS = "и\u0306"
"""й as a Mac types it."""


@pytest.fixture
def database(app):
    """The program's own, so that rows are made on the connections that it reads from."""
    return app.state.database


class Door:
    """Creates and lists entities through one of the doors; field names are REST's."""

    def __init__(self, name, http, factory):
        self.name, self.http, self.factory = name, http, factory
        self.numbers = itertools.count(1)

    def headers(self):
        caller = self.factory.callers[Role.ADMIN]
        claims = Claims(TokenType.ACCESS, caller.user_id, caller.session_id, tokens.new_id())
        token = tokens.issue(self.factory.settings, claims, datetime.now(UTC))
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en", "Accept": "application/json"}

    async def create(self, entity, body, shown=("id",)):
        """What was made, by the names in `shown`; or the names of the fields that were refused."""
        if self.name == "rest":
            answer = await self.http.post(f"/api/{entity}s/", json=body, headers=self.headers())
            assert answer.status_code in {201, 400}, answer.text
            told = answer.json()
            return {name: told[name] for name in shown} if answer.status_code == 201 else set(told)
        create, wanted = f"create{entity.title()}", " ".join(map(camel, shown))
        asked = f"{create}(input: $i) {{ {entity} {{ {wanted} }} errors {{ field }} }}"
        document = f"mutation($i: {create[0].upper()}{create[1:]}Input!) {{ {asked} }}"
        told = await self.ask(document, {"i": {camel(name): enum(name, value) for name, value in body.items()}})
        made = told["data"][create]
        if made["errors"]:
            return {snake(error["field"]) for error in made["errors"]}
        return {name: made[entity][camel(name)] for name in shown}

    async def customer(self, **given):
        n = next(self.numbers)
        usual = {"first_name": "А", "last_name": "Б", "phone": f"+99655500{n:04d}", "document_number": f"N{n}"}
        shown = tuple(given) or ("id",)
        return await self.create("customer", {**usual, **given}, shown)

    async def found(self, entity, search=None, **filters):
        """The number of rows that a list has."""
        if self.name == "rest":
            params = filters | ({"search": search} if search is not None else {})
            answer = await self.http.get(f"/api/{entity}s/", params=params, headers=self.headers())
            assert answer.status_code == 200, answer.text
            return answer.json()["count"]
        field, typename = f"{entity}s", entity.title()
        document = f"query($f: {typename}Filter, $s: String) {{ {field}(filter: $f, search: $s) {{ totalCount }} }}"
        told = await self.ask(document, {"f": {camel(k): v for k, v in filters.items()}, "s": search})
        return told["data"][field]["totalCount"]

    async def ask(self, document, variables):
        body = {"query": document, "variables": variables}
        answer = await self.http.post("/graphql", json=body, headers=self.headers())
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        return answer.json()


def camel(name):
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def snake(name):
    return re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name)


def enum(name, value):
    return value.upper() if name in {"document_type", "tariff_type", "role", "kind"} else value


@pytest.fixture(params=["rest", "graphql"])
def door(request, http, factory):
    return Door(request.param, http, factory)


# --- texts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("\u200bИван\u2060", "Иван"),
        ("\ufeff \u2800Иван\u3164\t\n", "Иван"),
        (f"{IN_PARTS}од", "йод"),
        ("Анна\u00ad", "Анна"),
        ("Ма\u200dрия", "Ма\u200dрия"),
        ("😀" * 255, "😀" * 255),
        ("\u200b" * 300 + "Иван", "Иван"),
    ],
)
async def test_a_text_is_kept_composed_and_without_what_nobody_sees_around_it(door, sent, kept):
    assert await door.customer(first_name=sent) == {"first_name": kept}


@pytest.mark.parametrize(
    "sent",
    ["\u200b", " \u2800\u3164", "\u00ad\u2060", "\ufe0f", "\x01\x02", "Ив\nан", "Ив\x1bан", "Ив\u2028ан", "Ив\tан"],
)
async def test_a_name_that_nobody_sees_or_that_is_no_one_line_is_refused(door, sent):
    assert await door.customer(first_name=sent) == {"first_name"}


async def test_what_is_optional_and_has_nothing_visible_is_null(door):
    assert await door.customer(middle_name="\u200b", notes="\ufeff\n") == {"middle_name": None, "notes": None}


async def test_a_long_text_may_have_lines(door):
    assert await door.customer(notes="первая\r\nвторая\t3\u200b") == {"notes": "первая\r\nвторая\t3"}


@pytest.mark.parametrize("search", [f"{IN_PARTS}ОД", "йод", "\u200bЙод\u200b"])
async def test_a_name_is_found_however_it_is_typed(door, search):
    await door.customer(last_name=f"{IN_PARTS}од")
    assert await door.found("customer", search) == 1


# --- emails, usernames, documents ---------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["ß", "İ", "ΐ", "ŉ", "ﬃ"])
async def test_an_email_may_be_longer_once_it_is_folded(door, letter):
    email = letter * 240 + "@example.kg"
    assert await door.customer(email=email) == {"email": email}
    assert await door.customer(email=email.replace("example", "EXAMPLE")) == {"email"}


@pytest.mark.parametrize("email", ["a\u200b@b.kg", "a@b.kg\u200dx", "a b@c.kg"])
async def test_nothing_invisible_is_in_an_email(door, email):
    assert await door.customer(email=email) == {"email"}


@pytest.mark.parametrize("other", ["USER7", "uSer7", " user7\u200b"])
async def test_usernames_differ_in_more_than_case(door, other):
    assert await door.create("user", {"username": "User7", "password": "long enough 1"}, ("username",)) == {
        "username": "User7"
    }
    assert await door.create("user", {"username": other, "password": "long enough 1"}) == {"username"}


SPELLINGS = ["AN 1", "an1", "AN-1", "АN1", "A\u00a0N\u20131", "аn 1"]


@pytest.mark.parametrize("other", SPELLINGS)
async def test_a_document_is_one_however_it_is_written(door, other):
    assert await door.customer(document_number="AN1") == {"document_number": "AN1"}
    assert await door.customer(document_number=other) == {"document_number"}
    other_kind = await door.customer(document_number=other, document_type="id_card")
    assert other_kind["document_number"] == other.strip()


@pytest.mark.parametrize(("one", "other"), [("АВЕКМНОРСТУХ", "ABEKMHOPCTYX"), ("авекмнорстух", "abekmhopctyx")])
async def test_letters_that_look_alike_are_alike(door, one, other):
    await door.customer(document_number=f"{one} 5")
    assert await door.customer(document_number=f"{other}5") == {"document_number"}
    assert await door.customer(document_number="Ё 5") == {"document_number": "Ё 5"}


# --- phones -------------------------------------------------------------------------------------------------------

PHONES = [
    "0550 123456",
    "+996 (550) 12-34-56",
    "996550123456",
    "00996550123456",
    "550/12.34.56",
    "\u202a+996 550 123 456\u202c",
    "+996\u2011550\u2011123456",
    "(0550) 12 34 56",
]


@pytest.mark.parametrize("spelling", PHONES)
async def test_a_phone_is_kept_and_found_in_every_usual_spelling(door, spelling):
    assert await door.customer(phone=spelling) == {"phone": "+996550123456"}
    await door.customer()
    assert await door.found("customer", spelling) == 1


@pytest.mark.parametrize("part", ["0550 12", "996550", "+996 550", "(550) 12-34", "12-34-56"])
async def test_a_part_of_a_phone_finds_it_too(door, part):
    await door.customer(phone="0550123456")
    await door.customer(phone="0700765432")
    assert await door.found("customer", part) == 1


@pytest.mark.parametrize(
    "phone",
    [
        *("0550 123456 ext. 12", "0550 123456 доб. 3", "0550-FLOWER", "0550123456x2", "0550123456;ext=3"),
        *("+996 550 123456#1", "0550123456,,12", "550+123456", "++996550123456", "тел. 0550123456", "12"),
    ],
)
async def test_letters_and_extensions_are_no_part_of_a_phone(door, phone):
    assert await door.customer(phone=phone) == {"phone"}


@pytest.mark.parametrize("spelling", PHONES)
async def test_a_sims_number_is_found_in_every_usual_spelling(door, spelling):
    body = {"iccid": "8" * 19, "imsi": "4" * 15, "msisdn": spelling}
    assert await door.create("sim", body, ("msisdn",)) == {"msisdn": "+996550123456"}
    assert await door.found("sim", spelling) == 1


# --- filters ------------------------------------------------------------------------------------------------------


@pytest.fixture
def graphql(http, factory):
    return Door("graphql", http, factory)


@pytest.mark.parametrize("spelling", PHONES)
async def test_a_filter_takes_a_phone_in_every_usual_spelling(graphql, spelling):
    await graphql.customer(phone="+996550123456")
    await graphql.create("sim", {"iccid": "8" * 19, "imsi": "4" * 15, "msisdn": "+996550123456"})
    assert await graphql.found("customer", phone=spelling) == 1
    assert await graphql.found("customer", phoneIn=["0700000000", spelling]) == 1
    assert await graphql.found("sim", msisdn=spelling) == 1


async def test_a_filter_refuses_what_is_no_phone(graphql):
    variables = {"f": {"phone": "0550 123456 ext 1"}}
    body = {"query": "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }", "variables": variables}
    told = (await graphql.http.post("/graphql", json=body, headers=graphql.headers())).json()
    assert told["errors"][0]["extensions"]["code"] == "VALIDATION"


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_filter_takes_a_document_however_it_is_written(graphql, spelling):
    await graphql.customer(document_number="аn–1")
    assert await graphql.found("customer", documentNumber=spelling) == 1


async def test_a_filter_takes_a_username_in_any_case(graphql):
    await graphql.create("user", {"username": "Айбек", "password": "long enough 1"})
    assert await graphql.found("user", username="АЙБЕК") == 1
    assert await graphql.found("user", usernameIn=["айбек", "x"]) == 1


# --- days, numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9998-12-32", "9999-12-31"])
async def test_a_day_that_could_not_be_kept_is_refused(door, day):
    if door.name == "rest" or day != "9998-12-32":
        assert await door.customer(birth_date=day) == {"birth_date"}


async def test_the_first_day_is_kept(door):
    assert await door.customer(birth_date="1900-01-01") == {"birth_date": "1900-01-01"}


@pytest.mark.parametrize(
    "number", ["1e16", "1E+16", "1.0", "10000000000000000.0", "1e22", "1.5", "1e-7", "-0.0", "5e-324", "1.7e308", "7"]
)
async def test_an_option_stays_the_number_that_was_sent(http, factory, number):
    body = f'{{"name": "Т", "monthly_fee": 1, "extra_options": {{"x": {number}, "y": [{number}]}}}}'
    headers = Door("rest", http, factory).headers() | {"Content-Type": "application/json"}
    made = await http.post("/api/tariffs/", content=body, headers=headers)
    read = await http.get(f"/api/tariffs/{made.json()['id']}/", headers=headers)
    document = """mutation($o: JSON) {
        createTariff(input: {name: "У", monthlyFee: 1, extraOptions: $o}) { tariff { extraOptions } } }"""
    sent = f'{{"query": {json.dumps(document)}, "variables": {{"o": {{"x": {number}, "y": [{number}]}}}}}}'
    told = (await http.post("/graphql", content=sent, headers=headers)).json()
    literal = document.replace("($o: JSON)", "").replace("$o", f"{{x: {number}, y: [{number}]}}").replace("У", "Ф")
    spelt = (await http.post("/graphql", json={"query": literal}, headers=headers)).json()
    for options in (
        made.json()["extra_options"],
        read.json()["extra_options"],
        told["data"]["createTariff"]["tariff"]["extraOptions"],
        spelt["data"]["createTariff"]["tariff"]["extraOptions"],
    ):
        expected = (float if re.search("[.eE]", number) else int)(number)
        assert options == {"x": expected, "y": [expected]}
        assert type(options["x"]) is type(expected)


@pytest.mark.parametrize("number", ["1e400", "9007199254740993", "3.14159265358979323846", "1e-400"])
async def test_an_option_that_would_become_another_number_is_refused(http, factory, number):
    body = f'{{"name": "Т", "monthly_fee": 1, "extra_options": {{"x": {number}}}}}'
    headers = Door("rest", http, factory).headers() | {"Content-Type": "application/json"}
    answer = await http.post("/api/tariffs/", content=body, headers=headers)
    assert (answer.status_code, list(answer.json())) == (400, ["extra_options"])


# --- orders -------------------------------------------------------------------------------------------------------


async def test_names_go_by_casefolded_code_point(http, factory):
    names: list[Any] = ["ß", "ss", "st", "ς", "σ", "Σ", "ﬁ", "fi", "İ", "i", "Ё", "е", "ᏸ", "Ᏸ", "ẞa", "ss b"]
    for name in names:
        await factory.customer(last_name=name)
    headers = Door("rest", http, factory).headers()
    listed = (await http.get("/api/customers/?ordering=last_name", headers=headers)).json()["results"]
    ids = {row["last_name"]: row["id"] for row in listed}
    assert [row["last_name"] for row in listed] == sorted(names, key=lambda name: (name.casefold(), ids[name]))
