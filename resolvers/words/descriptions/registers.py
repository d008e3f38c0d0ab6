"""What is said of payment providers and their registers."""

REGISTERS: dict[str, str] = {
    "A row of a register, or a payment of ours that none of its rows is about.": (
        "Строка реестра или наш платёж, о котором нет ни одной строки."
    ),
    "All registers, page by page.": "Все реестры, постранично.",
    "By field the heading of its column in a register.": "Заголовок столбца реестра для каждого поля.",
    "By the time at which it was read.": "По времени, когда строка прочитана.",
    "By the time at which it was settled by hand.": "По времени, когда строка урегулирована вручную.",
    "By the time at which it was taken.": "По времени, когда платёж принят.",
    "Change a payment provider; registers that come from now on are read so.": (
        "Изменить платёжную систему; следующие реестры читаются уже так."
    ),
    "Every change of the provider, newest first.": "Все изменения платёжной системы, новые первыми.",
    "Forget a payment provider; its payments and registers stay.": (
        "Удалить платёжную систему; её платежи и реестры остаются."
    ),
    "How far a register is, and what it comes to.": "Ход сверки реестра и её итог.",
    "How much, as the provider says; ours, if it is ours alone.": (
        "Сумма по словам платёжной системы; наша, если платёж есть только у нас."
    ),
    "Id of the register.": "Id реестра.",
    "In which its times are written.": "В каком часовом поясе записано её время.",
    "Its row in the file; null where it is ours alone.": "Номер строки в файле; null, если платёж есть только у нас.",
    "Lay a payment provider's register beside our payments, row by row, in the background.": (
        "Сверить реестр платёжной системы с нашими платежами, строка за строкой, в фоне."
    ),
    "Make a payment provider known, with the headings of its registers.": (
        "Добавить платёжную систему и заголовки её реестров."
    ),
    "Our payment: the one it was laid beside, or that was made of it.": (
        "Наш платёж: с которым строка сверена или который по ней создан."
    ),
    "Post, in the background, whatever is only theirs: a payment each, and never a second one.": (
        "Провести в фоне то, что есть только у них: по платежу на строку, и никогда дважды."
    ),
    "Providers whose accounts are of this kind.": "Платёжные системы с таким видом счёта.",
    "Registers of payment providers, laid beside our payments.": "Реестры платёжных систем, сверенные с платежами.",
    "Rows of this register.": "Строки этого реестра.",
    "Rows of this verdict.": "Строки с таким итогом сверки.",
    "Rows with this number of the provider's.": "Строки с этим номером у платёжной системы.",
    "Settle a row by hand: whatever was wrong with it has been seen to. Matched ones need nothing.": (
        "Урегулировать строку вручную: что бы с ней ни было не так, с этим разобрались. Совпавшим это не нужно."
    ),
    "Somebody who takes payments for us, and how its registers are written.": (
        "Кто принимает платежи для нас и как записаны его реестры."
    ),
    "The contract that the account is.": "Договор, которому принадлежит счёт.",
    "The first day that it is about.": "Первый день, о котором реестр.",
    "The headings of its registers, by field: `external_id`, `account`, `amount`, `taken_at`.": (
        "Заголовки её реестров по полям: `external_id`, `account`, `amount`, `taken_at`."
    ),
    "The last day that it is about.": "Последний день, о котором реестр.",
    "The provider of exactly this name.": "Платёжная система с точно таким названием.",
    "The register's job.": "Задание, которое сверяет реестр.",
    "The rows of a register, beside our payments.": "Строки реестра рядом с нашими платежами.",
    "What came of laying it beside our payments.": "Итог сверки с нашими платежами.",
    "What is wrong with it, or differs.": "Что с ней не так или что отличается.",
    "What it is called, in payments too. Unique.": "Название, и в платежах тоже. Уникальное.",
    "What it is called; no two share a name.": "Название; у каждой своё.",
    "What its accounts are.": "Что записано у неё как счёт.",
    "What the provider calls the payment.": "Номер платежа у платёжной системы.",
    "When anything about it last changed.": "Когда данные последний раз изменились.",
    "When it was read.": "Когда строка прочитана.",
    "When it was settled by hand.": "Когда строка урегулирована вручную.",
    "When it was taken.": "Когда платёж принят.",
    "Whether its accounts are phone numbers or numbers of contracts.": "Счёт — номер телефона или номер договора.",
    "Who settled it.": "Кто урегулировал.",
    "Whom the payer named.": "Кого назвал плательщик.",
    "Whose register it is.": "Чей это реестр.",
    "Why it needs nothing more; kept with the row.": "Почему больше ничего не нужно; хранится со строкой.",
    "Why it was settled by hand.": "На каком основании урегулирована.",
}
