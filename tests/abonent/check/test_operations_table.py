"""The table of all operations, held against contract.md §2 (moves) and §3 (roles).

A change here is a change of what was promised: it belongs into the contract first.
"""

from __future__ import annotations

import re

from abonent.check.operations_table import table_of_operations

CONTRACT = """
customer.create          any                                           operator, supervisor, admin
customer.update          any                                           operator, supervisor, admin
customer.delete          any                                           supervisor, admin
customer.activate        suspended, blocked → active                   operator, supervisor, admin
customer.suspend         active → suspended                            operator, supervisor, admin
customer.block           active, suspended → blocked                   operator, supervisor, admin
sim.create               any                                           operator, supervisor, admin
sim.update               any                                           operator, supervisor, admin
sim.delete               any                                           supervisor, admin
sim.activate             free → active                                 operator, supervisor, admin
sim.deactivate           active, suspended → free; blocked → stays     operator, supervisor, admin
sim.block                free, active, suspended → blocked             operator, supervisor, admin
sim.unblock              blocked → stays                               operator, supervisor, admin
sim.close                free, blocked → closed                        operator, supervisor, admin
sim.replace              active, suspended, blocked → stays            operator, supervisor, admin
tariff.create            any                                           supervisor, admin
tariff.update            any                                           supervisor, admin
tariff.delete            any                                           supervisor, admin
tariff.activate          any                                           supervisor, admin
tariff.deactivate        any                                           supervisor, admin
tariff.reprice           any                                           supervisor, admin
contract.create          any                                           operator, supervisor, admin
contract.update          any                                           operator, supervisor, admin
contract.delete          any                                           supervisor, admin
contract.activate        draft → active                                operator, supervisor, admin
contract.suspend         active → suspended                            operator, supervisor, admin
contract.resume          suspended → active                            operator, supervisor, admin
contract.terminate       draft, active, suspended → terminated         operator, supervisor, admin
contract.add_balance     draft, active, suspended, terminated → stays  operator, supervisor, admin
contract.deduct_balance  draft, active, suspended → stays              operator, supervisor, admin
contract.bill            active → stays                                operator, supervisor, admin
contract.promise         active, suspended → stays                     operator, supervisor, admin
contract.postpone        active, suspended → stays                     supervisor, admin
contract.waive           active, suspended → stays                     supervisor, admin
contract.change_tariff   active, suspended → stays                     operator, supervisor, admin
contract.cancel_tariff_change  active, suspended → stays               operator, supervisor, admin
payment.create           any                                           operator, supervisor, admin +
payment.update           any                                           operator, supervisor, admin +
payment.delete           any                                           supervisor, admin
payment.submit           pending → processing                          operator, supervisor, admin
payment.process          pending, processing → success                 operator, supervisor, admin
payment.cancel           pending, processing → cancelled               operator, supervisor, admin
payment.fail             pending, processing → failed                  operator, supervisor, admin
payment.refund           success → stays                               supervisor, admin
ticket.create            any                                           employee, operator, supervisor, admin
ticket.update            any                                           employee, operator, supervisor, admin
ticket.delete            any                                           supervisor, admin
ticket.assign            new, in_progress, waiting → stays             employee, operator, supervisor, admin +
ticket.unassign          new, in_progress, waiting → stays             employee, operator, supervisor, admin
ticket.start_work        new, waiting → in_progress                    employee, operator, supervisor, admin
ticket.wait              new, in_progress → waiting                    employee, operator, supervisor, admin
ticket.resolve           new, in_progress, waiting → resolved          employee, operator, supervisor, admin
ticket.close             new, in_progress, waiting, resolved → closed  employee, operator, supervisor, admin
ticket.reopen            resolved, closed → stays                      employee, operator, supervisor, admin
ticket.comment           any                                           employee, operator, supervisor, admin
comment.update           any                                           employee, operator, supervisor, admin
comment.delete           any                                           supervisor, admin
user.create              any                                           admin
user.update              any                                           employee, operator, supervisor, admin +
user.delete              any                                           admin
apikey.create            any                                           employee, operator, supervisor, admin +
apikey.revoke            any                                           employee, operator, supervisor, admin
policy.update            any                                           admin
billing.run              any                                           supervisor, admin
job.cancel               queued, running → stays                       employee, operator, supervisor, admin
webhook.create           any                                           admin
webhook.update           any                                           admin
webhook.delete           any                                           admin
webhook.rotate_secret    any                                           admin
webhook.resume           paused → ok                                   admin
webhook.replay           any                                           admin
webhook.test             any                                           admin
webhook.redeliver        ok, failing → stays                           admin
import.start             any                                           supervisor, admin +
provider.create          any                                           admin
provider.update          any                                           admin
provider.delete          any                                           admin
register.start           any                                           supervisor, admin
register.post            any                                           supervisor, admin
register_row.resolve     any                                           supervisor, admin
"""


def columns(text):
    return [re.split("  +", line)[:3] for line in text.strip().splitlines()]


def test_the_operations_are_those_of_the_contract():
    assert columns(table_of_operations())[1:] == columns(CONTRACT)


def test_it_tells_the_paths_that_there_are():
    paths = {line.split()[0]: re.split("  +", line)[-1] for line in table_of_operations().splitlines()}
    assert paths["contract.update"] == "PUT, PATCH /api/contracts/{id}/"
    assert paths["tariff.reprice"] == "POST /api/tariffs/{id}/reprice/"
    assert paths["policy.update"] == "PATCH /api/billing/policy/"
    assert paths["billing.run"] == "POST /api/billing/runs/"
