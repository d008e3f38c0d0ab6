"""Jobs: their fields, their list, and what is done with them."""

JOBS: dict[str, str] = {
    "Long work with progress, done by a worker in batches: a billing run, an import.": (
        "Долгая работа с видимым ходом, которую обработчик выполняет по частям: начисление абонентской платы, импорт."
    ),
    "What kind of work it is, such as `billing_run`.": "Вид работы, например `billing_run`.",
    "What was asked for, as a JSON object.": "С какими параметрами запущено: объект JSON.",
    "Where the work stands.": "Состояние задания.",
    "Whether it was called off; one that runs stops after its batch.": (
        "Отменено ли задание; выполняемое останавливается, закончив начатую часть."
    ),
    "Units of work in all; null until they have been counted.": "Всего единиц работы; null, пока не подсчитано.",
    "Units of work that have been done so far.": "Сколько единиц работы уже выполнено.",
    "Units of work that could not be done; the result names them.": (
        "Сколько единиц работы выполнить не удалось; они названы в результате."
    ),
    "What has come out so far, by the kind of work.": "Что получилось к этому моменту; зависит от вида работы.",
    "Why it has failed; null unless it has.": "Причина ошибки; null, если ошибки не было.",
    "Who started it; null where the clock did.": "Кто запустил; null, если задание запущено по расписанию.",
    "When a worker began it; null while it waits.": "Когда обработчик взялся за задание; null, пока оно в очереди.",
    "When it ended, in whatever way.": "Когда задание завершилось, чем бы ни закончилось.",
    "When its worker last showed that it lives; after 30 s another one takes over.": (
        "Когда обработчик последний раз подтвердил, что работает; через 30 с без этого задание продолжит другой."
    ),
    "When it was asked for.": "Когда задание создано.",
    "When anything about the job last changed.": "Когда данные задания последний раз изменились.",
    "Every change of the job, newest first.": "Все изменения задания, сначала новые.",
    "The job whose work it was; null where somebody did it at once.": (
        "Задание, в ходе которого это сделано; null, если это сделано сразу."
    ),
    "Jobs in this state.": "Задания в этом состоянии.",
    "Jobs of this kind, such as `billing_run`.": "Задания этого вида, например `billing_run`.",
    "Jobs that this user started.": "Задания, запущенные этим пользователем.",
    "By the time at which it was asked for.": "По времени создания.",
    "Call a job off: one's own, or, for supervisors, any."
    "\n\nOne that waits is cancelled at once; one that runs stops after its batch, and what it has done stays.": (
        "Отменить задание: своё, а супервайзеру — любое."
        "\n\nЗадание в очереди отменяется сразу; выполняемое останавливается, закончив начатую часть, и сделанное "
        "остаётся."
    ),
}
