"""What is wrong and what to do about it."""

FAULTS: dict[str, tuple[str, str]] = {
    # who is calling
    "not_authenticated": (
        "Требуется аутентификация: передайте заголовок «Authorization: Bearer <access>»",
        "Authentication is required: send the header “Authorization: Bearer <access>”",
    ),
    "token_not_valid": (
        "Токен недействителен или истёк: войдите заново или обновите токен",
        "The token is invalid or has expired: log in again or refresh it",
    ),
    "invalid_credentials": (
        "Неверное имя пользователя или пароль",
        "Wrong username or password",
    ),
    "throttled": (
        "Слишком много неудачных попыток: повторите через {seconds} с",
        "Too many failed attempts: try again in {seconds} s",
    ),
    "budget_spent": (
        "Запросов слишком много: лимит этой минуты израсходован, повторите через {seconds} с",
        "Too much is asked for: this minute's budget is spent, try again in {seconds} s",
    ),
    "cursor_expired": (
        "События после этого места больше не хранятся в ленте: загрузите данные заново и читайте ленту с after=now",
        "Events after this place are no longer kept in the feed: load the data anew and read the feed from after=now",
    ),
    "too_many_streams": (
        "Открыто уже {limit} потоков событий, больше сервер не держит: подключитесь позже или читайте ленту страницами",
        "{limit} event streams are open, and no more are kept: connect later, or read the feed page by page",
    ),
    "not_an_event_type": (
        "«{value}» — не тип события: ожидается, например, contract.activate, contract.* или *.delete; есть {known}",
        "“{value}” is no type of event: expected is for example contract.activate, contract.* or *.delete, of {known}",
    ),
    "not_an_entity": (
        "«{value}» — не вид записи: ожидается одно из {known}",
        "“{value}” is no kind of entity: expected is one of {known}",
    ),
    "not_seconds": (
        "Ожидается число секунд от 0 до {most}",
        "Expected is a number of seconds from 0 to {most}",
    ),
    "permission_denied": (
        "Недостаточно прав: для этого действия нужна роль {roles}",
        "Permission denied: this action needs the role {roles}",
    ),
    # variables
    "variable_needed": (
        "Переменной {place} нужно значение типа {type}",
        "The variable {place} needs a value of type {type}",
    ),
    "variable_lacks": (
        "В переменной {place} не хватает поля «{field}»",
        "The variable {place} lacks the field “{field}”",
    ),
    "variable_unknown": (
        "В переменной {place} есть поле «{field}», которого в типе {type} нет",
        "The variable {place} has a field “{field}”, which the type {type} has not",
    ),
    "variable_unfit": (
        "Значение переменной {place} не подходит: ожидается {type}",
        "The value of the variable {place} does not fit: expected is {type}",
    ),
    "key_lacks_scope": (
        "Недостаточно прав: у ключа нет нужного разрешения: {scopes}",
        "Permission denied: the key lacks the scope that this needs: {scopes}",
    ),
    "not_by_key": (
        "Ключом этого сделать нельзя: войдите с именем и паролем",
        "This cannot be done with a key: log in with a name and a password",
    ),
    "list_empty": (
        "Пустой список не говорит, всё или ничего: перечислите значения или передайте null",
        "An empty list does not say whether all or nothing is meant: list values, or send null",
    ),
    "not_a_network": (
        "«{value}» — не адрес и не сеть: ожидается, например, 10.0.0.0/8 или 2001:db8::/32",
        "“{value}” is no address or network: expected is for example 10.0.0.0/8 or 2001:db8::/32",
    ),
    "already_past": ("Это время уже прошло", "This time is past already"),
    "kind_fixed": (
        "Человек или программа — решается при создании и не меняется",
        "Whether it is a person or a program is settled when it is made, and does not change",
    ),
    "service_has_no_password": (
        "У программы нет пароля: она не входит, а обращается с ключом",
        "A program has no password: it does not log in, but calls with a key",
    ),
    # what is asked for
    "not_found": ("{entity} {id}: не найдено", "{entity} {id}: not found"),
    "page_not_found": ("Такой страницы нет", "There is no such page"),
    "path_not_found": ("Такого адреса нет: {path}", "There is no such address: {path}"),
    "method_not_allowed": (
        "Метод {method} здесь не поддерживается; доступны: {allowed}",
        "The method {method} is not supported here; allowed: {allowed}",
    ),
    "parse_error": ("Тело запроса не разобрано: {detail}", "The request body cannot be read: {detail}"),
    "host_invalid": (
        "нужен один заголовок Host с именем или адресом сервера",
        "one Host header with the server's name or address is needed",
    ),
    "body_incomplete": ("тело пришло не полностью", "the body did not arrive whole"),
    "json_not_utf8": ("это не UTF-8", "it is not UTF-8"),
    "json_malformed": (
        "это не JSON, строка {line}, позиция {column}",
        "it is not JSON, line {line}, column {column}",
    ),
    "json_too_deep": ("вложенность больше {limit}", "it is nested more than {limit} deep"),
    "json_too_many_values": ("слишком много значений", "it has too many values"),
    "json_bad_number": (
        "число слишком длинное, NaN или Infinity",
        "a number is too long, NaN or Infinity",
    ),
    "query_missing": (
        "Ожидается документ GraphQL в поле query",
        "A GraphQL document is expected in the field query",
    ),
    "no_batches": (
        "Пакеты запросов не поддерживаются: отправляйте по одному",
        "Batches of requests are not supported: send them one by one",
    ),
    "key_for_several": (
        "Заголовок Idempotency-Key годится для одного изменения; здесь их несколько: укажите idempotencyKey у каждого",
        "The header Idempotency-Key is good for one change, and here are several: give each its own idempotencyKey",
    ),
    "subscription_needs_stream": (
        "Подписка отвечает потоком событий: передайте заголовок «Accept: text/event-stream»",
        "A subscription is answered as an event stream: send the header “Accept: text/event-stream”",
    ),
    "not_acceptable": (
        "Ответ может быть application/graphql-response+json или application/json",
        "The answer can be application/graphql-response+json or application/json",
    ),
    "limit_exceeded": (
        "Запрос превышает предел «{limit}»: {measured}, допустимо {allowed}",
        "The request exceeds the limit “{limit}”: {measured}, allowed {allowed}",
    ),
    "limit_cost_per_minute": ("стоимость запросов в минуту", "cost of requests in a minute"),
    "limit_length": ("длина документа", "length of the document"),
    "limit_comments": ("комментарии", "comments"),
    "limit_tokens": ("лексемы", "tokens"),
    "limit_name": ("длина имени", "length of a name"),
    "limit_depth": ("глубина", "depth"),
    "limit_aliases": ("псевдонимы", "aliases"),
    "limit_fields": ("поля", "fields"),
    "limit_fragments": ("фрагменты", "fragments"),
    "limit_spreads": ("вставки фрагментов", "spreads of fragments"),
    "limit_conflicts": ("повторы поля", "repetitions of a field"),
    "limit_variables": ("значения в переменных", "values in variables"),
    "limit_values": ("значения, сколько раз они использованы", "values, as often as they are used"),
    "limit_cost": ("стоимость", "cost"),
    "limit_introspection": ("интроспекция", "introspection"),
    "limit_bytes": ("байты, которые мог бы занять ответ", "bytes that the answer could take"),
    "limit_answer": ("байты ответа", "bytes of the answer"),
    "answer_too_large": (
        "Ответ получился бы больше {allowed} байт: запросите меньше строк или полей",
        "The answer would be larger than {allowed} bytes: ask for fewer rows or fields",
    ),
    "beyond_one_answer": (
        "Это больше, чем вмещает один ответ: запросите меньше строк или полей",
        "This is more than one answer can hold: ask for fewer rows or fields",
    ),
    "too_busy": (
        "Слишком много запросов ждут очереди: повторите через {seconds} с",
        "Too many requests are waiting already: try again in {seconds} s",
    ),
    "payload_too_large": (
        "Тело запроса больше {limit} байт",
        "The request body is larger than {limit} bytes",
    ),
    "unsupported_media_type": (
        "Тип содержимого не поддерживается: отправьте application/json",
        "The media type is not supported: send application/json",
    ),
    "conflict": (
        "{entity} {id}: данные изменились с тех пор, как были прочитаны; посмотрите изменения и повторите",
        "{entity} {id}: it has changed since it was read; look at the changes, and try again",
    ),
    "idempotency_mismatch": (
        "Этот Idempotency-Key уже использован с другими данными: возьмите новый ключ",
        "This Idempotency-Key was used with other data: take a new key",
    ),
    "idempotency_key_invalid": (
        "Idempotency-Key: от 1 до 255 печатных символов ASCII",
        "Idempotency-Key: 1 to 255 printable ASCII characters",
    ),
    "service_unavailable": (
        "База данных временно недоступна: повторите запрос позже",
        "The database is unavailable at the moment: try again later",
    ),
    "internal_error": ("Внутренняя ошибка сервера", "Internal server error"),
    # rules of the domain
    "invalid_transition": (
        "{entity} {id}: недопустимо в состоянии «{status}»; допустимо: {allowed}",
        "{entity} {id}: not possible in the state “{status}”; possible in: {allowed}",
    ),
    "contract_has_sim": (
        "Договор {id}: SIM-карта уже есть, сначала деактивируйте её",
        "Contract {id}: already has a SIM; deactivate that one first",
    ),
    "sim_is_bound": (
        "SIM-карта {id}: привязана к договору {contract}, сначала деактивируйте её",
        "SIM {id}: bound to contract {contract}; deactivate it first",
    ),
    "tariff_inactive": (
        "Тариф {id}: не действует и новых договоров не принимает",
        "Tariff {id}: is inactive and takes no new contracts",
    ),
    "billing_is_off": (
        "Начисление абонентской платы выключено: задайте billing_from в настройках начисления",
        "Billing is off: set billing_from in the billing policy",
    ),
    "promise_prepaid_only": (
        "Договор {id}: обещанный платёж бывает только на предоплатном тарифе",
        "Contract {id}: a payment can be promised on a prepaid tariff only",
    ),
    "promise_is_open": (
        "Договор {id}: уже есть обещанный платёж, сначала его нужно погасить",
        "Contract {id}: a promised payment is still open, and must be repaid first",
    ),
    "no_tariff_change": (
        "Договор {id}: смена тарифа не назначена",
        "Contract {id}: no change of tariff is scheduled",
    ),
    "not_refundable": (
        "Платёж {id}: вернуть можно только пополнение, а это «{type}»",
        "Payment {id}: only a payment can be refunded, and this is “{type}”",
    ),
    "insufficient_funds": (
        "Недостаточно средств: баланс {balance}, сумма {amount}, допустимый минимум {floor}",
        "Insufficient funds: balance {balance}, amount {amount}, lowest allowed {floor}",
    ),
    "balance_under_floor": (
        "Недостаточно средств: баланс {balance} оказался бы ниже допустимого минимума {floor}",
        "Insufficient funds: the balance {balance} would be below the lowest allowed {floor}",
    ),
    "protected": (
        "{entity} {id}: удалить нельзя, мешают {obstacles}",
        "{entity} {id}: cannot be deleted because of {obstacles}",
    ),
    "last_admin": (
        "Пользователь {id}: это последний действующий администратор, его нельзя удалить, понизить или отключить",
        "User {id} is the last active administrator: it cannot be deleted, demoted or deactivated",
    ),
    "user_inactive": (
        "Пользователь {id} отключён: тикет можно назначить только действующему сотруднику",
        "User {id} is deactivated: a ticket can be assigned to active staff only",
    ),
    # values of fields
    "required": ("Обязательное поле", "This field is required"),
    "may_not_be_null": ("Поле не может быть null", "This field may not be null"),
    "may_not_be_blank": ("Поле не может быть пустым", "This field may not be blank"),
    "not_text": ("Ожидается строка", "A string is expected"),
    "not_integer": ("Ожидается целое число", "An integer is expected"),
    "not_boolean": ("Ожидается true или false", "true or false is expected"),
    "not_object": ("Ожидается объект JSON", "A JSON object is expected"),
    "bad_characters": (
        "Недопустимые символы: NUL или непарные суррогаты",
        "Characters that cannot be stored: NUL or lone surrogates",
    ),
    "not_one_line": (
        "Ожидается одна строка, без переносов и управляющих символов",
        "One line is expected, without line breaks and control characters",
    ),
    "too_long": ("Не более {limit} символов", "At most {limit} characters"),
    "too_short": ("Не менее {limit} символов", "At least {limit} characters"),
    "too_large": ("Не более {limit}", "At most {limit}"),
    "too_small": ("Не менее {limit}", "At least {limit}"),
    "too_deep": ("Вложенность не более {limit}", "Nested at most {limit} deep"),
    "too_many_bytes": ("Не более {limit} байт", "At most {limit} bytes"),
    "too_precise": (
        "Число точнее, чем хранит double: сократите его или передайте строкой",
        "The number is more precise than a double can hold: shorten it, or send it as a string",
    ),
    "not_money": (
        "Ожидается число с не более чем двумя знаками после точки, например 1000.00",
        "A number with at most two decimal places is expected, for example 1000.00",
    ),
    "must_be_positive": ("Сумма должна быть больше нуля", "The amount must be greater than zero"),
    "must_not_be_zero": ("Сумма не может быть нулём", "The amount may not be zero"),
    "not_a_webhook_url": (
        "Ожидается адрес https://… из символов ASCII, без имени пользователя и без #",
        "An address https://… in ASCII is expected, without a user name and without #",
    ),
    "webhook_not_https": (
        "Адрес должен начинаться с https://; http:// допустим только с ABONENT_WEBHOOK_PRIVATE",
        "The address must begin with https://; http:// needs ABONENT_WEBHOOK_PRIVATE",
    ),
    "address_refused": (
        "На этот адрес отправлять нельзя: он локальный, частный, групповой или наш собственный",
        "Nothing is sent to this address: it is local, private, of a group, or our own",
    ),
    "not_a_selection": (
        "Ожидается выборка GraphQL из Event в фигурных скобках: {wrong}",
        "A GraphQL selection on Event in braces is expected: {wrong}",
    ),
    "not_a_day": ("Ожидается дата ГГГГ-ММ-ДД", "A date YYYY-MM-DD is expected"),
    "day_out_of_range": (
        "Ожидается дата с {first} по {last}",
        "A date from {first} to {last} is expected",
    ),
    "number_rests": (
        "Этот номер недавно принадлежал закрытой SIM-карте и пока отдыхает: выберите другой",
        "This number was a closed SIM's a short while ago and still rests: choose another one",
    ),
    "internal_from_customer": (
        "Слова клиента не бывают внутренними: выберите одно",
        "What a customer says is never internal: choose one of the two",
    ),
    "comment_of_another": (
        "Комментарий может изменить только его автор",
        "A comment can be changed by its author only",
    ),
    "comment_settled": (
        "Комментарий можно изменить в течение {minutes} минут, они прошли: напишите новый",
        "A comment can be changed for {minutes} minutes, which have passed: write another one",
    ),
    "before_first_day": ("Не раньше {first}, с которого начинается период", "Not before {first}, where it begins"),
    "not_a_moment": (
        "Ожидается дата ГГГГ-ММ-ДД или время ISO 8601 с часовым поясом",
        "A date YYYY-MM-DD or an ISO 8601 time with its zone is expected",
    ),
    "in_the_future": ("Дата не может быть в будущем", "The date may not be in the future"),
    "not_in_the_future": ("Ожидается день после сегодняшнего", "A day after today is expected"),
    "in_the_past": ("День не может быть раньше сегодняшнего", "The day may not be before today"),
    "too_late": ("Не позже {limit}", "Not after {limit}"),
    "too_many": ("Не больше {limit} значений", "At most {limit} values"),
    "not_a_time": ("Ожидается время суток ЧЧ:ММ", "A time of day HH:MM is expected"),
    "not_a_time_to_change": (
        "Ожидается now, next_month или день после сегодняшнего, ГГГГ-ММ-ДД",
        "now, next_month or a day after today, YYYY-MM-DD, is expected",
    ),
    "wrong_within": ("В поле {name}: {wrong}", "In {name}: {wrong}"),
    "reference_reserved": (
        "С {prefixes} начинаются номера, которые присваивает сама программа: возьмите другой",
        "References that begin with {prefixes} are given by the program itself: take another",
    ),
    "not_a_list": ("Ожидается список", "A list is expected"),
    "bad_cursor": (
        "Курсор не подходит: возьмите startCursor или endCursor этого же списка с этой же сортировкой",
        "The cursor does not fit: take startCursor or endCursor of this very list in this very order",
    ),
    "not_a_choice": ("«{value}» нет среди допустимых: {choices}", "“{value}” is not one of: {choices}"),
    "not_a_phone": (
        "Ожидается номер телефона, например +996550123456",
        "A phone number is expected, for example +996550123456",
    ),
    "not_an_email": ("Ожидается адрес email", "An email address is expected"),
    "not_digits": ("Ожидается цифр: {count}", "{count} digits are expected"),
    "wrong_password": ("Неверный пароль", "This is not the current password"),
    "not_of_customer": (
        "Договор {contract} принадлежит другому клиенту",
        "Contract {contract} belongs to another customer",
    ),
    "not_a_global_id": (
        "«{value}»: ожидается id вида {example}",
        "“{value}”: an id such as {example} is expected",
    ),
    "negative_page": ("Не может быть отрицательным", "It may not be negative"),
    "first_and_last": ("Укажите first или last, но не оба", "Give first or last, not both"),
    "not_a_reference": ("Ожидается id: положительное целое число", "An id is expected: a positive integer"),
    # registers
    "mapping_incomplete": (
        "Ожидаются заголовки четырёх разных столбцов: {fields}",
        "The headings of four different columns are expected: {fields}",
    ),
    "not_a_time_zone": (
        "Ожидается часовой пояс, например Asia/Bishkek",
        "A time zone is expected, for example Asia/Bishkek",
    ),
    "headings_missing": ("В файле нет столбцов: {headings}", "The file has no columns: {headings}"),
    "register_amount_differs": ("у нас сумма {amount}", "our amount is {amount}"),
    "register_account_differs": ("у нас другой договор", "our contract is another"),
    "register_time_differs": ("время расходится больше чем на сутки", "the times are more than a day apart"),
    "register_not_posted": ("у нас не проведён", "ours is not posted"),
    "not_a_finished_register": (
        "Задание {id} — не завершённая сверка реестра",
        "Job {id} is no register that is done",
    ),
    "register_row_settled": (
        "Строка реестра {id} не требует решения: она совпала, проведена или уже урегулирована",
        "The row {id} needs no settling: it is matched, posted, or settled already",
    ),
    # files that are brought in
    "file_empty": ("Файл пуст", "The file is empty"),
    "file_of_unknown_kind": (
        "Ожидается CSV, XLSX или NDJSON; сохраните файл в одном из них",
        "CSV, XLSX or NDJSON is expected: save the file as one of these",
    ),
    "file_unreadable": (
        "Файл повреждён: его не удаётся открыть как таблицу",
        "The file is damaged: it cannot be opened as a spreadsheet",
    ),
    "file_unpacks_too_large": (
        "В распакованном виде файл больше {limit} байт",
        "Unpacked, the file is larger than {limit} bytes",
    ),
    "too_many_cells": (
        "На листе больше {limit} ячеек, считая пустые: уберите лишние столбцы и строки",
        "The sheet has more than {limit} cells, empty ones included: take away columns and rows that are not needed",
    ),
    "too_many_columns": ("Слишком много столбцов", "Too many columns"),
    "line_too_long": (
        "Строка файла слишком длинна: возможно, не закрыта кавычка",
        "A line of the file is too long: perhaps a quotation mark is not closed",
    ),
    "upload_not_found": (
        "Такого загруженного файла нет: сначала загрузите его через POST /api/files/",
        "There is no such uploaded file: upload it first, by POST /api/files/",
    ),
    "encoding_unclear": (
        "Кодировку не определить однозначно; укажите encoding (подходят: {fitting})",
        "The encoding cannot be told for certain; give it as encoding (these fit: {fitting})",
    ),
    "encoding_wrong": ("Файл не в кодировке {encoding}", "The file is not in {encoding}"),
    "separator_unclear": (
        "Разделитель не определить однозначно; укажите separator (подходят: {fitting})",
        "The separator cannot be told for certain; give it as separator (these fit: {fitting})",
    ),
    "headings_unknown": (
        "В первой строке нет ни одного известного заголовка; возьмите шаблон: GET /api/imports/template/",
        "The first row has no heading that is known; take a template: GET /api/imports/template/",
    ),
    "heading_twice": ("Столбец {name} указан дважды", "The column {name} is there twice"),
    "row_unreadable": ("Строку не удалось прочитать", "The row cannot be read"),
    "row_not_json": ("Строка — не JSON", "The line is no JSON"),
    "row_not_object": ("Ожидается объект JSON", "A JSON object is expected"),
    "row_has_formula": (
        "В строке есть формула: вставьте вместо неё значение",
        "The row has a formula: put its value there instead",
    ),
    "row_contradicts": (
        "Противоречит строке {place} этого же файла",
        "It contradicts row {place} of the same file",
    ),
    "reference_unknown": ("Такой записи нет", "There is no such row"),
    "payment_pending_or_success": (
        "Импортируются только ожидающие и успешные платежи",
        "Only pending and successful payments are brought in",
    ),
    "cell_has_formula": ("Ожидается значение, а не формула", "A value is expected, not a formula"),
    "day_is_number": (
        "Ожидается дата, а не число: задайте ячейке формат даты",
        "A date is expected, not a number: give the cell the format of a date",
    ),
    "number_is_exponent": (
        "Число записано как {value}: цифры потеряны, задайте ячейке текстовый формат",
        "The number is written as {value}: its digits are lost, give the cell the format of text",
    ),
    "number_lost_digits": (
        "Таблица хранит точно только {most} цифр: задайте ячейке текстовый формат",
        "A spreadsheet keeps only {most} digits exactly: give the cell the format of text",
    ),
    "multipart_malformed": ("Тело multipart/form-data не удалось разобрать", "The multipart/form-data cannot be read"),
    "multipart_expected": (
        "Ожидается multipart/form-data с файлом в поле file",
        "Expected is multipart/form-data with a file in the field file",
    ),
    "taken": ("Такое значение уже есть", "This value is already taken"),
    "no_dry_run": (
        "Пробного выполнения у этого вызова нет; уберите dry_run",
        "This call has no dry run; leave dry_run out",
    ),
    "amount_not_taken": (
        "Это действие не принимает суммы; уберите amount",
        "This action takes no amount; leave amount out",
    ),
    "more_than_left": (
        "Это больше, чем осталось вернуть; не возвращено ещё {left}",
        "That is more than is left to give back; {left} is left",
    ),
    "fixed": ("Это поле больше нельзя изменить", "This field can no longer be changed"),
    "fixed_by_tickets": (
        "Клиента изменить нельзя: по договору есть тикеты",
        "The customer cannot be changed: the contract has tickets",
    ),
    "postpaid_only": (
        "На предоплатном тарифе кредитный лимит равен нулю",
        "On a prepaid tariff the credit limit is zero",
    ),
    "refund_by_hand": (
        "Возврат не создают вручную: верните исходный платёж действием refund",
        "A refund is not made by hand: refund the original payment",
    ),
    "rule_broken": ("Значения противоречат правилу {rule}", "The values break the rule {rule}"),
}
