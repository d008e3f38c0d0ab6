"""Lists as files: every row at once, as CSV, NDJSON and XLSX (in-and-out.md §1)."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import pytest

from models.users import Role
from resolvers.words import Language
from tests.rest_compat.many import many_customers

pytestmark = pytest.mark.anyio

CSV = {"Accept": "text/csv"}
LISTS = ("/customers/", "/sims/", "/tariffs/", "/contracts/", "/payments/", "/tickets/", "/users/")


def table(response):
    """The cells of a CSV answer, the heading's first."""
    assert response.status_code == 200, response.text
    return list(csv.reader(io.StringIO(response.text, newline="")))


@pytest.fixture
async def world(factory):
    """A few of everything, and texts that a careless writer breaks."""
    customer = await factory.customer(last_name="О'Нил, «Ё»", notes='=1+1\n"две" строки;', address="-12.50")
    contract = await factory.active_contract(balance="10.50", customer_id=customer.id)
    await factory.ticket(customer_id=customer.id, contract_id=contract.id)
    return contract


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("path", LISTS)
async def test_a_csv_has_the_documented_keys_and_the_lists_values(api, path):
    page = (await api.get(path)).json()["results"]
    heading, *rows = table(await api.get(path, headers=CSV))
    assert heading == list(page[0])
    for row, shown in zip(rows, page, strict=True):
        for cell, value in zip(row, shown.values(), strict=True):
            assert cell == (
                "" if value is None else value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
            )


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("path", LISTS)
async def test_ndjson_has_a_line_for_each_object_of_the_list(api, path):
    response = await api.get(f"{path}?format=ndjson")
    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line) for line in response.text.splitlines()] == (await api.get(path)).json()["results"]


async def test_all_rows_come_whatever_page_is_asked_for(api, factory):
    await many_customers(factory, 1_203)
    _, *rows = table(await api.get("/customers/?format=csv&page=7&page_size=2&ordering=id"))
    ids = [int(row[0]) for row in rows]
    assert (len(ids), ids) == (1_203, sorted(ids))


async def test_filters_search_and_ordering_are_the_lists(api, factory):
    await factory.customer(last_name="Асанов")
    sought = [(await factory.customer(last_name="Иванов")).id for _ in range(2)]
    _, *rows = table(await api.get("/customers/?search=иванов&ordering=-id&status=active", headers=CSV))
    assert [int(row[0]) for row in rows] == sorted(sought, reverse=True)


async def test_lists_of_another_row_are_files_too(api, world):
    _, *rows = table(await api.get(f"/contracts/{world.id}/payments/", headers=CSV))
    assert len(rows) == 1
    assert (await api.get("/contracts/9999/payments/", headers=CSV)).status_code == 404


@pytest.mark.usefixtures("world")
async def test_the_name_says_what_it_is_and_of_which_day(api):
    response = await api.get("/payments/?format=csv")
    assert re.fullmatch(
        r'attachment; filename="payments-\d{4}-\d\d-\d\d\.csv"', response.headers["content-disposition"]
    )
    assert response.headers["vary"] == "Accept, Accept-Language, Authorization"


async def test_columns_are_chosen_and_come_in_the_order_asked_for(api, world):
    heading, row = table(await api.get("/contracts/?format=csv&columns=balance,id,number"))
    assert (heading, row) == (["balance", "id", "number"], ["10.50", str(world.id), world.number])
    response = await api.get("/contracts/?format=ndjson&columns=balance,id")
    assert response.text == f'{{"balance":"10.50","id":{world.id}}}\n'


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("format=pdf", "format"),
        ("format=csv&columns=id,password", "columns"),
        ("format=csv&columns=", "columns"),
        ("format=csv&separator=|", "separator"),
        ("format=csv&headings=emoji", "headings"),
        ("format=csv&bom=yes", "bom"),
        ("format=csv&status=nonsense", "status"),
    ],
)
async def test_what_there_is_not_is_refused_by_name(api, query, field):
    response = await api.get(f"/customers/?{query}")
    if query.endswith("columns="):  # an empty value is as if it were not there
        assert response.status_code == 200
    else:
        assert (response.status_code, list(response.json())) == (400, [field])


