"""Settlement runs: what closes, what each shop gets, and which ledger entries it pays."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from saleor_alencon.shops.models import PayoutRail


class RunState(models.TextChoices):
    DRAFT = "draft", _("à approuver")
    APPROVED = "approved", _("approuvé")
    EXECUTED = "executed", _("exécuté")
    CANCELLED = "cancelled", _("abandonné")


class SettlementRun(models.Model):
    """One closing that turns available balances into payouts."""

    number = models.CharField(_("numéro"), max_length=24, unique=True)
    cutoff = models.DateTimeField(_("arrêté au"))
    state = models.CharField(
        _("état"), max_length=16, choices=RunState.choices, default=RunState.DRAFT
    )
    rail = models.CharField(
        _("versements par"), max_length=8, choices=PayoutRail.choices, default=PayoutRail.SEPA
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("préparé par")
    )
    created_at = models.DateTimeField(_("préparé le"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approuvé par"),
    )
    approved_at = models.DateTimeField(_("approuvé le"), null=True, blank=True)
    execution_date = models.DateField(_("date d'exécution"), null=True, blank=True)
    executed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("déclaré exécuté par"),
    )
    executed_at = models.DateTimeField(_("déclaré exécuté le"), null=True, blank=True)
    payment_file = models.BinaryField(_("fichier SEPA"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("reversement")
        verbose_name_plural = _("reversements")
        ordering = ("-id",)
        permissions = [
            ("create_run", _("Préparer un reversement")),
            ("approve_run", _("Approuver un reversement")),
            ("cancel_run", _("Abandonner un reversement")),
            ("execute_run", _("Déclarer un reversement exécuté")),
            ("return_payout", _("Déclarer un virement retourné")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("state",), condition=models.Q(state="draft"), name="one_draft_run_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | ~models.Q(approved_by=models.F("created_by")),
                name="run_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "cancelled"])
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="run_approved_has_approver",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CarriedReason(models.TextChoices):
    NONE = "", _("versé")
    NEGATIVE = "negative", _("solde négatif, reporté")
    BELOW_MINIMUM = "below_minimum", _("inférieur au minimum, reporté")
    MISSING_IBAN = "missing_iban", _("IBAN ou BIC manquant, reporté")
    MISSING_ACCOUNT = "missing_account", _("compte Stripe pas prêt, reporté")
    DUES_UNPAID = "dues_unpaid", _("cotisation en retard, reporté")
    MISSING_IDENTITY = "missing_identity", _("identité fiscale manquante, reporté")


class Statement(models.Model):
    """What one shop gets in one run, every cent explained; frozen when the run is drafted.

    opening + net = payable + carried. The opening is what earlier statements carried.
    """

    run = models.ForeignKey(
        SettlementRun, models.PROTECT, related_name="statements", verbose_name=_("reversement")
    )
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="statements", verbose_name=_("boutique")
    )
    number = models.CharField(_("numéro"), max_length=120, unique=True)
    opening_cents = models.BigIntegerField(_("report précédent (centimes)"))
    net_cents = models.BigIntegerField(_("net des lignes (centimes)"))
    payable_cents = models.BigIntegerField(_("versé (centimes)"))
    carried_cents = models.BigIntegerField(_("reporté (centimes)"))
    carried_reason = models.CharField(
        _("motif du report"), max_length=16, choices=CarriedReason.choices, blank=True
    )
    document = models.JSONField(_("document"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("relevé")
        verbose_name_plural = _("relevés")
        ordering = ("run", "shop")
        constraints = [
            models.UniqueConstraint(fields=("run", "shop"), name="statement_once"),
            models.CheckConstraint(
                condition=models.Q(
                    payable_cents=models.F("opening_cents")
                    + models.F("net_cents")
                    - models.F("carried_cents")
                ),
                name="statement_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StatementLineKind(models.TextChoices):
    SALE = "sale", _("vente")
    CORRECTION = "correction", _("correction")
    PAYOUT_RETURNED = "payout_returned", _("virement retourné")
    DISPUTE = "dispute", _("litige")
    DUES = "dues", _("cotisation")


class StatementLine(models.Model):
    """One shop order (or returned payout) on a statement: gross = commission + VAT + fees + net.

    A disputed payment withheld from the shop, or given back, is a line beside the sale's, and so
    are dues withheld.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    kind = models.CharField(_("nature"), max_length=16, choices=StatementLineKind.choices)
    shop_order = models.ForeignKey(
        "orders.ShopOrder", models.PROTECT, null=True, related_name="statement_lines"
    )
    payout = models.ForeignKey("settlement.Payout", models.PROTECT, null=True, related_name="+")
    dues_payment = models.ForeignKey(
        "dues.DuesPayment", models.PROTECT, null=True, related_name="+"
    )
    gross_cents = models.BigIntegerField(_("ventes (centimes)"))
    commission_cents = models.BigIntegerField(_("commission (centimes)"))
    commission_vat_cents = models.BigIntegerField(_("TVA sur commission (centimes)"))
    fees_cents = models.BigIntegerField(_("frais (centimes)"), default=0)
    net_cents = models.BigIntegerField(_("net (centimes)"))

    class Meta:
        verbose_name = _("ligne de relevé")
        verbose_name_plural = _("lignes de relevé")
        ordering = ("statement", "id")
        constraints = [
            models.UniqueConstraint(
                "statement",
                "shop_order",
                models.Case(models.When(kind="dispute", then=1), default=0),
                name="shop_order_once_per_statement",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    gross_cents=models.F("commission_cents")
                    + models.F("commission_vat_cents")
                    + models.F("fees_cents")
                    + models.F("net_cents")
                ),
                name="statement_line_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.kind} {self.net_cents}"


class StatementItem(models.Model):
    """One order line's part of a statement line: the change since the last statement, in cents.

    ``vat_cents`` is the VAT contained in the gross amount, as Saleor stored it for the line.
    """

    line = models.ForeignKey(StatementLine, models.PROTECT, related_name="items")
    order_line = models.ForeignKey(
        "orders.ShopOrderLine", models.PROTECT, related_name="statement_items"
    )
    gross_cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField()
    commission_cents = models.BigIntegerField()
    commission_vat_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("line", "order_line"), name="statement_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.order_line_id} {self.gross_cents}"


class StatementTender(models.Model):
    """What one tender paid of a statement line's gross: the change since the last statement."""

    line = models.ForeignKey(StatementLine, models.PROTECT, related_name="tenders")
    tender = models.ForeignKey("orders.Tender", models.PROTECT, related_name="statement_tenders")
    amount_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("line", "tender"), name="statement_tender_once")
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.tender_id} {self.amount_cents}"


