"""Django on the product's own tables: REST framework done well, and Strawberry with its optimizer.

Well: relations are joined, counts are subqueries, connections are kept, JSON is rendered compact. REST believes a token
by its signature. Runs in an environment of its own: `gunicorn benchmarks.peers.django_site:application`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from secrets import token_hex
from types import SimpleNamespace
from urllib.parse import urlsplit

import django
import jwt
from django.conf import settings

_URL = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    TIME_ZONE="UTC",
    INSTALLED_APPS=["rest_framework", "strawberry_django"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _URL.path[1:],
            "USER": _URL.username,
            "HOST": _URL.hostname,
            "PORT": _URL.port,
            "CONN_MAX_AGE": None,
            "OPTIONS": {"options": "-c jit=off"},
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

import strawberry  # noqa: E402 - Django must be set up before
import strawberry_django  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.db.models import Avg, Count, F, OuterRef, Q, Subquery, Sum  # noqa: E402
from django.db.models.functions import Coalesce  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from rest_framework import pagination, permissions, serializers, viewsets  # noqa: E402
from rest_framework.authentication import BaseAuthentication  # noqa: E402
from rest_framework.decorators import action  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.routers import DefaultRouter  # noqa: E402
from strawberry.django.views import GraphQLView  # noqa: E402
from strawberry_django.optimizer import DjangoOptimizerExtension  # noqa: E402

WORDS = {
    "document_type": {
        "passport": "Паспорт",
        "id_card": "ID-карта",
        "driver_license": "Водительское удостоверение",
        "foreign_passport": "Заграничный паспорт",
    },
    "customer_type": {"individual": "Физическое лицо", "organization": "Организация"},
}


class BySignature(BaseAuthentication):
    def authenticate(self, request):
        token = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        claims = jwt.decode(token, os.environ["SECRET_KEY"], algorithms=["HS256"])
        return SimpleNamespace(is_authenticated=True, id=int(claims["user_id"])), None


class Pages(pagination.PageNumberPagination):
    page_size = 100


# --- models -------------------------------------------------------------------------------------------------------


class Stamped(models.Model):
    id = models.AutoField(primary_key=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True
        app_label = "strawberry_django"
        managed = False


class Customer(Stamped):
    first_name = models.TextField()
    last_name = models.TextField()
    middle_name = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    phone = models.TextField()
    email = models.TextField(null=True)
    document_type = models.TextField()
    document_number = models.TextField()
    passport_issued_by = models.TextField(null=True)
    passport_issue_date = models.DateField(null=True)
    inn = models.TextField(null=True)
    address = models.TextField(null=True)
    customer_type = models.TextField()
    organization_name = models.TextField(null=True)
    notes = models.TextField(null=True)
    status = models.TextField()
    search = models.TextField()

    class Meta(Stamped.Meta):
        db_table = "customers"

    @property
    def full_name(self):
        return " ".join(part for part in (self.last_name, self.first_name, self.middle_name) if part)

    @property
    def shown_name(self):
        return (self.organization_name if self.customer_type == "organization" else None) or self.full_name


class Tariff(Stamped):
    name = models.TextField()
    monthly_fee = models.BigIntegerField()

    class Meta(Stamped.Meta):
        db_table = "tariffs"


class Contract(Stamped):
    number = models.TextField()
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contracts")
    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="contracts")
    status = models.TextField()
    suspension_reason = models.TextField(null=True)
    balance = models.BigIntegerField()
    credit_limit = models.BigIntegerField()
    signed_date = models.DateField()
    activation_date = models.DateField(null=True)
    termination_date = models.DateField(null=True)
    next_billing_date = models.DateField(null=True)
    notes = models.TextField(null=True)

    class Meta(Stamped.Meta):
        db_table = "contracts"


class Sim(Stamped):
    msisdn = models.TextField()
    status = models.TextField()
    contract = models.OneToOneField(Contract, models.PROTECT, null=True, related_name="sim")

    class Meta(Stamped.Meta):
        db_table = "sims"


class Payment(Stamped):
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="payments")
    transaction_type = models.TextField()
    amount = models.BigIntegerField()
    payment_method = models.TextField()
    transaction_id = models.TextField()
    description = models.TextField(null=True)
    status = models.TextField()
    balance_after = models.BigIntegerField(null=True)
    payment_date = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    processed_by_id = models.IntegerField(null=True)
    search = models.TextField()

    class Meta(Stamped.Meta):
        db_table = "payments"


class Ticket(Stamped):
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="tickets")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, related_name="tickets")

    class Meta(Stamped.Meta):
        db_table = "tickets"


class LedgerEntry(models.Model):
    contract = models.ForeignKey(Contract, models.PROTECT)
    payment = models.ForeignKey(Payment, models.PROTECT)
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    actor_id = models.IntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta(Stamped.Meta):
        abstract = False
        db_table = "ledger_entries"


class AuditEvent(models.Model):
    entity = models.TextField()
    entity_id = models.IntegerField()
    action = models.TextField()
    actor_id = models.IntegerField(null=True)
    request_id = models.TextField()
    changes = models.JSONField()
    created_at = models.DateTimeField()

    class Meta(Stamped.Meta):
        abstract = False
        db_table = "audit_events"


# --- REST ---------------------------------------------------------------------------------------------------------


class Hundredths(serializers.Field):
    def to_representation(self, value):
        return f"{Decimal(value) / 100:.2f}"


class CustomerSerializer(serializers.ModelSerializer):
    full_name = serializers.CharField()
    document_type_display = serializers.SerializerMethodField()
    customer_type_display = serializers.SerializerMethodField()
    contracts_count = serializers.IntegerField()
    tickets_count = serializers.IntegerField()

    class Meta:
        model = Customer
        exclude = ("search",)

    def get_document_type_display(self, row):
        return WORDS["document_type"][row.document_type]

    def get_customer_type_display(self, row):
        return WORDS["customer_type"][row.customer_type]


class ContractSerializer(serializers.ModelSerializer):
    customer_name = serializers.CharField(source="customer.shown_name")
    tariff_name = serializers.CharField(source="tariff.name")
    sim = serializers.SerializerMethodField()
    balance = Hundredths()
    credit_limit = Hundredths()
    payments_count = serializers.IntegerField()
    tickets_count = serializers.IntegerField()

    class Meta:
        model = Contract
        fields = "__all__"

    def get_sim(self, row):
        return getattr(getattr(row, "sim", None), "id", None)


class PaymentSerializer(serializers.ModelSerializer):
    contract_number = serializers.CharField(source="contract.number")
    customer_name = serializers.CharField(source="contract.customer.shown_name")
    amount = Hundredths()
    balance_after = Hundredths()

    class Meta:
        model = Payment
        exclude = ("search",)


def counted(model, **by):
    """A subquery that counts another table's rows."""
    ((name, key),) = by.items()
    rows = model.objects.filter(**{name: OuterRef(key)}).order_by().values(name).annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(rows), 0)


