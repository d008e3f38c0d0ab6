"""The words of every enum's values, by the enum's name: REST's `<field>_display` (contract §1)."""

CHOICES: dict[str, dict[str, tuple[str, str]]] = {
    "CustomerStatus": {
        "active": ("Активен", "Active"),
        "suspended": ("Приостановлен", "Suspended"),
        "blocked": ("Заблокирован", "Blocked"),
    },
    "DocumentType": {
        "passport": ("Паспорт", "Passport"),
        "id_card": ("ID-карта", "ID card"),
        "driver_license": ("Водительское удостоверение", "Driver's license"),
        "foreign_passport": ("Заграничный паспорт", "Foreign passport"),
    },
    "CustomerType": {
        "individual": ("Физическое лицо", "Individual"),
        "organization": ("Организация", "Organization"),
    },
    "TariffType": {
        "prepaid": ("Предоплатный", "Prepaid"),
        "postpaid": ("Постоплатный", "Postpaid"),
    },
    "ContractStatus": {
        "draft": ("Черновик", "Draft"),
        "active": ("Активен", "Active"),
        "suspended": ("Приостановлен", "Suspended"),
        "terminated": ("Закрыт", "Terminated"),
    },
    "SuspensionReason": {
        "manual": ("Вручную", "Manual"),
        "customer": ("Из-за клиента", "Because of the customer"),
        "insufficient_funds": ("Недостаточно средств", "Insufficient funds"),
    },
    "PeriodStatus": {
        "charged": ("Оплачен", "Charged"),
        "skipped": ("Без оплаты", "Skipped"),
        "waived": ("Прощён", "Waived"),
    },
    "FirstMonth": {
        "sale": ("Входит в продажу", "Part of the sale"),
        "charge": ("Оплачивается при активации", "Charged at activation"),
    },
    "RefundUnused": {
        "none": ("Не возвращается", "Nothing"),
        "days": ("По дням", "By days"),
    },
    "ResumeAnchor": {
        "today": ("Со дня возобновления", "The day of coming back"),
        "keep": ("С прежнего дня", "The same as before"),
    },
    "SimStatus": {
        "free": ("Свободна", "Free"),
        "active": ("Активна", "Active"),
        "suspended": ("Приостановлена", "Suspended"),
        "blocked": ("Заблокирована", "Blocked"),
        "closed": ("Закрыта", "Closed"),
    },
    "WebhookStatus": {
        "ok": ("Работает", "OK"),
        "failing": ("С ошибками", "Failing"),
        "paused": ("Приостановлен", "Paused"),
    },
    "DeliveryStatus": {
        "waiting": ("Ожидает", "Waiting"),
        "delivered": ("Доставлено", "Delivered"),
    },
    "TransactionType": {
        "payment": ("Пополнение", "Payment"),
        "charge": ("Списание", "Charge"),
        "refund": ("Возврат", "Refund"),
        "correction": ("Корректировка", "Correction"),
    },
    "PaymentMethod": {
        "cash": ("Наличные", "Cash"),
        "card": ("Карта", "Card"),
        "bank_transfer": ("Банковский перевод", "Bank transfer"),
        "mobile_payment": ("Мобильный платёж", "Mobile payment"),
        "auto_payment": ("Автоплатёж", "Automatic payment"),
        "terminal": ("Терминал", "Terminal"),
        "system": ("Система", "System"),
    },
    "PaymentStatus": {
        "pending": ("Ожидает", "Pending"),
        "processing": ("В обработке", "Processing"),
        "success": ("Успешный", "Successful"),
        "failed": ("Неуспешный", "Failed"),
        "cancelled": ("Отменён", "Cancelled"),
        "refunded": ("Возвращён", "Refunded"),
    },
    "TicketStatus": {
        "new": ("Новый", "New"),
        "in_progress": ("В работе", "In progress"),
        "waiting": ("Ожидает", "Waiting"),
        "resolved": ("Решён", "Resolved"),
        "closed": ("Закрыт", "Closed"),
    },
    "TicketCategory": {
        "technical": ("Техническая проблема", "Technical"),
        "billing": ("Биллинг", "Billing"),
        "tariff": ("Тариф", "Tariff"),
        "sim": ("SIM-карта", "SIM"),
        "complaint": ("Жалоба", "Complaint"),
        "other": ("Другое", "Other"),
    },
    "TicketPriority": {
        "low": ("Низкий", "Low"),
        "medium": ("Средний", "Medium"),
        "high": ("Высокий", "High"),
        "critical": ("Критический", "Critical"),
    },
    "Imported": {
        "customers": ("Клиенты", "Customers"),
        "sims": ("SIM-карты", "SIMs"),
        "tariffs": ("Тарифы", "Tariffs"),
        "contracts": ("Договоры", "Contracts"),
        "payments": ("Платежи", "Payments"),
        "tickets": ("Тикеты", "Tickets"),
    },
    "OnFault": {
        "skip": ("Пропустить", "Skip"),
        "stop": ("Остановиться", "Stop"),
        "nothing": ("Всё или ничего", "All or nothing"),
    },
    "JobStatus": {
        "queued": ("В очереди", "Queued"),
        "running": ("Выполняется", "Running"),
        "done": ("Выполнено", "Done"),
        "failed": ("Ошибка", "Failed"),
        "cancelled": ("Отменено", "Cancelled"),
    },
    "Role": {
        "employee": ("Сотрудник", "Employee"),
        "operator": ("Оператор", "Operator"),
        "supervisor": ("Супервайзер", "Supervisor"),
        "admin": ("Администратор", "Administrator"),
    },
}
