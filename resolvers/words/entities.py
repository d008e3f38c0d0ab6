"""What entities are called, by typename, for use inside sentences (Russian: nominative, then genitive plural)."""

ENTITIES: dict[str, tuple[str, str]] = {
    "BillingPolicy": ("Настройки начисления", "Billing policy"),
    "Customer": ("Клиент", "Customer"),
    "Sim": ("SIM-карта", "SIM"),
    "Tariff": ("Тариф", "Tariff"),
    "Contract": ("Договор", "Contract"),
    "Payment": ("Платёж", "Payment"),
    "Ticket": ("Тикет", "Ticket"),
    "Job": ("Задание", "Job"),
    "Webhook": ("Вебхук", "Webhook"),
    "User": ("Пользователь", "User"),
    "periods": ("оплаченные месяцы", "settled months"),
    "scheduled_contracts": ("назначенные смены тарифа", "scheduled changes of tariff"),
    "contracts": ("договоры", "contracts"),
    "tickets": ("тикеты", "tickets"),
    "payments": ("платежи", "payments"),
    "ledger": ("проводки", "ledger entries"),
    "state": ("состояние «{status}»", "its state “{status}”"),
    "assigned_tickets": ("назначенные тикеты", "assigned tickets"),
    "history": ("история действий", "a history of actions"),
}
