"""Keys for programs, and the users whom programs are."""

KEYS: dict[str, str] = {
    "A program's key, `abk_…`: it is made once (`POST /api/api-keys/`), and needs no log-in.": (
        "Ключ программы, `abk_…`: создаётся один раз (`POST /api/api-keys/`), входить с ним не нужно."
    ),
    "A key with which a program calls in a user's name. The key itself was shown once.": (
        "Ключ, с которым программа обращается от имени пользователя. Сам ключ был показан один раз."
    ),
    "In whose name programs call with it.": "Пользователь, от имени которого с ключом обращаются программы.",
    "What it is for.": "Для чего ключ.",
    "The last four characters of the key, to tell it from others.": (
        "Последние четыре символа ключа, чтобы отличать его от других."
    ),
    "What it is limited to; null: all that the user's role may.": (
        "Чем ключ ограничен; null — всё, что разрешено роли пользователя."
    ),
    "What it is limited to; unless given, all that the user's role may.": (
        "Чем ограничить ключ; если не указано — всё, что разрешено роли пользователя."
    ),
    "Networks (CIDR) that it may be used from; null: from anywhere.": (
        "Сети (CIDR), из которых ключ действует; null — отовсюду."
    ),
    "Addresses and networks (CIDR) that it may be used from; unless given, any.": (
        "Адреса и сети (CIDR), из которых ключ действует; если не указано — отовсюду."
    ),
    "A budget of its own; null: the one for everybody, if there is one.": (
        "Собственный лимит стоимости запросов в минуту; null — общий, если он задан."
    ),
    "A budget of its own, instead of the one for everybody; an administrator's to give.": (
        "Собственный лимит стоимости запросов в минуту вместо общего; назначает администратор."
    ),
    "Until when it is good; null: for ever.": "До какого момента ключ действует; null — бессрочно.",
    "Until when it is good; unless given, for ever.": (
        "До какого момента ключ действует; если не указано — бессрочно. День означает его конец."
    ),
    "When it was last used, to the minute; null: never yet.": (
        "Когда ключ использовали последний раз, с точностью до минуты; null — ещё ни разу."
    ),
    "When it was revoked; null: it was not.": "Когда ключ отозван; null — не отозван.",
    "When it was made.": "Когда ключ создан.",
    "When anything about the key last changed.": "Когда данные ключа последний раз изменились.",
    "Every change of the key, newest first.": "Все изменения ключа, сначала новые.",
    "The key, shown now and never again.": "Сам ключ: показан сейчас и больше никогда.",
    "Keys of this user.": "Ключи этого пользователя.",
    "By the time until which it is good.": "По сроку действия.",
    "By the time at which it was revoked.": "По времени отзыва.",
    "Make a key with which programs call in a user's name: for oneself, or, for administrators, for anybody."
    "\n\nThe answer shows the key, this once and never again. Two living keys of one user make a rotation "
    "without a call that\nfails.": (
        "Создать ключ, с которым программы обращаются от имени пользователя: себе, а администратору — кому угодно."
        "\n\nОтвет показывает ключ — один раз и больше никогда. Два действующих ключа одного пользователя позволяют "
        "сменить ключ без единого отказа."
    ),
    "End a key: one's own, or, for administrators, anybody's. From that moment it opens nothing; again is no error.": (
        "Отозвать ключ: свой, а администратору — любой. С этого момента он ничего не открывает; повтор — не ошибка."
    ),
    "Whether it is a person, or a program, which calls with keys.": (
        "Человек это или программа, которая обращается с ключами."
    ),
    "Whether it is a person, or a program, which cannot log in but calls with keys; it stays what it is.": (
        "Человек это или программа, которая не входит, а обращается с ключами; потом не меняется."
    ),
    "People, or services.": "Люди или программы.",
}
