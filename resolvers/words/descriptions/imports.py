"""What the calls do that bring files in."""

IMPORTS: dict[str, str] = {
    "Files that are to be brought in.": "Файлы, которые предстоит загрузить в систему.",
    "Whole files brought in, row by row.": "Импорт целых файлов, строка за строкой.",
    "Upload a file, to be brought in afterwards.": "Загрузить файл, чтобы затем запустить его импорт.",
    "All imports, page by page.": "Все импорты, постранично.",
    "An empty file with the headings of a kind of rows.": "Пустой файл с заголовками для строк этого вида.",
    "How far an import is, and what has become of its rows.": "Ход импорта и что стало со строками.",
    "The file again, with what has become of each row.": "Тот же файл, и что стало с каждой его строкой.",
    "Bring a file in, in the background: the job tells how far it is, and what has become of its rows.": (
        "Импортировать файл в фоне: задание показывает, сколько сделано и что стало со строками."
    ),
    "What the rows of the file are to be.": "Что будет в строках файла.",
    "Of the template; a spreadsheet unless given.": "Вид шаблона; если не указан — таблица XLSX.",
    "The file: CSV, XLSX or NDJSON.": "Файл: CSV, XLSX или NDJSON.",
    "What the file is called from now on.": "Как теперь называется файл.",
    "Its name, as it was sent.": "Имя файла, как его прислали.",
    "Its bytes.": "Сколько в нём байт.",
    "What its rows are.": "Что в его строках.",
    "The id of the uploaded file.": "Id загруженного файла.",
    "Do all of it, tell what comes of it, and change nothing.": (
        "Проделать всё, рассказать, что вышло, и ничего не менять."
    ),
    "What is done where a row is at fault.": "Что делать, если в строке ошибка.",
    "By what rows are known again: customers by `document` or `phone`, contracts by `number` or `external_id`.": (
        "По чему узнаются прежние записи: клиенты по `document` или `phone`, договоры по `number` или `external_id`."
    ),
    "Of the text: `utf-8`, `utf-16`, `windows-1251`; found out unless given.": (
        "Кодировка текста: `utf-8`, `utf-16`, `windows-1251`; если не указана, определяется сама."
    ),
    "Of a CSV's cells: a comma, a semicolon or `tab`; found out unless given.": (
        "Разделитель ячеек CSV: запятая, точка с запятой или `tab`; если не указан, определяется сам."
    ),
}
