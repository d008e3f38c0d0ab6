"""By what lists can be narrowed."""

FILTERS: dict[str, str] = {
    # how
    "Any of the values, separated by commas.": "Любое из значений, перечисленных через запятую.",
    "At least this.": "Не меньше этого.",
    "At most this.": "Не больше этого.",
    "Those where it is null, or, with false, those where it is not.": (
        "Те, у которых значения нет (null), а с `false` — те, у которых оно есть."
    ),
    "By the time of the last change.": "По времени последнего изменения.",
    # customers
    "Persons or organizations.": "Физические лица или организации.",
    "Customers who have a contract, in any state, or have none.": (
        "Клиенты, у которых есть договор в любом состоянии, или те, у которых договоров нет."
    ),
    "The customer with this number, in any usual spelling.": "Клиент с этим номером в любом обычном написании.",
    "The customer with this email address, in any case.": "Клиент с этим адресом почты, без учёта регистра.",
    "Customers with this document number, whatever its case, blanks and dashes.": (
        "Клиенты с этим номером документа, как бы ни были поставлены регистр, пробелы и дефисы."
    ),
    "Customers with this taxpayer number.": "Клиенты с этим ИНН.",
    "By the day of birth.": "По дате рождения.",
    "The SIMs of the customer's contracts.": "SIM-карты договоров клиента.",
    "The payments of the customer's contracts, posted or not.": (
        "Платежи по договорам клиента, проведённые и непроведённые."
    ),
    # terms and settled months
    "The version of this number.": "Версия с этим номером.",
    "By the first day.": "По первому дню.",
    "By what was charged.": "По списанной сумме.",
    # SIMs
    "SIMs of this customer's contracts.": "SIM-карты договоров этого клиента.",
    "The SIM with this card number.": "SIM-карта с этим ICCID.",
    "The SIM with this subscriber number.": "SIM-карта с этим IMSI.",
    "SIMs with this phone number, in any usual spelling.": "SIM-карты с этим номером в любом обычном написании.",
    "By the time of the last activation.": "По времени последней активации.",
    "By the time at which it last left a contract.": "По времени последнего отвязывания от договора.",
    # tariffs
    "The tariff of exactly this name.": "Тариф с точно таким названием.",
    "By the fee for a month.": "По абонентской плате за месяц.",
    "By the place in lists.": "По месту в списках.",
    # contracts
    "Contracts that have a SIM, or have none.": "Договоры с SIM-картой или без неё.",
    "The contract with this number.": "Договор с этим номером.",
    "The contract that another system calls so.": "Договор, который так называет другая система.",
    "Contracts suspended for this reason.": "Договоры, приостановленные по этой причине.",
    "By the balance.": "По балансу.",
    "By the credit limit.": "По кредитному лимиту.",
    "By the day of signing.": "По дате подписания.",
    "By the day of activation.": "По дате активации.",
    "By the day of termination.": "По дате закрытия.",
    "By the day of the next bill.": "По дате следующего списания.",
    # payments and ledger
    "Payments of this customer's contracts.": "Платежи по договорам этого клиента.",
    "By the amount.": "По сумме.",
    "The payment with this reference.": "Платёж с этим номером операции.",
    "Payments that this provider took.": "Платежи, принятые этой платёжной системой.",
    "Payments that a provider calls so.": "Платежи с этим номером у платёжной системы.",
    "Payments this user processed.": "Платежи, обработанные этим пользователем.",
    "By the time of the payment.": "По времени платежа.",
    "By the time of processing.": "По времени обработки.",
    "The entry of this payment.": "Проводка этого платежа.",
    "By the signed amount.": "По сумме со знаком.",
    "By the balance after it.": "По балансу после проводки.",
    "What this user posted.": "Проведённое этим пользователем.",
    # tickets
    "Tickets about this contract.": "Тикеты по этому договору.",
    "Tickets that this user opened.": "Тикеты, открытые этим пользователем.",
    "Open tickets past their due time, or all others.": "Открытые просроченные тикеты или все остальные.",
    "Open tickets that are assigned to nobody, or all others.": ("Открытые тикеты без исполнителя или все остальные."),
    "By the time at which it is due.": "По сроку исполнения.",
    "By the time at which it was assigned.": "По времени назначения.",
    "By the time at which it was resolved.": "По времени решения.",
    "By the time at which it was closed.": "По времени закрытия.",
    # users, history, jobs
    "The user of this name, in any case.": "Пользователь с этим именем в любом регистре.",
    "The member of staff of this name, in any case.": "Сотрудник с этим именем в любом регистре.",
    "By the time of the last login.": "По времени последнего входа.",
    "Events of this action, such as `create` or `suspend`.": "События этого действия, например `create` или `suspend`.",
    "What this user did.": "Сделанное этим пользователем.",
    "By the time at which a worker began it.": "По времени начала работы.",
    "By the time at which it ended.": "По времени окончания.",
}
