"""Fields of tickets and users, of the journal, and what all answers have."""

PEOPLE: dict[str, str] = {
    # tickets
    "A customer's trouble or request, and the work on it.": "Проблема или просьба клиента и работа над ней.",
    "Whose trouble it is.": "Клиент, от которого тикет.",
    "The contract it is about, if it is about one.": "Договор, к которому относится тикет, если относится.",
    "The trouble in a few words.": "Суть проблемы в нескольких словах.",
    "What the customer said, in full.": "Полное описание со слов клиента.",
    "What kind of trouble it is.": "Категория тикета.",
    "How urgent it is; decides when it is due.": "Приоритет; от него зависит срок решения.",
    "Where the work on it stands.": "Состояние работы над тикетом.",
    "What the staff noted while working on it.": "Заметки сотрудников о работе над тикетом.",
    "Who works on it, if anybody.": "Сотрудник, который работает над тикетом, если есть.",
    "Name of who works on it, if anybody.": "Имя этого сотрудника, если есть.",
    "Who opened it.": "Кто открыл тикет.",
    "What solved it, as said when it was resolved.": "Решение, указанное, когда тикет был решён.",
    "By when it should be resolved, by its priority.": "Срок решения, зависит от приоритета.",
    "Whether it is still open past its due time.": "Открыт ли тикет, хотя срок решения прошёл.",
    "Whole seconds from opening to resolution; null until then.": (
        "Время от открытия до решения в целых секундах; до решения null."
    ),
    "When it was last assigned to somebody else.": "Когда тикет последний раз сменил исполнителя.",
    "When it was resolved; null while it is not.": "Когда тикет решён; null, пока не решён.",
    "When it was closed; null while it is not.": "Когда тикет закрыт; null, пока не закрыт.",
    "When the ticket was opened.": "Когда тикет открыт.",
    "When anything about the ticket last changed.": "Когда данные тикета последний раз изменились.",
    # users
    "A user of the system, in full: for supervisors and administrators, and for everybody themselves.": (
        "Пользователь системы со всеми данными: для супервайзеров и администраторов, а о себе — для каждого."
    ),
    "A member of staff, as everybody may know them.": "Сотрудник, каким его видят все.",
    "Name to log in with; no two users share one.": "Имя для входа; у каждого пользователя своё.",
    "Name to log in with.": "Имя для входа.",
    "Given name, if known.": "Имя, если известно.",
    "Family name, if known.": "Фамилия, если известна.",
    "Last and first name, or the username while neither is known.": (
        "Фамилия и имя, а пока они неизвестны — имя для входа."
    ),
    "How many open tickets are assigned to them: new, in progress or waiting.": (
        "Сколько на сотруднике открытых тикетов: новых, в работе и ожидающих."
    ),
    "Email address at work.": "Рабочий адрес email.",
    "Phone number in E.164.": "Номер телефона в формате E.164.",
    "What the user may do.": "Роль: что пользователю разрешено.",
    "Whether the user can log in; inactive ones are shut out at once.": (
        "Может ли пользователь войти; отключённый сразу теряет доступ."
    ),
    "When the user last logged in, if ever.": "Когда пользователь последний раз вошёл, если входил.",
    "The operations that the user's role may call at all; a row's state or an argument may still refuse one.": (
        "Операции, которые роли пользователя вообще доступны; состояние записи или аргумент ещё могут помешать."
    ),
    "When the user was added.": "Когда пользователь добавлен.",
    "When anything about the user last changed.": "Когда данные пользователя последний раз изменились.",
    # the journal
    "What was done: `create`, `update`, `delete`, `suspend` …": (
        "Что сделано: `create`, `update`, `delete`, `suspend` …"
    ),
    "Who did it; null for the system itself.": "Кто это сделал; null, если сама система.",
    "Name of who did it; null for the system itself.": "Имя того, кто это сделал; null, если сама система.",
    "The fields that changed; secrets never show.": "Изменившиеся поля; секреты не показываются никогда.",
    "When it happened.": "Когда это произошло.",
    "One posting to a contract's account. It never changes.": "Проводка по договору. Она никогда не меняется.",
    "Whose account was posted to.": "Договор, по которому сделана проводка.",
    "The payment that was posted.": "Проведённый платёж.",
    "What it added to the balance; negative where it took.": "Сколько добавлено к балансу; при списании отрицательно.",
    "Balance of the account right afterwards.": "Баланс сразу после проводки.",
    "Who posted it; null for the system itself.": "Кто сделал проводку; null, если сама система.",
    "When it was posted.": "Когда сделана проводка.",
    # what all answers have
    "Sent with every call; good for an hour.": "Передаётся с каждым вызовом; действует час.",
    "To be exchanged for a new pair; good once, for seven days.": (
        "Обменивается на новую пару токенов; одноразовый, действует семь дней."
    ),
    "How many rows there are on all pages.": "Сколько записей на всех страницах.",
    "Address of the next page, if there is one.": "Адрес следующей страницы, если она есть.",
    "Address of the previous page, if there is one.": "Адрес предыдущей страницы, если она есть.",
    "Balance before.": "Баланс до операции.",
    "Balance afterwards.": "Баланс после операции.",
    "How much was moved.": "Сумма операции.",
    "Balance of the contract afterwards.": "Баланс договора после операции.",
    "Whole seconds from opening to resolution.": "Время от открытия до решения в целых секундах.",
    "What was done, for people.": "Что сделано, понятными словами.",
    # statistics
    "How many customers there are.": "Сколько всего клиентов.",
    "How many are served.": "Сколько обслуживается.",
    "How many are not served for a while.": "Сколько приостановлено.",
    "How many are barred.": "Сколько заблокировано.",
    "How many have each kind of document.": "Сколько с каждым видом документа.",
    "How many are persons and how many organizations.": "Сколько физических лиц и сколько организаций.",
    "How many SIMs there are, closed ones included.": "Сколько всего SIM-карт, включая закрытые.",
    "How many are in stock.": "Сколько свободно.",
    "How many are in service.": "Сколько активно.",
    "How many are in suspended contracts.": "Сколько в приостановленных договорах.",
    "How many are written off.": "Сколько списано.",
    "How many tariffs there are.": "Сколько всего тарифов.",
    "How many take new contracts.": "Сколько принимает новые договоры.",
    "How many take no new contracts.": "Сколько не принимает новых договоров.",
    "Mean fee for a month over all tariffs; 0.00 of none.": (
        "Средняя плата за месяц по всем тарифам; 0.00, если тарифов нет."
    ),
    "How many are prepaid and how many postpaid.": "Сколько предоплатных и сколько постоплатных.",
    "How many contracts there are.": "Сколько всего договоров.",
    "How many are not in force yet.": "Сколько ещё не активировано.",
    "How many are without service for a while.": "Сколько приостановлено.",
    "How many have ended.": "Сколько закрыто.",
    "Sum of the balances of all contracts.": "Сумма балансов всех договоров.",
    "Mean balance of the active contracts; 0.00 of none.": "Средний баланс активных договоров; 0.00, если их нет.",
    "How many payments there are, posted or not.": "Сколько всего платежей, проведённых и непроведённых.",
    "How many are entered but not posted.": "Сколько ожидает проведения.",
    "How many are with an external provider.": "Сколько обрабатывает внешний провайдер.",
    "How many have posted and stand.": "Сколько успешных: проведено и не возвращено.",
    "How many were given up as failed.": "Сколько неуспешных.",
    "How many were called off.": "Сколько отменено.",
    "How many have posted and were given back.": "Сколько проведено и возвращено.",
    "Sum of the successful payments of type `PAYMENT`.": "Сумма успешных платежей типа `PAYMENT`.",
    "Mean of the successful payments of type `PAYMENT`.": "Средняя сумма успешных платежей типа `PAYMENT`.",
    "How many successful payments of type `PAYMENT` were made in each way.": (
        "Сколько успешных платежей типа `PAYMENT` сделано каждым способом."
    ),
    "Sum of all postings that added to a balance.": "Сумма всех проводок, увеличивших баланс.",
    "Sum of all postings that took from a balance, without sign.": (
        "Сумма всех проводок, уменьшивших баланс, без знака."
    ),
    "How many tickets there are.": "Сколько всего тикетов.",
    "How many nobody works on yet.": "Сколько новых: над ними ещё никто не работает.",
    "How many somebody works on.": "Сколько в работе.",
    "How many wait for something.": "Сколько ожидает.",
    "How many are solved but not closed.": "Сколько решено, но не закрыто.",
    "How many are finished.": "Сколько закрыто.",
    "How many are open and assigned to nobody.": "Сколько открыто и никому не назначено.",
    "How many are open past their due time.": "Сколько открыто, хотя срок решения прошёл.",
    "How many are about each kind of trouble.": "Сколько в каждой категории.",
    "How many have each urgency.": "Сколько с каждым приоритетом.",
    "Mean seconds from opening to resolution; null while none is resolved.": (
        "Среднее время от открытия до решения в секундах; null, если решённых нет."
    ),
}
