"""Webhooks and their deliveries: their fields, their lists, and what is done with them."""

WEBHOOKS: dict[str, str] = {
    "A receiver that is told of what happens, by signed POST requests; for administrators.": (
        "Получатель, которому сообщают о событиях подписанными запросами POST; доступен администраторам."
    ),
    "Where events are sent.": "Адрес, на который отправляются события.",
    "Whose it is, and what for.": "Чей это получатель и для чего.",
    "Which events it is told of; empty is all that its role may see.": (
        "О каких событиях сообщать; пусто — обо всех, которые видны его роли."
    ),
    "What of an event is sent: a GraphQL selection on `Event`; null is the event as in REST.": (
        "Что отправлять о событии: выборка GraphQL из `Event`; null — событие как в REST."
    ),
    "As whom events and the query are read.": "От имени какой роли читаются события и выборка.",
    "Whether it is delivered to; if not, it holds where it is.": (
        "Отправлять ли события; если нет, доставка стоит на том же месте."
    ),
    "The last characters of the secret that signs.": "Последние символы секрета, которым подписываются запросы.",
    "How delivering goes.": "Как идёт доставка.",
    "A cursor of the feed: what stands before it was sent, or waits as a delivery.": (
        "Место в ленте: всё до него отправлено или ожидает среди доставок."
    ),
    "How many events, its own or not, it is behind; those that wait as deliveries too.": (
        "На сколько событий, своих и чужих, он отстал; ожидающие доставки тоже в счёте."
    ),
    "When an event was last taken.": "Когда событие в последний раз принято.",
    "Why a try failed last; null if all went well since.": (
        "Причина последней неудачи; null, если с тех пор всё в порядке."
    ),
    "When it was made.": "Когда создан.",
    "When anything about it was last changed.": "Когда данные в последний раз изменены.",
    "The events that went to it in the last 30 days, or wait to, newest first.": (
        "События, отправленные ему за последние 30 дней, и те, что ожидают; сначала новые."
    ),
    "Every change of the webhook, newest first.": "Все изменения вебхука, сначала новые.",
    # deliveries
    "One event that goes to one webhook, and what the last try has come to.": (
        "Одно событие для одного вебхука и итог последней попытки."
    ),
    "The webhook that it goes to.": "Вебхук, которому оно предназначено.",
    "The event that is sent.": "Отправляемое событие.",
    "Whether it was taken.": "Принято ли событие.",
    "How often it was tried, since the plan last began anew.": (
        "Сколько было попыток с тех пор, как их счёт последний раз начат заново."
    ),
    "Of the last answer; null where none came.": "Статус последнего ответа; null, если ответа не было.",
    "The first 1 kB of the last answer.": "Первый килобайт последнего ответа.",
    "Why the last try has failed; null if it has not.": "Причина неудачи последней попытки; null, если она удалась.",
    "How long the last try took, in milliseconds.": "Сколько длилась последняя попытка, в миллисекундах.",
    "When it is tried next; null while an earlier event of the same entity waits.": (
        "Когда следующая попытка; null, пока ожидает более раннее событие той же записи."
    ),
    "When its turn had come.": "Когда подошла его очередь.",
    "When it was last tried.": "Когда была последняя попытка.",
    # lists
    "Webhooks in this state.": "Вебхуки в этом состоянии.",
    "Webhooks that are delivered to, or are not.": "Вебхуки, которым отправляются события, или наоборот.",
    "Webhooks that read as this role.": "Вебхуки, читающие от имени этой роли.",
    "Webhooks of exactly this address.": "Вебхуки ровно с этим адресом.",
    "Deliveries in this state.": "Доставки в этом состоянии.",
    "By the status of the last answer.": "По статусу последнего ответа.",
    "By how often it was tried.": "По числу попыток.",
    "By the time of the next try.": "По времени следующей попытки.",
    "By the time at which its turn had come.": "По времени, когда подошла очередь.",
    "By the time of the last try.": "По времени последней попытки.",
    # what is written
    "Where events are sent, by POST; `https`.": "Адрес, на который отправляются события запросом POST; `https`.",
    "Which events: `contract.activate`, `contract.*`, `*.delete`; none is all.": (
        "Какие события: `contract.activate`, `contract.*`, `*.delete`; пусто — все."
    ),
    "A GraphQL selection on `Event`, with its braces: what is sent as `data`. Without it, the event as in REST.": (
        "Выборка GraphQL из `Event`, в фигурных скобках: что отправляется в `data`. Без неё — событие как в REST."
    ),
    "Whether it is delivered to; turned off, it holds where it is.": (
        "Отправлять ли события; если выключить, доставка остановится на том же месте."
    ),
    "A cursor of the feed: what follows it is sent again; `now`: what has not been sent yet is left out.": (
        "Место в ленте: всё после него отправляется снова; `now`: ещё не отправленное пропускается."
    ),
    # what is done
    "Make a webhook: from now on, what happens is sent to its address, each event until it is taken."
    "\n\nThe secret that signs is answered this once, and never again; so there is no idempotency key.": (
        "Создать вебхук: с этого момента события отправляются на его адрес, каждое — пока его не примут."
        "\n\nСекрет для подписи показывается только в этом ответе, поэтому ключа идемпотентности здесь нет."
    ),
    "Change a webhook; it takes effect with the next try of each event.": (
        "Изменить вебхук; изменения действуют со следующей попытки каждого события."
    ),
    "Delete a webhook with its deliveries, those that wait too; its history stays readable.": (
        "Удалить вебхук вместе с доставками, ожидающими тоже; история остаётся доступной."
    ),
    "Give a webhook a new secret; for 24 hours the old one signs too, beside it."
    "\n\nThe new secret is answered this once, and never again; so there is no idempotency key.": (
        "Заменить секрет вебхука; ещё 24 часа запросы подписываются и старым секретом."
        "\n\nНовый секрет показывается только в этом ответе, поэтому ключа идемпотентности здесь нет."
    ),
    "Go on with a paused webhook where it stopped: what waits is tried at once, as if for the first time.": (
        "Продолжить приостановленный вебхук с того же места: ожидающее отправляется сразу, счёт попыток — с начала."
    ),
    "Tell a webhook anew, in order, all that follows a place in the feed, with the same ids as before."
    "\n\nWhat waits is forgotten: it is sent when its turn comes, or, before that place, not at all. "
    "Paused it stays paused.": (
        "Отправить вебхуку снова, по порядку, всё, что следует за местом в ленте, с теми же номерами."
        "\n\nОжидающие доставки забываются: их очередь подойдёт снова, а то, что до этого места, не отправляется. "
        "Приостановленный вебхук остаётся приостановленным."
    ),
    "The secret that signs, `whsec_…`, shown this once.": "Секрет для подписи, `whsec_…`; показывается один раз.",
    "The answer's status; null where none came.": "Статус ответа; null, если его не было.",
    "How long it took, in milliseconds.": "Сколько это длилось, в миллисекундах.",
    "Why it was not taken; null if it was.": "Причина, по которой не принято; null, если принято.",
    "Id of the delivery.": "Номер доставки.",
    "Send `webhook.test` to a webhook's address now, signed as all else, and tell what came of it."
    "\n\nIt is no event of the log, and no delivery: nothing changes, whatever the receiver answers.": (
        "Отправить на адрес вебхука `webhook.test`, подписанный как всё остальное, и сообщить, что вышло."
        "\n\nЭто не событие и не доставка: ничего не меняется, что бы получатель ни ответил."
    ),
    "Send a delivery now: one that waits is tried, one that was delivered is sent once more, with the same id."
    "\n\nWhere an earlier event of the same entity waits, that one is tried, and this one follows.": (
        "Отправить доставку сейчас: ожидающая пробуется снова, доставленная отправляется ещё раз, с тем же номером."
        "\n\nЕсли ожидает более раннее событие той же записи, пробуется оно, а эта доставка следует за ним."
    ),
}
