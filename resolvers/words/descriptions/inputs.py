"""Fields of what is sent."""

INPUTS: dict[str, str] = {
    # logging in, users
    "Name of the user.": "Имя пользователя.",
    "The user's password.": "Пароль пользователя.",
    "The session's latest refresh token.": "Последний refresh-токен сессии.",
    "Name to log in with. Unique.": "Имя для входа. Уникально.",
    "8 characters or more. A person needs one, a service has none. It can be set, but never read.": (
        "Не менее 8 символов. Человеку он нужен, у программы его нет. Пароль можно задать, но нельзя прочитать."
    ),
    "Email address.": "Адрес email.",
    "Phone number; any usual spelling is kept as E.164.": (
        "Номер телефона; обычная запись приводится к формату E.164."
    ),
    "Whether the user may log in; turned off, all sessions end.": (
        "Разрешён ли вход; при отключении все сессии завершаются."
    ),
    "The password until now.": "Нынешний пароль.",
    "The password from now on: 8 characters or more.": "Новый пароль: не менее 8 символов.",
    # customers
    "Given name.": "Имя.",
    "Family name.": "Фамилия.",
    "Day of birth.": "Дата рождения.",
    "Contact number; any usual spelling is kept as E.164. Unique.": (
        "Контактный номер; обычная запись приводится к формату E.164. Уникален."
    ),
    "Email address. Unique, whatever the case of its letters.": "Адрес email. Уникален без учёта регистра букв.",
    "Kind of identity document.": "Вид документа, удостоверяющего личность.",
    "Number of the document. Unique within its kind.": "Номер документа. Уникален среди документов этого вида.",
    "Day on which the document was issued.": "Дата выдачи документа.",
    "Taxpayer number (ИНН).": "ИНН.",
    "Postal address.": "Почтовый адрес.",
    "Person or organization.": "Физическое лицо или организация.",
    "What an organization is called.": "Название организации.",
    "Notes of the staff.": "Заметки сотрудников.",
    # SIMs
    "Number of the card itself, 19 or 20 digits. Unique.": "Номер самой карты (ICCID), 19 или 20 цифр. Уникален.",
    "Number of the subscriber in the network, 15 digits. Unique.": "Номер абонента в сети (IMSI), 15 цифр. Уникален.",
    "Phone number; any usual spelling is kept as E.164. Unique among SIMs not closed.": (
        "Номер телефона; обычная запись приводится к формату E.164. Уникален среди незакрытых SIM-карт."
    ),
    "Code that unlocks the card, 8 digits.": "Код разблокировки карты (PUK), 8 цифр.",
    "The contract that gets the SIM.": "Договор, к которому привязывают SIM-карту.",
    # tariffs
    "Name of the tariff. Unique.": "Название тарифа. Уникально.",
    "Paid beforehand or afterwards; fixed once it has contracts.": (
        "Предоплата или постоплата; нельзя изменить, как только по тарифу есть договоры."
    ),
    "Fee for a month.": "Плата за месяц.",
    "Gigabytes of data in the fee; 0 is unlimited.": "Гигабайты трафика, входящие в плату; 0 — без ограничений.",
    "Price of a minute beyond those included.": "Цена минуты сверх включённых.",
    "Price of a message beyond those included.": "Цена сообщения сверх включённых.",
    "Price of a gigabyte beyond those included.": "Цена гигабайта сверх включённых.",
    "Anything else about the tariff: a JSON object of at most 16 KiB, 8 levels deep.": (
        "Прочие сведения о тарифе: объект JSON не более 16 КиБ и 8 уровней вложенности."
    ),
    # contracts
    "Whose contract it is; fixed once it is activated.": (
        "Клиент, с которым заключён договор; после активации изменить нельзя."
    ),
    "What it costs and includes; an active tariff.": "Тариф договора; должен действовать.",
    "How far below zero a postpaid balance may go; zero on a prepaid tariff.": (
        "Насколько баланс может опуститься ниже нуля на постоплатном тарифе; на предоплатном ноль."
    ),
    "A free SIM.": "Свободная SIM-карта.",
    "How much, greater than zero.": "Сумма, больше нуля.",
    "What it is for; kept with the payment.": "Назначение; сохраняется в платеже.",
    # payments
    "Whose account it is for; fixed once it has posted.": (
        "Договор, по которому проходит платёж; после проведения изменить нельзя."
    ),
    "A payment adds, a charge takes, a correction does either; a refund is not made by hand. Fixed.": (
        "Пополнение увеличивает баланс, списание уменьшает, корректировка — то или другое; "
        "возврат вручную не создают. Изменить нельзя."
    ),
    "How much, greater than zero; a correction's may be negative. Fixed once it has posted.": (
        "Сумма, больше нуля; у корректировки может быть отрицательной. После проведения изменить нельзя."
    ),
    "How the money moves.": "Способ платежа.",
    "Unique reference; one is generated where it is left out.": (
        "Уникальный номер операции; если не указан, создаётся сам."
    ),
    "What it is for.": "Назначение.",
    "What another system calls the contract; unique.": "Как договор называет другая система; уникально.",
    "The payment provider that took the money.": "Платёжная система, которая приняла деньги.",
    "What the provider calls the payment; unique among those of one provider.": (
        "Номер платежа у платёжной системы; уникален среди её платежей."
    ),
    "How much of what is left to give back, greater than zero.": "Сколько вернуть из остатка, больше нуля.",
    "Why; it goes into the history.": "Причина; записывается в историю.",
    # tickets
    "Which of the customer's contracts it is about, if one.": (
        "К какому из договоров клиента относится тикет, если относится."
    ),
    "What the customer says.": "Описание со слов клиента.",
    "What kind of trouble.": "Категория проблемы.",
    "The member of staff who will work on it; must be active.": (
        "Сотрудник, который займётся тикетом; должен быть действующим."
    ),
    "What was done about it.": "Что сделано для решения.",
    "Why, for the history.": "Причина, для истории.",
}
