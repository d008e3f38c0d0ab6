"""Many rows at once, for pages: stored as they are, not made by operations."""

from __future__ import annotations

from datetime import UTC, datetime

from models.customers import Customer
from models.database.rows import insert


async def many_customers(factory, count):
    moment = datetime.now(UTC)
    customers = [
        Customer(
            first_name="А",
            last_name="Б",
            phone=f"+996555{number:06d}",
            document_number=f"M{number}",
            document_key=f"m{number}",
            search="а б",
            created_at=moment,
            updated_at=moment,
        )
        for number in range(count)
    ]
    await factory.database.write(lambda tx: insert(tx, *customers))