class PayoutState(models.TextChoices):
    DRAFT = "draft", _("à approuver")
    APPROVED = "approved", _("approuvé")
    EXECUTED = "executed", _("exécuté")
    RETURNED = "returned", _("retourné")
    FAILED = "failed", _("refusé")


class Payout(models.Model):
    """One payment to one shop. Name and account are frozen when the run is drafted."""

    statement = models.OneToOneField(
        Statement, models.PROTECT, related_name="payout", verbose_name=_("relevé")
    )
    run = models.ForeignKey(
        SettlementRun, models.PROTECT, related_name="payouts", verbose_name=_("reversement")
    )
    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="payouts", verbose_name=_("boutique")
    )
    amount_cents = models.BigIntegerField(_("montant (centimes)"))
    payee_name = models.CharField(_("bénéficiaire"), max_length=160)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    connected_account = models.CharField(_("compte Stripe"), max_length=64, blank=True)
    end_to_end_id = models.CharField(_("référence de bout en bout"), max_length=35, unique=True)
    state = models.CharField(
        _("état"), max_length=16, choices=PayoutState.choices, default=PayoutState.DRAFT
    )
    executed_at = models.DateTimeField(_("exécuté le"), null=True, blank=True)
    returned_at = models.DateTimeField(_("retourné le"), null=True, blank=True)
    return_reason = models.CharField(_("motif du retour"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("virement")
        verbose_name_plural = _("virements")
        ordering = ("run", "shop")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_cents__gt=0), name="payout_positive"),
            models.CheckConstraint(
                condition=~models.Q(iban="") | ~models.Q(connected_account=""),
                name="payout_has_an_account",
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class Claim(models.Model):
    """A ledger entry on a shop's available account that one statement counts, once for all."""

    entry = models.OneToOneField("ledger.Entry", models.PROTECT, related_name="claim")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="claims")

    class Meta:
        verbose_name = _("pièce réglée")
        verbose_name_plural = _("pièces réglées")

    def __str__(self) -> str:
        return f"{self.entry_id} → {self.statement_id}"
