"""What calls and lists of contracts, payments, tickets and users do."""

WORK: dict[str, str] = {
    # numbers and bindings
    "Phone numbers: whose they were.": "Номера телефонов: чьи они были.",
    "Name of that contract's customer.": "Имя клиента этого договора.",
    "Write off a worn out or lost SIM that is in no contract, for good: nothing leads out of this state.\n\n"
    "Its number can be given again, once it has rested for as long as the operator says.": (
        "Списать изношенную или утерянную SIM-карту, которая не в договоре, навсегда: обратного пути нет.\n\n"
        "Номер можно выдать снова, когда пройдёт заданный оператором срок."
    ),
    "Give a contract another card for its SIM: a free one takes over the number and the contract; the old is closed."
    "\n\nThe new SIM is active or suspended as the contract implies, whatever the old one was; its own number is given "
    "up.": (
        "Заменить SIM-карту договора: свободная карта получает номер и договор, старая закрывается.\n\n"
        "Новая карта активна или приостановлена, как следует из договора, какой бы ни была старая; "
        "её собственный номер освобождается."
    ),
    "The free SIM that takes its place.": "Свободная SIM-карта, которая её заменит.",
    "Why it is replaced, for the history.": "Почему её заменяют, для истории.",
    "Bindings of this SIM.": "Привязки этой SIM-карты.",
    "Bindings to this contract.": "Привязки к этому договору.",
    "Bindings of this phone number, however spelt.": "Привязки этого номера в любом обычном написании.",
    "By the time at which it began.": "По времени начала.",
    "By the time at which it ended.": "По времени окончания.",
    "A SIM and its number in a contract, from one moment to another.": (
        "SIM-карта и её номер в договоре с одного момента до другого."
    ),
    "The SIM; null once it is deleted.": "SIM-карта; null, если она удалена.",
    "The phone number that it had.": "Номер телефона, который у неё был.",
    "The contract that it was in.": "Договор, в котором она была.",
    "Number of that contract.": "Номер этого договора.",
    "When it began.": "Когда началась.",
    "When it ended; null while it lasts.": "Когда закончилась; null, пока длится.",
    "The contracts that it was in, and with which number, newest first.": (
        "Договоры, в которых она была, и с каким номером, сначала новые."
    ),
    "The SIMs and numbers that it had, newest first.": "SIM-карты и номера, которые у него были, сначала новые.",
    "Whose number it was, newest first.": "Чей это был номер, сначала новые.",
    "A phone number in any usual spelling.": "Номер телефона в любом обычном написании.",
    # comments
    "What is said.": "Что сказано.",
    "It is for the staff alone.": "Только для сотрудников.",
    "The customer says it, and you write it down.": "Это говорит клиент, а вы записываете.",
    "Comments that this user wrote.": "Комментарии, написанные этим пользователем.",
    "Comments for the staff alone, or all others.": "Комментарии только для сотрудников или все прочие.",
    "What the customer says, or all others.": "Сказанное клиентом или всё прочее.",
    "By the time at which it was said.": "По времени комментария.",
    "Something that was said on a ticket: by the staff, or by the customer.": (
        "Сказанное в тикете: сотрудником или клиентом."
    ),
    "The ticket on which it was said.": "Тикет, в котором это сказано.",
    "Who wrote it, for the customer or not; null for the system itself.": (
        "Кто написал, от имени клиента или нет; null — сама система."
    ),
    "Name of who wrote it; null for the system itself.": "Имя написавшего; null — сама система.",
    "What was said.": "Что сказано.",
    "Whether it is for the staff alone.": "Только ли это для сотрудников.",
    "Whether it is what the customer said.": "Сказано ли это клиентом.",
    "When it was said.": "Когда сказано.",
    "When it was last changed.": "Когда последний раз изменено.",
    "Every change of the comment, newest first.": "Все изменения комментария, сначала новые.",
    "What was said on it, oldest first.": "Что сказано в тикете, сначала старое.",
    "How much was said on it.": "Сколько в нём комментариев.",
    "By when the staff should have answered the customer, by its priority.": (
        "До какого времени сотрудники должны ответить клиенту: по приоритету."
    ),
    "When the staff first answered the customer, or resolved it; null until then.": (
        "Когда сотрудники впервые ответили клиенту или решили тикет; до этого null."
    ),
    "By the time by which it should be answered.": "По времени, до которого нужно ответить.",
    "By the time at which it was first answered.": "По времени первого ответа.",
    "Say something on a ticket, in any state: to the customer, unless it is internal, or in the customer's name.\n\n"
    "The first that the staff say to the customer is the ticket's first response. When the customer says something, a\n"
    "ticket that waits is taken up again: in progress, or new if it is assigned to nobody.": (
        "Сказать что-либо в тикете, в любом его состоянии: клиенту, если комментарий не внутренний, или от имени "
        "клиента.\n\nПервое, что сотрудники говорят клиенту, — первый ответ по тикету. Когда говорит клиент, ожидающий "
        "тикет снова берётся в работу: «в работе» или «новый», если он никому не назначен."
    ),
    "Change what one has said oneself, within 15 minutes; its history keeps what it was.": (
        "Изменить сказанное самим собой в течение 15 минут; прежний текст остаётся в истории."
    ),
    "Take back what was said on a ticket; the history stays readable.": (
        "Удалить сказанное в тикете; история остаётся доступной."
    ),
    # the account over time
    "What went on on its account from one day to another, both included.": (
        "Что происходило на его счёте с одного дня по другой включительно."
    ),
    "Its balance at a moment.": "Его баланс на момент времени.",
    "The first day; from the beginning, unless given.": "Первый день; если не указан, с самого начала.",
    "The last day, itself included; up to now, unless given.": (
        "Последний день включительно; если не указан, до настоящего времени."
    ),
    "As it was at this moment, or at this day's end; now, unless given.": (
        "Как было в этот момент или в конце этого дня; если не указано, сейчас."
    ),
    "Whose account it is.": "Чей это счёт.",
    "The first day; null: from the beginning.": "Первый день; null: с самого начала.",
    "The last day; null: up to now.": "Последний день; null: до настоящего времени.",
    "Balance as the first day began.": "Баланс на начало первого дня.",
    "Balance as the last day ended, or now, if that is still to come.": (
        "Баланс на конец последнего дня или нынешний, если он ещё не настал."
    ),
    "Sum of all that was posted to the account.": "Сумма всего, что поступило на счёт.",
    "Sum of all that was taken from it, without sign.": "Сумма всего, что с него списано, без знака.",
    "Every posting of the period, oldest first.": "Все проводки периода, сначала старые.",
    "At which moment.": "На какой момент.",
    "Its balance then.": "Баланс на этот момент.",
    "Why the money moved, as its payment says.": "Почему деньги двигались: вид операции из платежа.",
    "What it was for, as its payment says.": "За что: описание из платежа.",
    # contracts
    "Draw up a contract, a draft until it is activated. The customer may not be blocked; the tariff must be active.": (
        "Составить договор; до активации это черновик. Клиент не должен быть заблокирован, тариф должен действовать."
    ),
    "Change a contract's terms: another active tariff, and, while it is a draft, another customer."
    "\n\nMoved to a prepaid tariff, its credit limit becomes zero. "
    "No change may put its balance under the lowest allowed.": (
        "Изменить условия договора: другой действующий тариф, а у черновика и другой клиент."
        "\n\nПри переходе на предоплатный тариф кредитный лимит становится нулевым. "
        "После изменения баланс не может оказаться ниже допустимого минимума."
    ),
    "Delete a draft that has neither payments nor tickets; the history stays readable.": (
        "Удалить черновик договора, у которого нет ни платежей, ни тикетов; его история остаётся доступной."
    ),
    "Begin to serve a contract with a free SIM, which becomes active. The customer must be active.": (
        "Начать обслуживание договора со свободной SIM-картой, которая становится активной. Клиент должен быть активен."
    ),
    "Stop serving a contract for a while; its SIM is suspended too, unless it is blocked.": (
        "Приостановить договор; его SIM-карта тоже приостанавливается, если не заблокирована."
    ),
    "Serve a suspended contract again, with its SIM. One suspended because of the customer resumes with them only.": (
        "Возобновить приостановленный договор вместе с SIM-картой. "
        "Договор, приостановленный из-за клиента, возобновляется только вместе с клиентом."
    ),
    "End a contract for good; its SIM is free again, but a blocked one stays blocked.": (
        "Закрыть договор окончательно; его SIM-карта снова свободна, но заблокированная остаётся заблокированной."
    ),
    "Put money on a contract's account: a successful payment and its ledger entry. A terminated one takes it too.": (
        "Пополнить баланс договора: создаются успешный платёж и его проводка. Возможно и у закрытого договора."
    ),
    "Take money off a contract's account: a successful charge and its ledger entry."
    "\n\nA prepaid balance never goes below zero, a postpaid one not below minus the credit limit.": (
        "Списать деньги с баланса договора: создаются успешное списание и его проводка."
        "\n\nНа предоплатном тарифе баланс не опускается ниже нуля, на постоплатном — ниже кредитного лимита со знаком "
        "минус."
    ),
    "Its payments, posted or not.": "Платежи договора, проведённые и непроведённые.",
    "Every posting to its account, newest first.": "Все проводки по договору, сначала новые.",
    "Support tickets about this contract.": "Тикеты по этому договору.",
    "Every change of the contract, newest first.": "Все изменения договора, сначала новые.",
    "Contracts in this state.": "Договоры в этом состоянии.",
    "Contracts of this customer.": "Договоры этого клиента.",
    "Contracts on this tariff.": "Договоры с этим тарифом.",
    # payments
    "Register a payment; a new one is pending, and moves no money until it is processed."
    "\n\nA correction needs the role of a supervisor; a refund is not made by hand.": (
        "Зарегистрировать платёж; новый платёж ожидает и до обработки баланс не меняет."
        "\n\nДля корректировки нужна роль супервайзера; возврат вручную не создают."
    ),
    "Change a payment's data. Its type is fixed; once it has posted, so are its amount and its contract.": (
        "Изменить данные платежа. Тип изменить нельзя; у проведённого платежа нельзя изменить также сумму и договор."
    ),
    "Delete a payment that has not posted; its history stays readable.": (
        "Удалить непроведённый платёж; его история остаётся доступной."
    ),
    "Hand a pending payment to an external provider, whose answer is awaited.": (
        "Передать ожидающий платёж внешнему провайдеру и ждать его ответа."
    ),
    "Post a payment to its contract's ledger: the balance moves by it. A terminated contract takes no charge.": (
        "Провести платёж по договору: баланс меняется на его сумму. Списание с закрытого договора невозможно."
    ),
    "Give a payment up before it has posted; no money moves.": (
        "Отменить платёж, пока он не проведён; баланс не меняется."
    ),
    "Record that a payment did not succeed; no money moves.": ("Отметить платёж как неуспешный; баланс не меняется."),
    "Give a successful payment back, all that is left of it or a part: a new refund posts that much off the balance."
    "\n\nIt is refunded when all of it has been given back. The balance may not fall below the lowest that the contract"
    "\nallows.": (
        "Вернуть успешный платёж, весь остаток или часть: новый возврат списывает эту сумму с баланса."
        "\n\nПлатёж возвращён, когда возвращён целиком. "
        "Баланс не может опуститься ниже минимума, допустимого по договору."
    ),
    "The refunds that gave this payment back.": "Возвраты этого платежа.",
    "What it posted to the contract's account.": "Проводки этого платежа по договору.",
    "Every change of the payment, newest first.": "Все изменения платежа, сначала новые.",
    "Payments that have not been decided: pending and processing.": (
        "Платежи, судьба которых не решена: ожидающие и в обработке."
    ),
    "Payments of this type.": "Платежи этого типа.",
    "Payments in this state.": "Платежи в этом состоянии.",
    "Payments made in this way.": "Платежи этим способом.",
    "Payments of this contract.": "Платежи по этому договору.",
    "By the time of posting.": "По времени проведения.",
    # tickets
    "Open a ticket for a customer, new and assigned to nobody. When it is due depends on its priority.": (
        "Открыть тикет клиента: новый, никому не назначенный. Срок решения зависит от приоритета."
    ),
    "Change a ticket. Another priority moves the due time of an open one.": (
        "Изменить тикет. Другой приоритет переносит срок решения открытого тикета."
    ),
    "Delete a ticket in any state, and what was said on it; its history stays readable.": (
        "Удалить тикет в любом состоянии вместе с комментариями; его история остаётся доступной."
    ),
    "Assign an open ticket to an active member of staff; its state stays. Employees assign to themselves only.": (
        "Назначить открытый тикет действующему сотруднику; состояние тикета не меняется. "
        "Пользователи с ролью «Сотрудник» назначают только на себя."
    ),
    "Take an open ticket from whom it is assigned to; one in progress is new again. Employees take their own only."
    "\n\nOne that is assigned to nobody stays as it is.": (
        "Снять назначение с открытого тикета; тикет в работе снова становится новым. "
        "Пользователи с ролью «Сотрудник» снимают только свои."
        "\n\nНикому не назначенный тикет остаётся как есть."
    ),
    "Start working on a ticket. One that is assigned to nobody is taken by the caller; another's stays another's.": (
        "Начать работу над тикетом. Никому не назначенный тикет берёт тот, кто вызвал действие; "
        "назначенный другому остаётся у него."
    ),
    "Put a ticket aside until the customer, or somebody else, does their part.": (
        "Отложить тикет, пока клиент или кто-то другой не сделает свою часть."
    ),
    "Say what solved the trouble. The answer tells the whole seconds from opening to now.": (
        "Указать решение проблемы. В ответе — время от открытия тикета в целых секундах."
    ),
    "Close a ticket, solved or not; the reason goes into its history.": (
        "Закрыть тикет, решённый или нет; причина записывается в историю."
    ),
    "Take a resolved or closed ticket up again: in progress if it is assigned to somebody, else new.": (
        "Переоткрыть решённый или закрытый тикет: назначенный снова в работе, неназначенный — новый."
    ),
    "Every change of the ticket, newest first.": "Все изменения тикета, сначала новые.",
    "By the time of the event.": "По времени события.",
    "Tickets assigned to the caller.": "Тикеты, назначенные вызывающему пользователю.",
    "Open tickets that are assigned to nobody.": "Открытые тикеты, никому не назначенные.",
    "Open tickets past their due time.": "Открытые тикеты, срок решения которых прошёл.",
    "Tickets in this state.": "Тикеты в этом состоянии.",
    "Tickets about this kind of trouble.": "Тикеты этой категории.",
    "Tickets of this urgency.": "Тикеты этого приоритета.",
    "Tickets of this customer.": "Тикеты этого клиента.",
    "Tickets assigned to this user.": "Тикеты, назначенные этому пользователю.",
    "By the time at which it was opened.": "По времени открытия.",
    # users
    "Make a user: an employee, unless another role is given.": (
        "Создать пользователя: с ролью «Сотрудник», если не указана другая."
    ),
    "Change a user: admins everything of everybody, others their own name and contacts."
    "\n\nA new password, or being deactivated, ends all of the user's sessions; who is deactivated is no longer "
    "assigned to\nany open ticket. The last active admin stays one.": (
        "Изменить пользователя: администраторы — все данные любого, остальные — своё имя и контакты."
        "\n\nНовый пароль или отключение завершают все сессии пользователя; с отключённого снимаются открытые тикеты. "
        "Последний действующий администратор остаётся администратором."
    ),
    "Delete a user who has left no trace: no act in the history, no posting, no payment, no ticket, no key."
    "\n\nThe last active admin cannot be deleted. Whoever has left traces can be deactivated instead.": (
        "Удалить пользователя, который не оставил следов: действий в истории, проводок, платежей, тикетов, ключей."
        "\n\nПоследнего действующего администратора удалить нельзя. Того, кто оставил следы, можно отключить."
    ),
    "Every change of the user, newest first.": "Все изменения пользователя, сначала новые.",
    "Users of this role.": "Пользователи с этой ролью.",
    "Users who may log in, or may not.": "Пользователи, которым разрешён вход или запрещён.",
    "One's own profile.": "Собственный профиль.",
    "Change one's own profile.": "Изменить собственный профиль.",
    "Change one's own password. All of the user's other sessions end.": (
        "Сменить собственный пароль. Все остальные сессии пользователя завершаются."
    ),
    "Active users, to assign tickets to.": "Действующие сотрудники, которым можно назначать тикеты.",
    # shared parameters
    "Id of the row.": "Id записи.",
    "Language of messages and of words: `ru`, unless `en` is liked better.": (
        "Язык сообщений и названий: `ru`, если не предпочтён `en`."
    ),
    "Makes a retry return the first answer: 1 to 255 printable ASCII characters, good for 24 hours.": (
        "Повторный вызов с тем же ключом вернёт первый ответ: от 1 до 255 печатных символов ASCII, действует 24 часа."
    ),
    "Number of the page, from 1.": "Номер страницы, начиная с 1.",
    "Rows to a page; more than 1000 is 1000.": "Записей на странице; больше 1000 считается за 1000.",
    "Words that each must be found in one of the search fields, whatever the case of their letters.": (
        "Слова, каждое из которых должно найтись в одном из полей поиска; регистр букв не важен."
    ),
    # refusals
    "The idempotency key was used before with other arguments.": (
        "Ключ идемпотентности уже использован с другими данными."
    ),
    "The balance would fall below the lowest that the contract allows.": (
        "Баланс опустился бы ниже минимума, допустимого по договору."
    ),
    "Not possible in the present state of the entity, or of a neighbour that it needs.": (
        "Недопустимо в нынешнем состоянии записи или связанной с ней."
    ),
    "The request's body cannot be read.": "Тело запроса не удаётся прочитать.",
    "A value is malformed, out of range, already taken, or contradicts another.": (
        "Значение записано неверно, выходит за пределы, уже занято или противоречит другому."
    ),
    "Wrong username or password, or a user who is not active.": (
        "Неверное имя пользователя или пароль, либо пользователь отключён."
    ),
    "No access token was sent.": "Access-токен не передан.",
    "The token is malformed, expired or of an ended session; the key is wrong, ended, or not for this network.": (
        "Токен повреждён, просрочен или относится к завершённой сессии; ключ неверен, больше не действует или не для "
        "этой сети."
    ),
    "There is no entity with the given id.": "Записи с таким id нет.",
    "Cannot be deleted while other things depend on it; the message names them.": (
        "Удалить нельзя, пока есть зависимые записи; они названы в сообщении."
    ),
    "The request's body is larger than allowed.": "Тело запроса больше допустимого.",
    "The caller's role may not do this, or the key's scopes leave it out.": (
        "Роль пользователя не позволяет это сделать, или ключ этим не наделён."
    ),
    "The database cannot be reached at the moment.": "База данных временно недоступна.",
    "Too many failed attempts, or a minute's budget is spent; try again later.": (
        "Слишком много неудачных попыток или израсходован лимит минуты; повторите позже."
    ),
    "The request's body is not JSON.": "Тело запроса передано не в JSON.",
    "A refusal.": "Отказ.",
    "Stable code of the refusal.": "Постоянный код отказа.",
    "What is wrong, for people, in the language of the answer.": "Что не так, понятными словами, на языке ответа.",
    "Values that were refused: by field, what is wrong; `non_field_errors` where none fits.": (
        "Отклонённые значения: по каждому полю, что не так; `non_field_errors`, если ни одно поле не подходит."
    ),
}