@pytest.mark.usefixtures("world")
async def test_format_goes_before_accept_and_json_stays_a_page(api):
    assert (
        (await api.get("/customers/?format=ndjson", headers=CSV))
        .headers["content-type"]
        .startswith("application/x-ndj")
    )
    assert "count" in (await api.get("/customers/?format=json", headers=CSV)).json()
    for accept in ("*/*", "application/json", "text/html", "application/json, text/csv;q=0.5"):
        assert "count" in (await api.get("/customers/", headers={"Accept": accept})).json()
    assert (
        (await api.get("/customers/", headers={"Accept": "text/csv, */*;q=0.1"}))
        .headers["content-type"]
        .startswith("text/csv")
    )


@pytest.mark.usefixtures("world")
async def test_lines_end_as_the_standard_says_and_a_mark_comes_only_when_asked_for(api):
    plain = (await api.get("/tariffs/?format=csv")).content
    assert plain.endswith(b"\r\n")
    assert not plain.startswith(b"\xef\xbb\xbf")
    assert (await api.get("/tariffs/?format=csv&bom=1")).content == b"\xef\xbb\xbf" + plain


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("asked", "mark"), [(";", ";"), ("tab", "\t"), ("%09", "\t"), (",", ",")])
async def test_the_separator_is_the_callers(api, asked, mark):
    text = (await api.get(f"/customers/?format=csv&separator={asked}&columns=id,last_name,notes")).text
    heading, row = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    assert (heading, row[1:]) == (["id", "last_name", "notes"], ["О'Нил, «Ё»", '=1+1\n"две" строки;'])


@pytest.mark.usefixtures("world")
async def test_headings_in_words_and_texts_that_no_spreadsheet_runs(api):
    query = "/customers/?format=csv&headings=words&columns=last_name,notes,address,phone,status_display"
    heading, row = table(await api.get(query, headers={"Accept-Language": Language.RU}))
    assert heading == ["Фамилия", "Примечания", "Адрес", "Телефон", "Статус (слово)"]
    assert row[1].startswith("'=1+1")
    assert row[2] == "-12.50"
    assert row[3].startswith("+996")
    english, _ = table(await api.get(query, headers={"Accept-Language": Language.EN}))
    assert english[0] == "Last name"


@pytest.mark.usefixtures("world")
async def test_what_a_role_may_not_see_is_empty_in_a_file_too(api):
    column = "/sims/?format=csv&columns=puk_code"
    assert table(await api.get(column, role=Role.OPERATOR))[1] != [""]
    assert table(await api.get(column, role=Role.EMPLOYEE))[1] == [""]
    assert (await api.get("/users/?format=csv", role=Role.EMPLOYEE)).status_code == 403
    assert (await api.get("/customers/?format=csv", role=None)).status_code == 401


async def test_a_spreadsheet_has_numbers_days_and_texts(api, world):
    response = await api.get("/contracts/?format=xlsx&columns=number,balance,activation_date,id")
    book = zipfile.ZipFile(io.BytesIO(response.content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<c r="B2" s="\d+"><v>10.5</v>', sheet)
    assert re.search(r'<c r="C2" s="\d+"><v>\d{5}</v>', sheet)
    assert f'<c r="D2"><v>{world.id}</v></c>' in sheet
    assert world.number in sheet


async def test_an_empty_list_is_a_heading_alone(api):
    assert len(table(await api.get("/payments/", headers=CSV))) == 1
    assert (await api.get("/payments/?format=ndjson")).content == b""


@pytest.mark.usefixtures("world")
async def test_a_head_request_reads_no_rows(api):
    response = await api.call("HEAD", "/payments/?format=csv")
    assert (response.status_code, response.content) == (200, b"")


async def test_only_so_many_files_at_once_and_the_rest_may_come_again(api, factory, database):
    await many_customers(factory, 1_001)
    held = [database.stream("SELECT id FROM customers") for _ in range(4)]
    for stream in held:
        await anext(stream)
    refused = await api.get("/customers/?format=csv")
    assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
    for stream in held:
        await stream.aclose()
    assert len(table(await api.get("/customers/?format=csv"))) == 1_002
