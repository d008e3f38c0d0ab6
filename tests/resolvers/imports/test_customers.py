"""Customers from files, whatever they are written in; a fault undoes its own row alone (in-and-out.md §2)."""

from __future__ import annotations

import csv
import io
import json

import pytest

from models.users import Role
from tests.contents import contents
from tests.resolvers.imports.files import CYRILLIC, HEADINGS, PEOPLE, as_csv, as_ndjson, as_xlsx, counts

pytestmark = pytest.mark.anyio


async def people(api):
    rows = (await api.get("/customers/?ordering=id")).json()["results"]
    return [tuple(row[name] for name in HEADINGS) for row in rows]


async def test_a_file_is_brought_in_and_again_changes_nothing(door, api):
    job = await door.bring_in(as_csv(PEOPLE))
    assert (job["status"], job["total"], job["done"], job["failed"]) == ("done", 3, 3, 0)
    assert counts(job) == {"created": 3}
    assert await people(api) == list(PEOPLE)
    again = await door.bring_in(as_csv(PEOPLE))
    assert counts(again) == {"unchanged": 3}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
async def test_encodings_and_separators_are_found_out(door, api, encoding, separator):
    rows = CYRILLIC if encoding == "cp1251" else PEOPLE
    content = as_csv(
        rows, ("Фамилия", "Имя", "Номер телефона", "Номер документа", "Дата рождения", "Адрес"), separator, encoding
    )
    job = await door.bring_in(content)
    assert counts(job) == {"created": 3}
    told = await people(api)
    assert [row[:4] + row[5:] for row in told] == [row[:4] + row[5:] for row in rows]
    assert [row[4] for row in told] == [row[4] for row in PEOPLE]


@pytest.mark.parametrize("write", [as_csv, as_ndjson, as_xlsx])
async def test_a_fault_undoes_its_own_row_alone_and_the_result_says_why(door, api, write):
    planted = [list(row) for row in PEOPLE]
    planted[1][2] = "нет телефона"
    job = await door.bring_in(write(planted))
    place = 2 if write is as_ndjson else 3
    assert counts(job) == {"created": 2, "failed": 1}
    assert [(one["row"], one["field"]) for one in job["result"]["faults"]] == [(place, "phone")]
    assert await people(api) == [PEOPLE[0], PEOPLE[2]]
    mended = await door.bring_in(write(PEOPLE))
    assert counts(mended) == {"created": 1, "unchanged": 2}


async def test_the_result_is_the_file_again(door):
    content = as_csv([PEOPLE[0], ("Без", "Телефона"), PEOPLE[2]], separator=";", encoding="utf-16")
    result = await door.result(await door.bring_in(content))
    rows = list(csv.reader(io.StringIO(result.decode("utf-16"), newline=""), delimiter=";"))
    assert rows[0] == [*HEADINGS, "import_result", "import_id", "import_error"]
    assert [row[-3] for row in rows[1:]] == ["created", "failed", "created"]
    assert [tuple(row[:-3]) for row in rows[1::2]] == [PEOPLE[0], PEOPLE[2]]
    assert "phone: Обязательное поле" in rows[2][-1]
    again = await door.bring_in(result)
    assert counts(again) == {"unchanged": 2, "failed": 1}


async def test_the_result_of_objects_are_the_objects_again(door):
    result = await door.result(await door.bring_in(as_ndjson(PEOPLE)))
    first = json.loads(result.splitlines()[0])
    assert (first["last_name"], first["import_result"], first["import_error"]) == ("Осмонов", "created", None)
    assert counts(await door.bring_in(result)) == {"unchanged": 3}


async def test_a_result_of_a_spreadsheet_is_a_spreadsheet_again(door):
    result = await door.result(await door.bring_in(as_xlsx(PEOPLE)))
    assert counts(await door.bring_in(result)) == {"unchanged": 3}


async def test_a_dry_run_tells_what_would_be_and_changes_nothing(door, database):
    before = await contents(database)
    planted = [*PEOPLE, ("Другой", "Человек", "+996550000001", "ID9")]
    job = await door.bring_in(as_csv(planted), dry_run="true")
    after = await contents(database)
    assert {name for name in before if before[name] != after[name]} <= {"audit_events"}
    assert counts(job) == {"created": 3, "failed": 1}
    real = await door.bring_in(as_csv(planted))
    assert counts(real) == counts(job)
    assert real["result"]["faults"] == job["result"]["faults"]


async def test_a_fault_can_stop_it_or_undo_all_of_it(door, api):
    planted = as_csv([PEOPLE[0], ("", "Никто"), PEOPLE[1], PEOPLE[2]])
    assert counts(await door.bring_in(planted, on_fault="nothing")) == {"failed": 1, "not_tried": 3}
    assert await people(api) == []
    job = await door.bring_in(planted, on_fault="stop")
    assert counts(job) == {"created": 1, "failed": 1, "not_tried": 2}
    assert await people(api) == [PEOPLE[0]]
    rows = (await door.result(job)).decode().splitlines()
    assert [row.split(",")[-3] for row in rows[1:]] == ["created", "failed", "not_tried", "not_tried"]


