"""What calls, lists and filters do, and what refusals mean."""

CALLS: dict[str, str] = {
    # logging in
    "Whatever is found by what somebody says of it, best first.": (
        "Всё, что находится по сказанному: лучшие совпадения первыми."
    ),
    "What is known: a number or its last digits, a document, a contract, a name, in any spelling.": (
        "Что известно: номер или его последние цифры, документ, договор, имя — в любом написании."
    ),
    "What to search over, separated by commas: customer, contract, sim, payment, ticket; all unless given.": (
        "Где искать, через запятую: customer, contract, sim, payment, ticket; если не указано — везде."
    ),
    "What of it was found, as it is kept.": "Что именно найдено, в том виде, в каком хранится.",
    "Log in: a username and a password for two tokens.": "Вход: имя пользователя и пароль в обмен на два токена.",
    "Exchange a refresh token, good once, for two new tokens.": (
        "Обменять одноразовый refresh-токен на два новых токена."
    ),
    "Log out: end the session of a refresh token of one's own.": (
        "Выход: завершить сессию, которой принадлежит свой refresh-токен."
    ),
    "Logging in, staying logged in, logging out.": "Вход, продление сессии и выход.",
    # dry runs
    "Do it, answer what would come of it, and undo it: 200, whatever it is else.": (
        "Выполнить, ответить, что из этого получилось бы, и отменить: 200, каким бы ни был обычный ответ."
    ),
    "`dry-run`: the same as `dry_run=true`.": "`dry-run`: то же, что `dry_run=true`.",
    "A dry run: what would come of it.": "Пробное выполнение: что из этого получилось бы.",
    "What would be told, for people.": "Что было бы сказано, для людей.",
    "The entity as it would be; null where it would be deleted.": (
        "Запись, какой она стала бы; null, если она была бы удалена."
    ),
    "Every entity that would be changed, in the order of history.": (
        "Все записи, которые изменились бы, в порядке истории."
    ),
    # the state that a caller knows
    "The entity is not as the caller expects it; `changes` tell what has become of it since.": (
        "Запись не такая, какой её ожидает вызывающий; `changes` говорит, что с ней с тех пор произошло."
    ),
    "The `ETag` of the entity as it was read: if it is another by now, nothing is done (412).": (
        "`ETag` записи, какой её прочитали: если она уже другая, ничего не выполняется (412)."
    ),
    "The `ETag` of the answer that is there already: if it is still the same, 304 without a body.": (
        "`ETag` ответа, который уже есть: если он всё тот же, 304 без тела."
    ),
    "The state of the entity as this caller reads it, for `If-Match` and `If-None-Match`.": (
        "Состояние записи, каким его видит вызывающий, для `If-Match` и `If-None-Match`."
    ),
    "It is still the same.": "Ничего не изменилось.",
    "What has become of the entity since it was read, the last 100 changes.": (
        "Что произошло с записью с тех пор, как её прочитали: последние 100 изменений."
    ),
    "What can be done with it, and what may be now.": "Что с этим можно делать вообще и что разрешено сейчас.",
    "The reason for people, in the language of the request.": "Причина для людей, на языке запроса.",
    "Whether the caller may do it now, as far as no argument decides.": (
        "Разрешено ли это вызывающему сейчас, насколько это не решают параметры."
    ),
    # what all have
    "Done.": "Выполнено.",
    "All of them, page by page.": "Весь список, постранично.",
    "All rows at once, as a file of this kind; goes before `Accept`. Without it, a page as JSON.": (
        "Все строки сразу, файлом этого вида; важнее, чем `Accept`. Без него — страница в JSON."
    ),
    "The columns of a file, by comma; all, unless given.": "Столбцы файла через запятую; без него — все.",
    "`words`: headings in the language of `Accept-Language`, and no text that a spreadsheet would run.": (
        "`words`: заголовки на языке `Accept-Language`, и ни одного текста, который таблица приняла бы за формулу."
    ),
    "What stands between the cells of a CSV.": "Чем разделены ячейки CSV.",
    "`1`: a CSV begins with a byte order mark.": "`1`: CSV начинается с метки порядка байтов.",
    "One of them.": "Одна запись по её id.",
    "One search over everything.": "Один поиск по всему.",
    "Monthly fees: the policy, and the runs that settle what is due.": (
        "Абонентская плата: правила и расчёты, которые списывают то, что подошло к сроку."
    ),
    "Figures, exact at the moment of asking.": "Статистика, точная на момент запроса.",
    "Who may:": "Кому доступно:",
    "Possible in the states:": "Возможно в состояниях:",
    "Unless given:": "По умолчанию:",
    "`true` for the answer of an earlier call with the same key.": (
        "`true`, если это ответ прежнего вызова с тем же ключом."
    ),
    "From this moment on; a bare date is that day's beginning.": (
        "Начиная с этого момента; дата без времени означает начало дня."
    ),
    "Up to this moment; a bare date is that day's end.": (
        "По этот момент включительно; дата без времени означает конец дня."
    ),
    "Fields to order by, separated by commas, `-` before one for descending:": (
        "Поля сортировки через запятую; `-` перед полем означает порядок по убыванию. Поля:"
    ),
    "Customers, SIM cards, tariffs, contracts, payments and support tickets of a mobile operator. "
    "Money is exact: amounts are answered as strings with two places, and taken as numbers or strings. "
    "Unknown parameters and fields are ignored. A path works without its trailing slash too.": (
        "Клиенты, SIM-карты, тарифы, договоры, платежи и тикеты поддержки мобильного оператора. "
        "Деньги считаются точно: суммы в ответах — строки с двумя знаками после точки, в запросах — числа или строки. "
        "Неизвестные параметры и поля не учитываются. Путь работает и без косой черты в конце."
    ),
    # customers
    "Register a customer; a new one is active.": "Зарегистрировать клиента; новый клиент активен.",
    "Change a customer's data. A rename is found by its new words in contracts and tickets at once.": (
        "Изменить данные клиента. После переименования договоры и тикеты сразу находятся по новому имени."
    ),
    "Delete a customer who has neither contracts nor tickets; the history stays readable.": (
        "Удалить клиента, у которого нет ни договоров, ни тикетов; его история остаётся доступной."
    ),
    "Serve a customer again: contracts that were suspended because of the customer resume, with their SIMs.": (
        "Снова обслуживать клиента: договоры, приостановленные из-за клиента, возобновляются вместе с SIM-картами."
    ),
    "Stop serving a customer for a while: active contracts and their SIMs are suspended.": (
        "Приостановить обслуживание клиента: активные договоры и их SIM-карты приостанавливаются."
    ),
    "Bar a customer: active contracts and their SIMs are suspended, and no contract can be made.": (
        "Заблокировать клиента: активные договоры и их SIM-карты приостанавливаются, новых договоров заключить нельзя."
    ),
    "The customer's contracts, in any state.": "Договоры клиента в любом состоянии.",
    "The customer's support tickets, in any state.": "Тикеты клиента в любом состоянии.",
    "Every change of the customer, newest first.": "Все изменения клиента, сначала новые.",
    "Customers in this state.": "Клиенты в этом состоянии.",
    "Customers with this kind of document.": "Клиенты с документом этого вида.",
    "By the time of registration.": "По времени регистрации.",
    # SIMs
    "Register a SIM; a new one is free.": "Зарегистрировать SIM-карту; новая карта свободна.",
    "Change a SIM's numbers or PUK code.": "Изменить номера или PUK-код SIM-карты.",
    "Delete a free or closed SIM; its history stays readable.": (
        "Удалить свободную или закрытую SIM-карту; её история остаётся доступной."
    ),
    "Put a free SIM into a contract. A draft contract is activated by it; under a suspended one the SIM is suspended."
    "\n\nA terminated contract, or one that has a SIM, refuses; so does a draft whose customer is not active.": (
        "Привязать свободную SIM-карту к договору. Черновик договора при этом активируется; "
        "у приостановленного договора карта приостанавливается."
        "\n\nОтказ, если договор закрыт, у него уже есть SIM-карта или это черновик, клиент которого не активен."
    ),
    "Take a SIM out of its contract, which goes on without one: it is free again, but a blocked one stays blocked.": (
        "Отвязать SIM-карту от договора, который остаётся без неё. Карта снова свободна, "
        "но заблокированная остаётся заблокированной."
    ),
    "Bar a SIM; it stays in its contract, if it is in one.": (
        "Заблокировать SIM-карту; если она привязана к договору, то остаётся привязанной."
    ),
    "Lift a SIM's bar: it is free, active or suspended, as its contract implies.": (
        "Снять блокировку SIM-карты: она становится свободной, активной или приостановленной в зависимости от договора."
    ),
    "Every change of the SIM, newest first.": "Все изменения SIM-карты, сначала новые.",
    "SIMs that a contract can get.": "SIM-карты, которые можно привязать к договору.",
    "SIMs in this state.": "SIM-карты в этом состоянии.",
    "The SIM of this contract.": "SIM-карта этого договора.",
    # tariffs
    "Make a tariff; a new one is active, and so takes contracts at once.": (
        "Создать тариф; новый тариф действует и сразу принимает договоры."
    ),
    "Delete a tariff that no contract was ever made on; its history stays readable.": (
        "Удалить тариф, по которому не заключено ни одного договора; его история остаётся доступной."
    ),
    "Offer a tariff to new contracts. Doing so again is no error.": (
        "Открыть тариф для новых договоров. Повторный вызов не ошибка."
    ),
    "Take a tariff out of offer: it takes no new contracts, existing ones go on. Doing so again is no error.": (
        "Закрыть тариф для новых договоров; заключённые продолжают действовать. Повторный вызов не ошибка."
    ),
    "The contracts on this tariff, in any state.": "Договоры с этим тарифом в любом состоянии.",
    "Every change of the tariff, newest first.": "Все изменения тарифа, сначала новые.",
    "Tariffs that take new contracts.": "Тарифы, которые принимают новые договоры.",
    "Tariffs that take new contracts, or do not.": "Тарифы, которые принимают новые договоры или не принимают.",
    "Prepaid or postpaid tariffs.": "Предоплатные или постоплатные тарифы.",
    "By the time at which it was made.": "По времени создания.",
}
