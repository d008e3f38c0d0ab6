import pytest

from tests.schema.endpoint.test_limits import straining

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(sqlite_settings):
    return sqlite_settings


F640 = {f"unknown{i}": 1 for i in range(640)}
CASES = {
    "640 var": ("query($f: CustomerFilter){customers(filter:$f){totalCount}}", {"f": F640}),
    "640 near var": (
        "query($f: CustomerFilter){customers(filter:$f){totalCount}}",
        {"f": {f"createdAfter{i}": 1 for i in range(640)}},
    ),
    "640 long var": (
        "query($f: CustomerFilter){customers(filter:$f){totalCount}}",
        {"f": {"createdAfter" * 100 + f"{i}": 1 for i in range(640)}},
    ),
    "640 literal": ("{customers(filter:{" + " ".join(f"unknown{i}:1" for i in range(640)) + "}){totalCount}}", {}),
    "long names literal": (
        "{customers(filter:{" + " ".join("createdAfter" * 14 + f"{i}:1" for i in range(480)) + "}){totalCount}}",
        {},
    ),
    "9990 bad ids in enum": (
        "query($f: [CustomerStatus!]){customers(filter:{statusIn:$f}){totalCount}}",
        {"f": ["X" * 90] * 9000},
    ),
    "180 lists ids": (
        "query($i: [ID!]){" + " ".join("contracts(filter:{tariffIdIn:$i}){totalCount}" for n in range(1)) + " ...F}",
        None,
    ),
    "big order": (
        "query($o: [CustomerOrder!]){customers(orderBy:$o){totalCount}}",
        {"o": [{"field": "ID", "direction": "ASC"}] * 3000},
    ),
    "9990 ids": (
        "query($i: [ID!]){contracts(filter:{customerIdIn:$i}){totalCount}}",
        {"i": [f"cus_{n}" for n in range(9990)]},
    ),
    "nodes 9990": ("query($i: [ID!]!){nodes(ids:$i){id}}", {"i": [f"cus_{n}" for n in range(9990)]}),
    "extra json": (
        'mutation($i: JSON){createTariff(input:{name:"a",monthlyFee:1,extraOptions:$i}){tariff{id}}}',
        {"i": [[[]]] * 3000},
    ),
    "wide": (
        "{"
        + " ".join(
            f"a{n}: customers(first:30){{nodes{{id phone email firstName lastName contracts(first: 1) {{ nodes {{ id number balance tariff{{name id}} payments{{totalCount nodes{{id amount}}}} tickets{{nodes{{id subject}}}} }} }} }} }}"
            for n in range(29)
        )
        + "}",
        {},
    ),
}


@pytest.mark.parametrize("what", CASES)
async def test_explore(door, what, capsys):
    await door.ask("{ me { id } }")
    doc, v = CASES[what]
    if v is None:
        doc = (
            "query($i: [ID!]){ a: customers(first:1){nodes{ "
            + " ".join(f"c{n}: contracts(filter:{{tariffIdIn:$i}}){{totalCount}}" for n in range(29))
            + "} } }"
        )
        v = {"i": [f"trf_{n}" for n in range(9990)]}
    for n in range(2):
        async with straining() as s:
            r = await door.ask(doc, v)
        with capsys.disabled():
            print(what, r.status_code, len(r.content), round(s.longest * 1000), round(s.total * 1000), r.text[:150])
