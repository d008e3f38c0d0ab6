"""Files to be brought in, and what came of it."""

from __future__ import annotations

import csv
import io
import json

import xlsxwriter

from abonent.worker.worker import Worker
from models.users import Role

HEADINGS = ("last_name", "first_name", "phone", "document_number", "birth_date", "address")
PEOPLE = (
    ("Осмонов", "Айбек", "+996550000001", "ID0000001", "1990-05-17", "г. Бишкек, ул. Ленина 1"),
    ("Ёлкина", "Жаңыл", "+996550000002", "ID0000002", "1985-01-31", "с. Өзгөн, «Ала-Тоо»"),
    ("Иванов", "Пётр", "+996550000003", "ID0000003", "2000-12-01", "Ош; дом 5, кв. 7"),
)
CYRILLIC = (
    ("Осмонов", "Айбек", "+996550000001", "ID0000001", "17.05.1990", "г. Бишкек, ул. Ленина 1"),
    ("Ёлкина", "Жаныл", "+996550000002", "ID0000002", "31.01.1985", "с. Узген, «Ала-Тоо»"),
    ("Иванов", "Пётр", "+996550000003", "ID0000003", "01.12.2000", "Ош; дом 5, кв. 7"),
)
"""The same without the letters that Windows-1251 does not have."""


def as_csv(rows, headings=HEADINGS, separator=",", encoding="utf-8"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows([headings, *rows])
    return text.getvalue().encode(encoding)


def as_ndjson(rows, headings=HEADINGS):
    return "".join(
        json.dumps(dict(zip(headings, row, strict=False)), ensure_ascii=False) + "\n" for row in rows
    ).encode()


def as_xlsx(rows, headings=HEADINGS):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([headings, *rows]):
            for place, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(number, place, value)
                elif value:
                    sheet.write_string(number, place, value)
    return file.getvalue()


class Door:
    """Brings files in over REST, and does the work."""

    def __init__(self, api):
        self.api = api

    async def start(self, content, role=Role.SUPERVISOR, **fields):
        """The answer to a file."""
        data = {"kind": "customers", **{name: str(value) for name, value in fields.items()}}
        return await self.api.post("/imports/", files={"file": ("people.csv", content)}, data=data, role=role)

    async def work(self):
        await Worker(self.api.factory.database, self.api.factory.settings).drain()

    async def bring_in(self, content, **fields):
        """The job of a file, done."""
        answer = await self.start(content, **fields)
        assert answer.status_code == 202, answer.text
        await self.work()
        job = (await self.api.get(f"/imports/{answer.json()['id']}/")).json()
        assert job["error"] is None, job
        return job

    async def result(self, job):
        return (await self.api.get(f"/imports/{job['id']}/result/")).content


def counts(job):
    """What became of the rows, as far as there were any."""
    names = ("created", "updated", "unchanged", "failed", "not_tried")
    return {name: job["result"][name] for name in names if job["result"][name]}
