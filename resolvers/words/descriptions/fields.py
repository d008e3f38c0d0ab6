"""What entities are, and their fields, as answers show them."""

FIELDS: dict[str, str] = {
    "The number in the global id; the `id` in REST.": "Число из глобального id; в REST это `id`.",
    "The same in a word for people, in the language of the answer.": "То же словом для людей, на языке ответа.",
    # customers
    "A person or an organization that contracts are made with.": "Человек или организация, с кем заключают договоры.",
    "Given name; of an organization, its representative's.": "Имя; у организации — имя представителя.",
    "Family name; of an organization, its representative's.": "Фамилия; у организации — фамилия представителя.",
    "Patronymic, if there is one.": "Отчество, если есть.",
    "Last, first and middle name.": "Фамилия, имя и отчество.",
    "Last name and initials: `Асанов Б. К.`": "Фамилия и инициалы: `Асанов Б. К.`",
    "Day of birth, if known.": "Дата рождения, если известна.",
    "Contact number in E.164; no two customers share one.": "Контактный номер в формате E.164; у каждого клиента свой.",
    "Email address; no two customers share one.": "Адрес email; у каждого клиента свой.",
    "Kind of the identity document.": "Вид документа, удостоверяющего личность.",
    "Number of the document, unique within its kind.": "Номер документа, уникальный среди документов этого вида.",
    "Authority that issued the document.": "Кем выдан документ.",
    "Day of issue of the document.": "Дата выдачи документа.",
    "Taxpayer number (ИНН), as written in the documents.": "ИНН, как он записан в документах.",
    "Postal address, as the customer gave it.": "Почтовый адрес, как его указал клиент.",
    "Whether it is a person or an organization.": "Физическое лицо или организация.",
    "Name of the organization, under which contracts and tickets show it.": (
        "Название организации, под которым её показывают договоры и тикеты."
    ),
    "What the staff noted about the customer.": "Заметки сотрудников о клиенте.",
    "Whether the customer is served.": "Состояние клиента: обслуживается ли он.",
    "How many contracts, in any state.": "Сколько договоров, в любом состоянии.",
    "How many tickets, in any state.": "Сколько тикетов, в любом состоянии.",
    "When the customer was registered.": "Когда клиент зарегистрирован.",
    "When anything about the customer last changed.": "Когда данные клиента последний раз изменились.",
    # SIMs
    "A SIM card: in stock, or bound to one contract.": "SIM-карта: на складе или привязана к одному договору.",
    "Number of the card itself, 19 or 20 digits.": "Номер самой карты (ICCID), 19 или 20 цифр.",
    "Number of the subscriber in the network, 15 digits.": "Номер абонента в сети (IMSI), 15 цифр.",
    "Phone number in E.164, unique among SIMs that are not closed.": (
        "Номер телефона в формате E.164, уникальный среди незакрытых SIM-карт."
    ),
    "Code that unlocks the card; null for employees, whatever it is.": (
        "Код разблокировки карты (PUK); пользователям с ролью «Сотрудник» всегда null."
    ),
    "What the SIM can be used for at the moment.": "Нынешнее состояние SIM-карты.",
    "The contract that the SIM is bound to, if any.": "Договор, к которому привязана SIM-карта, если привязана.",
    "Number of the contract it is bound to, if any.": "Номер договора, к которому она привязана, если привязана.",
    "Name of that contract's customer, if any.": "Имя клиента этого договора, если карта привязана.",
    "When it was last bound to a contract.": "Когда её последний раз привязали к договору.",
    "When it last left a contract; null while it is bound.": (
        "Когда её последний раз отвязали от договора; null, пока она привязана."
    ),
    "When the SIM was registered.": "Когда SIM-карта зарегистрирована.",
    "When anything about the SIM last changed.": "Когда данные SIM-карты последний раз изменились.",
    # tariffs
    "What a contract costs and includes.": "Сколько стоит договор и что в него входит.",
    "What customers know it by; no two tariffs share a name.": "Название для клиентов; у каждого тарифа своё.",
    "What customers are told about it.": "Описание для клиентов.",
    "Whether its contracts pay before or afterwards.": "Предоплата или постоплата по договорам с этим тарифом.",
    "Fee for a month, in the operator's currency.": "Плата за месяц в валюте оператора.",
    "Minutes of calls in the fee; 0 is unlimited.": "Минуты звонков, входящие в плату; 0 — без ограничений.",
    "Messages in the fee; 0 is unlimited.": "Сообщения, входящие в плату; 0 — без ограничений.",
    "Gigabytes in the fee; 0 is unlimited.": "Гигабайты, входящие в плату; 0 — без ограничений.",
    "Price of a minute beyond those.": "Цена минуты сверх включённых.",
    "Price of a message beyond those.": "Цена сообщения сверх включённых.",
    "Price of a gigabyte beyond those.": "Цена гигабайта сверх включённых.",
    "Anything else about the tariff, as a JSON object.": "Прочие сведения о тарифе: объект JSON.",
    "Place in lists: the higher, the earlier.": "Место в списках: чем больше, тем раньше.",
    "Whether it takes new contracts.": "Принимает ли тариф новые договоры.",
    "How many active contracts are on it.": "Сколько активных договоров с этим тарифом.",
    "When the tariff was made.": "Когда тариф создан.",
    "When anything about the tariff last changed.": "Когда данные тарифа последний раз изменились.",
    # contracts
    "A customer on a tariff, with a balance and at most one SIM.": (
        "Клиент на тарифе, с балансом и не более чем одной SIM-картой."
    ),
    "Number that people use: year and id, as in `CTR-2026-000001`.": (
        "Номер для людей: год и id, например `CTR-2026-000001`."
    ),
    "Where the contract is in its life.": "Состояние договора.",
    "Why it is suspended; null in any other state.": "Почему договор приостановлен; в других состояниях null.",
    "Whose contract it is.": "Клиент, с которым заключён договор.",
    "Name of the customer: an organization's, or a full name.": "Имя клиента: название организации или полное имя.",
    "What the contract costs and includes.": "Тариф: сколько стоит договор и что в него входит.",
    "What customers know the contract's tariff by.": "Название тарифа для клиентов.",
    "The SIM that is bound to it, if any.": "Привязанная SIM-карта, если есть.",
    "Money on the account: the sum of all ledger entries.": "Баланс: сумма всех проводок.",
    "How far below zero the balance may go; zero on a prepaid tariff.": (
        "Насколько баланс может опуститься ниже нуля; на предоплатном тарифе ноль."
    ),
    "Day on which it was signed.": "Дата подписания.",
    "Day on which service began.": "Дата начала обслуживания.",
    "Day on which it ended.": "Дата закрытия.",
    "Day of the next monthly fee; null before activation and after the end.": (
        "Дата следующей платы за месяц; null до активации и после закрытия."
    ),
    "What the staff noted about the contract.": "Заметки сотрудников о договоре.",
    "What another system calls the contract; no two share one.": (
        "Как договор называет другая система; у каждого договора своё."
    ),
    "The payment provider that took the money, if one did.": (
        "Платёжная система, которая приняла деньги, если это была она."
    ),
    "How many payments, in any state.": "Сколько платежей, в любом состоянии.",
    "When the contract was drawn up.": "Когда договор составлен.",
    "When anything about the contract last changed.": "Когда данные договора последний раз изменились.",
    # payments
    "Money that is to move on a contract's account, or has moved.": (
        "Движение денег по договору, предстоящее или совершённое."
    ),
    "Whose account it is for.": "Договор, по которому проходит платёж.",
    "Number of the contract it is for.": "Номер этого договора.",
    "Name of the contract's customer.": "Имя клиента этого договора.",
    "Which way the money goes.": "Тип платежа: в какую сторону идут деньги.",
    "How much, greater than zero whichever way it goes; a correction's may be negative.": (
        "Сумма, больше нуля в обе стороны; у корректировки может быть отрицательной."
    ),
    "How the money was moved.": "Способ платежа.",
    "Unique reference, the payer's or `TXN-` generated.": (
        "Уникальный номер операции: от плательщика или созданный, вида `TXN-…`."
    ),
    "What the payment is for.": "Назначение платежа.",
    "Where the payment is on its way into the ledger.": "Состояние платежа на пути к проводке.",
    "How much of it has been given back by refunds; `0.00` of all that was not.": (
        "Сколько из него возвращено; `0.00`, если ничего."
    ),
    "Balance of the contract right after posting; null until posted.": (
        "Баланс договора сразу после проведения; до проведения null."
    ),
    "When the payment was made.": "Когда сделан платёж.",
    "When it was posted; null until then.": "Когда платёж проведён; до того null.",
    "Who posted it; null until then.": "Кто провёл платёж; до того null.",
    "When the payment was registered.": "Когда платёж зарегистрирован.",
    "When anything about the payment last changed.": "Когда данные платежа последний раз изменились.",
}
