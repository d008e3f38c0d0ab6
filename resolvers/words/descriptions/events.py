"""The event feed, and events wherever they stand."""

EVENTS: dict[str, str] = {
    "One entity's change by one call. It outlives the entity, and stands in its history.": (
        "Изменение одной записи одним вызовом. Остаётся в истории, даже когда записи уже нет."
    ),
    "What happened to what: `contract.activate`, `customer.delete`.": (
        "Что и с чем произошло: `contract.activate`, `customer.delete`."
    ),
    "What changed: `contract`, `customer` …": "Что изменилось: `contract`, `customer` …",
    "Global id of what changed, `ctr_7` for example; it may be deleted by now.": (
        "Номер изменившейся записи; сейчас её может уже не быть."
    ),
    "Why, where the caller said so.": "Причина, если её указали.",
    "Shared by all events of one call, cascades included.": "Одинаков у всех событий одного вызова, включая каскадные.",
    "What has happened since a cursor, oldest first: the event feed.": (
        "Что произошло после указанного места, сначала старые: лента событий."
    ),
    "The event feed: all that has happened.": "Лента событий: всё, что произошло.",
    "From where to go on, as `after`. Good for ever.": "Откуда продолжать, как `after`. Годится всегда.",
    "Whether there may be more already.": "Возможно, есть ещё события.",
    "Cursor to go on from; `now`: from here on; without it from the beginning.": (
        "Откуда продолжать; `now`: с этого момента; без него — с начала."
    ),
    "Events to the page; more than 1000 is 1000.": "Событий на странице; больше 1000 считается как 1000.",
    "Seconds to wait for something to happen, at most 30.": "Сколько секунд ждать событий, не больше 30.",
    "Events of any of these types; `contract.*` and `*.delete` are wildcards.": (
        "События этих типов; можно по шаблону: `contract.*`, `*.delete`."
    ),
    "Events of any of these kinds of entities.": "События записей этих видов.",
    "Events of the entities with these ids.": "События записей с этими номерами.",
    "Events of the calls with these ids, cascades included.": "События этих вызовов, включая каскадные.",
    "What these users did.": "Действия этих пользователей.",
    (
        "Events as they happen, for as long as one listens: `id` is the cursor behind the event, `event` its "
        "type, `data` the event itself. Every 15 s a comment with an `id` alone, so that the cursor moves on. "
        "It begins behind `Last-Event-ID`, else behind `after`, else now, and ends with an `end`, whose "
        "`data` is a refusal, when the session or the token does."
    ): (
        "События по мере того, как они происходят, пока клиент слушает: `id` — место после события, `event` — "
        "его тип, `data` — само событие. Каждые 15 с — комментарий с одним `id`, чтобы место двигалось. Поток "
        "начинается после `Last-Event-ID`, иначе после `after`, иначе с этого момента, и кончается событием "
        "`end` с отказом в `data`, когда кончается сессия или токен."
    ),
    "Of a stream: the `id` that came last; goes before `after`.": (
        "Для потока: последний полученный `id`; важнее, чем `after`."
    ),
    "The events after this cursor are no longer kept in the feed.": (
        "События после этого места больше не хранятся в ленте."
    ),
}
