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
    # what is done
    "Give the tariff's latest terms to its contracts with older ones, each at its first billing date from a day "
    "on.\n\nIt "
    "is done in the background. Contracts with a scheduled change of tariff are left out.": (
        "Перевести договоры тарифа со старыми условиями на последние, каждый с первой даты списания не раньше "
        "указанного "
        "дня.\n\nВыполняется в фоне. Договоры с назначенной сменой тарифа пропускаются."
    ),
    "Settle the months of a contract that are due, as a billing run does; where nothing is due, nothing "
    "changes.\n\nOne "
    "that cannot pay is suspended, once its days of grace are over.": (
        "Рассчитать наступившие месяцы договора, как это делает общее начисление; если ничего не наступило, ничего не "
        "меняется.\n\nДоговор, которому нечем платить, приостанавливается, когда закончатся льготные дни."
    ),
    "Let a prepaid balance go below zero for some days, because a payment is promised; one promise at a time.\n\nA "
    "contract that is suspended for lack of money resumes, if that suffices.": (
        "Разрешить предоплатному балансу на несколько дней опуститься ниже нуля под обещанный платёж; "
        "одновременно только "
        "один.\n\nДоговор, приостановленный из-за нехватки средств, возобновляется, если этого достаточно."
    ),
    "Do not suspend a contract for lack of money before a day, at most 30 days ahead.": (
        "Не приостанавливать договор из-за нехватки средств до указанного дня, не дальше 30 дней вперёд."
    ),
    "Settle the month at the next billing date for nothing, due or not yet, after what is scheduled for "
    "it.\n\nA contract "
    "that is suspended for lack of money resumes by it.": (
        "Не брать плату за месяц, начинающийся в дату следующего списания, наступил он или нет; назначенное на него "
        "выполняется.\n\nДоговор, приостановленный из-за нехватки средств, этим возобновляется."
    ),
    "Give a contract another tariff: now, with its next month, or with the first month on or after a day.\n\n"
    "Now, the unused days of a charged month come back and the new fee is charged, or nothing happens.\n"
    "A change that is to wait is kept on the contract; a second one replaces it.": (
        "Сменить тариф договора: сразу, со следующего месяца или с первого месяца не раньше указанного дня.\n\nСразу: "
        "плата за неиспользованные дни возвращается, новая плата списывается, или ничего не происходит. "
        "Отложенная смена "
        "хранится в договоре; вторая заменяет первую."
    ),
    "Call a scheduled change of tariff off.": "Отменить назначенную смену тарифа.",
    "How contracts are billed.": "Как начисляется абонентская плата.",
    "Change how contracts are billed; what is not mentioned stays as it is.": (
        "Изменить порядок начисления; что не указано, остаётся прежним."
    ),
    "Bill every contract that is due, in the background: the job tells how far it is, and what has come out.": (
        "Рассчитать в фоне все договоры, у которых наступил срок: задание показывает ход работы и её итог."
    ),
    # the policy
    "How contracts are billed: one policy for all of them.": "Порядок начисления: один для всех договоров.",
    "Months that begin before this day are not charged; null: billing is off.": (
        "Месяцы, начавшиеся до этого дня, не оплачиваются; null — начисление выключено."
    ),
    "Months that begin before this day are not charged; null is off.": (
        "Месяцы, начавшиеся до этого дня, не оплачиваются; null выключает начисление."
    ),
    "Time of day at which a worker bills everybody; null: by hand only.": (
        "Время суток, когда обработчик рассчитывает всех; null — только вручную."
    ),
    "Time of day, as `03:30`, at which a worker bills everybody; null is by hand only.": (
        "Время суток, например `03:30`, когда обработчик рассчитывает всех; null — только по запросу."
    ),
    "What becomes of the month of the activation.": "Что происходит с месяцем активации.",
    "What comes back when a contract is terminated.": "Что возвращается при закрытии договора.",
    "How much may be promised at most.": "Наибольшая сумма обещанного платежа.",
    "For how many days a promise may be made at most.": "Наибольший срок обещанного платежа в днях.",
    "What holds for contracts on prepaid tariffs.": "Правила для договоров с предоплатой.",
    "What holds for contracts on postpaid tariffs.": "Правила для договоров с постоплатой.",
    "When the policy was made.": "Когда порядок создан.",
    "When the policy last changed.": "Когда порядок последний раз изменился.",
    "Every change of the policy, newest first.": "Все изменения порядка, сначала новые.",
    "What the billing policy says of contracts on one type of tariff.": "Правила для договоров одного типа тарифов.",
    "How many days before a month to remind whoever cannot pay it.": (
        "За сколько дней до месяца напоминать тем, кому нечем за него платить."
    ),
    "How many days a contract goes on with its month unpaid.": (
        "Сколько дней договор действует с неоплаченным месяцем."
    ),
    "From which day months count after money has come.": "От какого дня считаются месяцы после поступления денег.",
    "How many days after a suspension for lack of money the contract ends; never, if null.": (
        "Через сколько дней после приостановки из-за нехватки средств договор закрывается; null — никогда."
    ),
    # what is sent
    "The first billing date on or after this day has the new terms.": (
        "Новые условия действуют с первой даты списания не раньше этого дня."
    ),
    "How far below zero the balance may go until it comes.": (
        "Насколько баланс может опуститься ниже нуля до его поступления."
    ),
    "For how many days from today on.": "На сколько дней, считая от сегодняшнего.",
    "The first day on which it may be suspended; at most 30 days ahead.": (
        "Первый день, когда его можно приостановить; не дальше 30 дней вперёд."
    ),
    "Why the month is not charged; kept with it.": "Почему месяц не оплачивается; хранится вместе с ним.",
    "An active tariff.": "Действующий тариф.",
    "`now`, `next_month`, or a day after today, such as `2026-03-31`.": (
        "`now` (сразу), `next_month` (со следующего месяца) или день после сегодняшнего, например `2026-03-31`."
    ),
    "The day up to which months are settled; not after today.": (
        "День, по который рассчитываются месяцы; не позже сегодняшнего."
    ),
    "Work it all out, and change nothing; any day then.": "Всё рассчитать, ничего не меняя; тогда день любой.",
}