async def test_what_is_known_again_is_changed_and_empty_cells_say_nothing(door, api):
    await door.bring_in(as_csv(PEOPLE))
    content = as_csv([("id 000-0001", "новый адрес"), ("ID0000002", "")], ("document_number", "address"))
    job = await door.bring_in(content)
    assert counts(job) == {"updated": 1, "unchanged": 1}
    assert [row[5] for row in await people(api)] == ["новый адрес", PEOPLE[1][5], PEOPLE[2][5]]
    by_phone = as_csv([("0550 000 003", "N-3")], ("phone", "document_number"))
    assert counts(await door.bring_in(by_phone, match="phone")) == {"updated": 1}
    assert (await people(api))[2][3] == "N-3"


async def test_rows_of_one_file_that_contradict_each_other_are_told(door):
    other = (*PEOPLE[0][:5], "другой адрес")
    job = await door.bring_in(as_csv([PEOPLE[0], PEOPLE[0], other]))
    assert counts(job) == {"created": 1, "unchanged": 1, "failed": 1}
    assert "Противоречит строке 2" in job["result"]["faults"][0]["message"]


async def test_unknown_headings_are_told_and_a_file_without_known_ones_is_refused(door):
    job = await door.bring_in(as_csv([(*PEOPLE[0], "5")], (*HEADINGS, "Рост")))
    assert job["result"]["unknown_headings"] == ["Рост"]
    answer = await door.start(as_csv([("1", "2")], ("a", "b")))
    assert (answer.status_code, list(answer.json())) == (400, ["file"])


PLAIN = [CYRILLIC[0], CYRILLIC[2]]


async def test_what_cannot_be_told_for_certain_is_refused(door):
    answer = await door.start(as_csv(PLAIN, encoding="koi8-r"))
    assert (answer.status_code, list(answer.json())) == (400, ["encoding"])
    assert (await door.start(as_csv(PLAIN, encoding="koi8-r"), encoding="koi8-r")).status_code == 202
    answer = await door.start(as_csv(CYRILLIC, encoding="cp1251"), encoding="utf-8")
    assert (answer.status_code, list(answer.json())) == (400, ["encoding"])


async def test_who_may_and_what_is_no_file(door, api):
    assert (await door.start(as_csv(PEOPLE), role=Role.OPERATOR)).status_code == 403
    assert (await door.start(as_csv(PEOPLE), role=None)).status_code == 401
    assert (await door.start(b"")).json() == {"file": ["Файл пуст"]}
    assert (await api.post("/files/", {"a": 1})).status_code == 415
    assert list((await api.post("/files/", files={"other": ("a", b"b")})).json()) == ["file"]
    assert (await door.start(b"PK\x03\x04" + b"x" * 100)).json().keys() == {"file"}
    assert (await api.post("/imports/", {"kind": "customers", "file": "x"})).json().keys() == {"file"}


async def test_graphql_starts_it_with_the_id_of_an_uploaded_file(door, api):
    upload = (await api.post("/files/", files={"file": ("people.csv", as_csv(PEOPLE))})).json()
    assert upload["size"] == len(as_csv(PEOPLE))
    document = """mutation ($input: StartImportInput!) { startImport(input: $input) {
        job { databaseId kind status } errors { field code } } }"""
    sent = {"kind": "CUSTOMERS", "file": upload["id"], "onFault": "STOP"}
    body = {"query": document, "variables": {"input": sent}}
    told = (await api.http.post("/graphql", json=body, headers=api.bearer(Role.SUPERVISOR))).json()
    job = told["data"]["startImport"]["job"]
    assert (job["kind"], job["status"]) == ("import", "QUEUED")
    await door.work()
    done = (await api.get(f"/imports/{job['databaseId']}/")).json()
    assert counts(done) == {"created": 3}
    assert await api.ids("/imports/") == [job["databaseId"]]


async def test_a_template_is_good_for_an_import(door, api):
    for form in ("csv", "xlsx", "ndjson"):
        answer = await api.get(f"/imports/template/?kind=customers&format={form}")
        assert answer.status_code == 200
        if form != "ndjson":
            assert counts(await door.bring_in(answer.content)) == {}
    assert (await api.get("/imports/template/?kind=cats")).status_code == 400


async def test_states_are_reached_after_all_rows_stand(door, api):
    rows = [(*PEOPLE[0], "blocked"), (*PEOPLE[1], "Приостановлен"), (*PEOPLE[2], "active")]
    content = as_csv(rows, (*HEADINGS, "status"))
    assert counts(await door.bring_in(content)) == {"created": 3}
    told = (await api.get("/customers/?ordering=id")).json()["results"]
    assert [row["status"] for row in told] == ["blocked", "suspended", "active"]
    assert counts(await door.bring_in(content)) == {"unchanged": 3}
    rows[0] = (*PEOPLE[0], "active")
    rows[1] = (*PEOPLE[1], "gone")
    job = await door.bring_in(as_csv(rows, (*HEADINGS, "status")))
    assert counts(job) == {"updated": 1, "unchanged": 1, "failed": 1}
