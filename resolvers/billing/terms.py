"""Terms: what a tariff costs and includes, in versions; a contract keeps those that it got (billing.md §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.billing import TERMS, TariffTerms
from models.contracts import Contract, ContractStatus
from models.database.rows import insert, loaded
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import TARIFF_TERMS

if TYPE_CHECKING:
    from collections.abc import Collection

    from models.database import Reader
    from models.tariffs import Tariff
    from resolvers.write.unit_of_work import Work

LIST = ListSpec(
    table=TARIFF_TERMS,
    filters=(
        Filter("version", column(TariffTerms, "version"), "The version of this number."),
        Filter("monthly_fee", column(TariffTerms, "monthly_fee"), "By the fee for a month."),
        Filter("created", column(TariffTerms, "created_at"), "By the time at which they were made."),
    ),
    default_order=(
        Term(column(TariffTerms, "version"), descending=True),
        Term(column(TariffTerms, "id"), descending=True),
    ),
    orderable=orderable(TariffTerms),
    searchable=False,
)


def terms_of(work: Work, tariff: Tariff, version: int = 1) -> TariffTerms:
    """What a tariff costs and includes, as a version of its terms, not yet stored."""
    values = {name: getattr(tariff, name) for name in TERMS}
    return TariffTerms(tariff_id=tariff.id, version=version, created_at=work.now, **values)


async def renew_terms(work: Work, tariff: Tariff) -> None:
    """The next version of a locked tariff's terms. Its drafts get it; contracts that are served keep what they have."""
    before = await latest_terms(work, tariff.id)
    terms = terms_of(work, tariff, before.version + 1)
    work.wrote = True
    await insert(work.tx, terms)
    work.known.pop(("latest terms", tariff.id), None)
    sql = f"UPDATE contracts SET terms_id = $1 WHERE tariff_id = $2 AND status = '{ContractStatus.DRAFT}'"
    await work.write(sql, [terms.id, tariff.id])


async def latest_terms(work: Work, tariff_id: int) -> TariffTerms:
    """The terms that a contract has which gets the tariff now."""
    if (known := work.known.get(("latest terms", tariff_id))) is not None:
        return known  # type: ignore[no-any-return]  # of a tariff that is held
    if any(isinstance(row, TariffTerms) for row in work.appended):
        await work.store()
    columns = list(TariffTerms._meta.fields_db_projection)
    sql = f"SELECT {', '.join(columns)} FROM tariff_terms WHERE tariff_id = $1 ORDER BY version DESC LIMIT 1"
    (row,) = await work.tx.fetch(sql, [tariff_id])
    terms = work.known["latest terms", tariff_id] = loaded(TariffTerms, columns, row)
    return terms


async def terms_by_id(work: Work, terms_id: int) -> TariffTerms:
    """A version of terms, read once for all calls of the unit of work: it never changes."""
    found: TariffTerms | None = work.known.get((TariffTerms, terms_id))
    if found is None:
        columns = list(TariffTerms._meta.fields_db_projection)
        sql = f"SELECT {', '.join(columns)} FROM tariff_terms WHERE id = $1"
        (row,) = await work.tx.fetch(sql, [terms_id])
        found = work.known[TariffTerms, terms_id] = loaded(TariffTerms, columns, row)
    return found


async def terms_in_use(reader: Reader, tariff_id: int) -> bool:
    """Whether any settled month was of these terms, though its contract may have another tariff by now."""
    sql = (
        """SELECT 1 FROM charge_periods WHERE terms_id IN (SELECT id FROM tariff_terms WHERE tariff_id = $1) LIMIT 1"""
    )
    return bool(await reader.fetch(sql, [tariff_id]))


async def give_tariff(work: Work, contract: Contract, tariff: Tariff) -> None:
    """A contract gets a tariff, and with it the tariff's latest terms; a new price that waited for it is off."""
    contract.tariff_id, contract.terms_id = tariff.id, (await latest_terms(work, tariff.id)).id
    contract.reprice_terms_id = contract.reprice_on = None


def changes_terms(changed: Collection[str]) -> bool:
    """Whether a change of these fields of a tariff makes new terms."""
    return not set(TERMS).isdisjoint(changed)
