"""Files that mean no good, or that spreadsheets have spoiled: named faults of the file, or of a row."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from tests.resolvers.imports.files import HEADINGS, PEOPLE, as_csv, as_ndjson, as_xlsx, counts

pytestmark = pytest.mark.anyio


def repacked(content, name, change):
    """A spreadsheet with a part of it changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, change(old.read(one)) if one == name else old.read(one))
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


async def test_archives_that_unpack_to_too_much_are_refused(door):
    bomb = repacked(as_xlsx(PEOPLE), "xl/sharedStrings.xml", lambda text: text + b" " * 600_000_000)
    assert len(bomb) < 1_000_000
    answer = await door.start(bomb)
    assert (answer.status_code, list(answer.json())) == (400, ["file"])
    far = repacked(as_xlsx(PEOPLE), SHEET, lambda text: text.replace(b'r="F4"', b'r="XFD4"'))
    assert "столбцов" in (await door.start(far)).json()["file"][0]
    low = repacked(
        as_xlsx(PEOPLE), SHEET, lambda text: text.replace(b'r="F', b'r="ZZ').replace(b'r="ZZ4"', b'r="ZZ1048576"')
    )
    assert "ячеек" in (await door.start(low)).json()["file"][0]


async def test_a_million_columns_are_refused(door):
    assert list((await door.start(b",".join([b"phone"] * 1_000_000) + b"\n")).json()) == ["file"]
    wide = as_csv([PEOPLE[0]]) + b"," * 1_000_000 + b"\r\n"
    assert counts(await door.bring_in(wide)) == {"created": 1, "failed": 1}


async def test_what_spreadsheets_make_of_numbers_is_told(door, api):
    headings = (*HEADINGS, "inn")
    rows = [
        ("Осмонов", "Айбек", "9.96550123456E+11", "ID1", "17.05.1990", "", ""),
        ("Осмонов", "Айбек", 996550000001, "ID2", 32964, "", ""),
        ("Осмонов", "Айбек", 996550000002, 1234567, "1990-05-17", "", 12345678901234567890),
        ("Осмонов", "Айбек", 996550000003, 7654321, "1990-05-17", "", ""),
    ]
    job = await door.bring_in(as_xlsx(rows, headings))
    assert [(one["row"], one["field"]) for one in job["result"]["faults"]] == [
        (2, "phone"),
        (3, "birth_date"),
        (4, "inn"),
    ]
    (made,) = (await api.get("/customers/")).json()["results"]
    assert (made["phone"], made["document_number"]) == ("+996550000003", "7654321")


async def test_formulas_are_told(door):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, PEOPLE[0])
        sheet.write_row(2, 0, PEOPLE[1])
        sheet.write_formula(2, 5, '="a"&"b"', None, "ab")
    job = await door.bring_in(file.getvalue())
    assert counts(job) == {"created": 1, "failed": 1}
    assert job["result"]["faults"][0]["row"] == 3
    job = await door.bring_in(as_csv([(*PEOPLE[1][:5], "=cmd"), (*PEOPLE[2][:5], "'=cmd")]))
    assert counts(job) == {"created": 1, "failed": 1}


async def test_lines_that_are_no_objects_are_told(door):
    content = as_ndjson(PEOPLE[:1]) + b"[1]\n{broken\n\n" + as_ndjson(PEOPLE[1:2])
    job = await door.bring_in(content)
    assert counts(job) == {"created": 2, "failed": 2}
    assert [one["row"] for one in job["result"]["faults"]] == [2, 3]


async def test_a_file_may_be_so_large(door, app):
    object.__setattr__(app.state.settings, "import_bytes", 2_000)
    answer = await door.start(as_csv(PEOPLE * 1_000))
    assert answer.status_code == 413


async def test_what_is_separated_by_two_things_is_refused(door):
    answer = await door.start(b"phone,last_name;first_name\n")
    assert (answer.status_code, list(answer.json())) == (400, ["separator"])
    assert list((await door.start(as_csv(PEOPLE), separator="|")).json()) == ["separator"]