class Newest(viewsets.ReadOnlyModelViewSet):
    authentication_classes = (BySignature,)
    permission_classes = (permissions.IsAuthenticated,)
    pagination_class = Pages
    filters = ()

    def get_queryset(self):
        asked = self.request.query_params
        rows = self.rows().order_by("-created_at", "-id")
        for name in self.filters:
            if asked.get(name):
                rows = rows.filter(**{name: asked[name]})
        return rows.filter(search__contains=asked["search"].casefold()) if asked.get("search") else rows


class Customers(Newest):
    serializer_class = CustomerSerializer
    filters = ("status",)

    def rows(self):
        return Customer.objects.annotate(
            contracts_count=counted(Contract, customer="pk"), tickets_count=counted(Ticket, customer="pk")
        )


class Contracts(Newest):
    serializer_class = ContractSerializer
    filters = ("status", "customer")

    def rows(self):
        return Contract.objects.select_related("customer", "tariff", "sim").annotate(
            payments_count=counted(Payment, contract="pk"), tickets_count=counted(Ticket, contract="pk")
        )

    @action(detail=True, methods=["post"])
    def add_balance(self, request, pk):
        amount, now, name = int(Decimal(str(request.data["amount"])) * 100), datetime.now(UTC), f"TXN-{token_hex(8)}"
        with transaction.atomic():
            contract = Contract.objects.select_for_update().get(pk=pk)
            old, contract.balance, contract.updated_at = contract.balance, contract.balance + amount, now
            contract.save(update_fields=["balance", "updated_at"])
            payment = Payment.objects.create(
                contract=contract,
                transaction_type="payment",
                amount=amount,
                payment_method="cash",
                transaction_id=name,
                status="success",
                balance_after=contract.balance,
                payment_date=now,
                processed_at=now,
                processed_by_id=request.user.id,
                search=f"{name}\n{contract.number}".lower(),
                created_at=now,
                updated_at=now,
            )
            new = {"amount": amount, "balance_after": contract.balance, "created_at": now}
            LedgerEntry.objects.create(contract=contract, payment=payment, actor_id=request.user.id, **new)
            told = {"actor_id": request.user.id, "request_id": token_hex(16), "created_at": now}
            changes = {"balance": [f"{old / 100:.2f}", f"{contract.balance / 100:.2f}"]}
            AuditEvent.objects.bulk_create(
                [
                    AuditEvent(entity="ctr", entity_id=pk, action="add_balance", changes=changes, **told),
                    AuditEvent(entity="pay", entity_id=payment.id, action="create", changes={}, **told),
                ]
            )
            row = self.rows().get(pk=pk)
        return Response({"status": "success", "data": ContractSerializer(row).data})


