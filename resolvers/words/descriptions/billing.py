"""Billing: terms, settled months, the ladder, runs."""

BILLING: dict[str, str] = {
    "The version of the tariff's terms that it has: an edit leaves it alone.": (
        "Версия условий тарифа, по которой он обслуживается: правка тарифа её не меняет."
    ),
    "Fee for a month, by the terms that it has.": "Плата за месяц по условиям договора.",
    "Day from which its months are counted.": "День, от которого считаются его месяцы.",
    "The tariff that it is to change to, if one is scheduled.": "Тариф, на который назначен переход, если назначен.",
    "The first month that begins on or after this day has the scheduled tariff.": (
        "Первый месяц, начинающийся в этот день или позже, пойдёт по назначенному тарифу."
    ),
    "The first month that begins on or after this day has the tariff's newer terms.": (
        "Первый месяц, начинающийся в этот день или позже, пойдёт по новым условиям тарифа."
    ),
    "How far below zero the balance may go until a promised payment has come.": (
        "Насколько баланс может опуститься ниже нуля, пока не поступил обещанный платёж."
    ),
    "Last day of the promise, if there is one.": "Последний день обещанного платежа, если он есть.",
    "It is not suspended for lack of money before this day.": (
        "До этого дня договор не приостанавливается из-за нехватки средств."
    ),
    "Day on which it was suspended for lack of money, while it is.": (
        "День приостановки из-за нехватки средств, пока она длится."
    ),
    "The months that are settled, newest first.": "Рассчитанные месяцы, сначала новые.",
    "All versions of its terms, newest first; the tariff itself shows the latest.": (
        "Все версии его условий, сначала новые; сам тариф показывает последнюю."
    ),
    "One version of what a tariff costs and includes. It never changes.": (
        "Одна версия того, сколько стоит тариф и что в него входит. Не меняется."
    ),
    "The tariff whose terms they are.": "Тариф, чьи это условия.",
    "Counts the tariff's terms, from 1; the highest are the latest.": (
        "Номер версии условий тарифа, с 1; наибольший у последней."
    ),
    "How many contracts have these terms, in any state.": "Сколько договоров с этими условиями, в любом состоянии.",
    "When the terms were made.": "Когда условия созданы.",
    "By the time at which they were made.": "По времени создания.",
    "A settled month of a contract: charged, part of the sale, or waived.": (
        "Рассчитанный месяц договора: оплаченный, входящий в продажу или прощённый."
    ),
    "Whose month it is.": "Договор, чей это месяц.",
    "Its first day; no two of a contract share one.": "Первый день; у месяцев договора они разные.",
    "Its last day.": "Последний день.",
    "The terms of that month.": "Условия этого месяца.",
    "What was charged for it.": "Сколько за него списано.",
    "How it was settled.": "Как он рассчитан.",
    "The charge, if there was one.": "Списание, если оно было.",
    "Why it was waived.": "Почему он прощён.",
    "When it was settled.": "Когда он рассчитан.",
    "Months that were settled in this way.": "Месяцы, рассчитанные так.",
    "By the time of settling.": "По времени расчёта.",
    "Change a tariff. Its type is fixed once it has contracts.\n\nA new fee, allowance or price of overage makes new "
    "terms: drafts get them, contracts that are served keep their own.": (
        "Изменить тариф. Тип нельзя изменить, как только по тарифу есть договоры.\n\nНовая плата, новый пакет или цена "
        "сверх пакета создают новые условия: их получают черновики, а действующие договоры сохраняют свои."
    ),
}