class Payments(Newest):
    serializer_class = PaymentSerializer
    filters = ("contract", "status")

    def rows(self):
        return Payment.objects.select_related("contract__customer")

    @action(detail=False)
    def statistics(self, request):
        paid = Q(status="success", transaction_type="payment")
        statuses = ("pending", "processing", "success", "failed", "cancelled", "refunded")
        by_status = {name: Count("id", filter=Q(status=name)) for name in statuses}
        told = Payment.objects.aggregate(
            total=Count("id"), **by_status, paid=Sum("amount", filter=paid), mean=Avg("amount", filter=paid)
        )
        methods = Payment.objects.filter(paid).values("payment_method").annotate(n=Count("id"))
        moved = LedgerEntry.objects.aggregate(
            deposits=Sum("amount", filter=Q(amount__gt=0)), deductions=Sum(-F("amount"), filter=Q(amount__lt=0))
        )
        return Response(
            {
                "total": told["total"],
                **{name: told[name] for name in statuses},
                "total_amount": f"{Decimal(told['paid']) / 100:.2f}",
                "avg_payment": f"{Decimal(told['mean']) / 100:.2f}",
                "by_method": {row["payment_method"]: row["n"] for row in methods},
                **{name: f"{Decimal(value) / 100:.2f}" for name, value in moved.items()},
            }
        )


# --- GraphQL ------------------------------------------------------------------------------------------------------


@strawberry_django.type(Tariff)
class TariffNode:
    name: strawberry.auto
    monthly_fee: int


@strawberry_django.type(Sim)
class SimNode:
    msisdn: strawberry.auto
    status: strawberry.auto


@strawberry_django.order_type(Payment)
class PaymentOrder:
    created_at: strawberry.auto
    id: strawberry.auto


@strawberry_django.type(Payment, ordering=PaymentOrder, pagination=True)
class PaymentNode:
    id: strawberry.auto
    transaction_id: strawberry.auto
    amount: int
    status: strawberry.auto
    payment_date: strawberry.auto
    created_at: strawberry.auto


@strawberry_django.filter_type(Contract, lookups=True)
class ContractFilter:
    created_at: strawberry.auto


@strawberry_django.order_type(Contract)
class ContractOrder:
    created_at: strawberry.auto
    id: strawberry.auto


@strawberry_django.type(Customer)
class CustomerOfContract:
    phone: strawberry.auto

    @strawberry_django.field(only=["last_name", "first_name", "middle_name"])
    def full_name(self) -> str:
        return self.full_name


@strawberry_django.type(Contract, filters=ContractFilter, ordering=ContractOrder, pagination=True)
class ContractNode:
    id: strawberry.auto
    number: strawberry.auto
    status: strawberry.auto
    balance: int
    credit_limit: int
    signed_date: strawberry.auto
    activation_date: strawberry.auto
    next_billing_date: strawberry.auto
    created_at: strawberry.auto
    tariff: TariffNode
    sim: SimNode | None
    customer: CustomerOfContract
    payments: list[PaymentNode]


@strawberry_django.filter_type(Customer, lookups=True)
class CustomerFilter:
    created_at: strawberry.auto


@strawberry_django.order_type(Customer)
class CustomerOrder:
    created_at: strawberry.auto
    id: strawberry.auto


@strawberry_django.type(Customer, filters=CustomerFilter, ordering=CustomerOrder, pagination=True)
class CustomerNode:
    id: strawberry.auto
    phone: strawberry.auto
    contracts: list[ContractNode]

    @strawberry_django.field(only=["last_name", "first_name", "middle_name"])
    def full_name(self) -> str:
        return self.full_name


@strawberry.type
class Query:
    customers: list[CustomerNode] = strawberry_django.field()
    contracts: list[ContractNode] = strawberry_django.field()
    payments: list[PaymentNode] = strawberry_django.field()
    contract: ContractNode = strawberry_django.field()


schema = strawberry.Schema(Query, extensions=[DjangoOptimizerExtension])
router = DefaultRouter()
router.register("customers", Customers, "customer")
router.register("contracts", Contracts, "contract")
router.register("payments", Payments, "payment")
urlpatterns = [
    path("api/", include(router.urls)),
    path("graphql", csrf_exempt(GraphQLView.as_view(schema=schema))),
]
application = get_wsgi_application()
