"""Gift cheques: the association's rules, what was sold, each cheque, and what became of it.

PostgreSQL keeps what a cheque is still worth (migration 0002): its face value less what web
orders and counters took of it. Sales, rules and done movements are never changed.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_alencon.localized import rate_text


class ChequeRules(models.Model):
    """What the association decided about its cheques, from a day on; added, never edited."""

    valid_from = models.DateField(_("à partir du"), unique=True)
    validity_months = models.PositiveSmallIntegerField(
        _("durée de validité (mois)"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    fee_rate_bps = models.PositiveIntegerField(
        _("frais sur un chèque encaissé en boutique, HT (points de base)"),
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text=_(
            "300 = 3 %. En ligne, c'est le barème de commission qui compte : une règle peut y "
            "demander le moyen de paiement « chèque cadeau »."
        ),
    )
    write_off_after_days = models.PositiveSmallIntegerField(
        _("périmés passés en produit après (jours)"),
        null=True,
        blank=True,
        default=30,
        validators=[MaxValueValidator(3650)],
        help_text=_(
            "Jours après le dernier jour de validité ; jusque-là un chèque peut être prolongé. "
            "Vide : jamais."
        ),
    )

    class Meta:
        verbose_name = _("règle des chèques cadeaux")
        verbose_name_plural = _("règles des chèques cadeaux")
        ordering = ("-valid_from",)

    def __str__(self) -> str:
        return f"{self.valid_from} · {rate_text(self.fee_rate_bps)}"

    def clean(self) -> None:
        """Refuse rules for a day that has begun, unless they are the first."""
        known = ChequeRules.objects.exists()
        if known and self.valid_from and self.valid_from <= timezone.localdate():
            raise ValidationError(
                {"valid_from": _("Choisissez un jour à venir : le passé garde ses règles.")}
            )


class ChequeAcceptance(models.Model):
    """Whether a shop accepts gift cheques, from a day on; added, never edited."""

    shop = models.ForeignKey(
        "shops.Shop", models.PROTECT, related_name="cheque_acceptances", verbose_name=_("boutique")
    )
    valid_from = models.DateField(_("à partir du"))
    accepts = models.BooleanField(_("accepte les chèques cadeaux"), default=True)

    class Meta:
        verbose_name = _("acceptation des chèques cadeaux")
        verbose_name_plural = _("acceptations des chèques cadeaux")
        ordering = ("shop", "-valid_from")
        constraints = [
            models.UniqueConstraint(fields=("shop", "valid_from"), name="cheque_acceptance_once")
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.valid_from}"


class PaymentMethod(models.TextChoices):
    TRANSFER = "transfer", _("virement bancaire")
    CHEQUE = "cheque", _("chèque bancaire")
    CARD = "card", _("carte, au terminal de l'Office")


class ChequeSale(models.Model):
    """One sale of cheques of one face value: to a company, or a single one; paid when recorded.

    PostgreSQL lets nothing of it change, but that its buyer is erased (migration 0003).
    """

    number = models.CharField(_("numéro"), max_length=24, unique=True)
    buyer_name = models.CharField(_("acheteur"), max_length=160)
    buyer_email = models.EmailField(_("adresse électronique"), blank=True)
    face_cents = models.PositiveIntegerField(_("valeur d'un chèque (centimes)"))
    count = models.PositiveIntegerField(_("nombre de chèques"))
    total_cents = models.PositiveIntegerField(_("total (centimes)"))
    expires_on = models.DateField(_("valable jusqu'au"))
    method = models.CharField(_("moyen"), max_length=16, choices=PaymentMethod.choices)
    reference = models.CharField(_("référence du paiement"), max_length=80, blank=True)
    paid_on = models.DateField(_("payé le"))
    sold_at = models.DateTimeField(_("vendu le"))
    sold_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("vendu par")
    )
    key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("vente de chèques cadeaux")
        verbose_name_plural = _("ventes de chèques cadeaux")
        ordering = ("-id",)
        permissions = [("sell", _("Vendre et rembourser des chèques cadeaux"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(total_cents=models.F("face_cents") * models.F("count"))
                & models.Q(total_cents__gt=0),
                name="cheque_sale_adds_up",
            )
        ]

    def __str__(self) -> str:
        return " · ".join((self.number, self.buyer_name or gettext("acheteur effacé")))


class ChequeState(models.TextChoices):
    ACTIVE = "active", _("utilisable")
    BLOCKED = "blocked", _("bloqué")
    CANCELLED = "cancelled", _("remboursé à l'acheteur")


class Cheque(models.Model):
    """One cheque. ``remaining_cents`` is written by PostgreSQL alone.

    ``saleor_id`` is its gift card there, empty until it was made; ``tell_saleor`` says that
    Saleor does not know its state yet. ``leased_until`` keeps two processes from it.
    """

    sale = models.ForeignKey(
        ChequeSale, models.PROTECT, related_name="cheques", verbose_name=_("vente")
    )
    serial = models.CharField(_("numéro"), max_length=32, unique=True)
    code = models.CharField(max_length=16, unique=True, editable=False)
    last_characters = models.CharField(_("fin du code"), max_length=4, unique=True)
    face_cents = models.PositiveIntegerField(_("valeur (centimes)"))
    remaining_cents = models.BigIntegerField(_("reste (centimes)"))
    expires_on = models.DateField(_("valable jusqu'au"))
    state = models.CharField(
        _("état"), max_length=16, choices=ChequeState.choices, default=ChequeState.ACTIVE
    )
    saleor_id = models.CharField(_("carte cadeau dans Saleor"), max_length=128, blank=True)
    tell_saleor = models.BooleanField(_("à dire à Saleor"), default=True)
    not_before = models.DateTimeField(_("prochain essai"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    failed_attempts = models.PositiveIntegerField(_("essais manqués"), default=0)
    failure = models.CharField(_("dernier échec"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("chèque cadeau")
        verbose_name_plural = _("chèques cadeaux")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__endswith=models.F("last_characters")),
                name="cheque_code_ends_as_it_says",
            )
        ]
        indexes = [
            models.Index(
                fields=("not_before",),
                name="cheque_to_tell_saleor",
                condition=models.Q(tell_saleor=True),
            ),
            models.Index(fields=("expires_on",), name="cheque_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.serial


class ChequeUse(models.Model):
    """What a cheque paid of one web order, and got back, as Saleor's newest snapshot says."""

    cheque = models.ForeignKey(
        Cheque, models.PROTECT, related_name="uses", verbose_name=_("chèque cadeau")
    )
    tender = models.CharField(_("moyen de paiement"), max_length=128, unique=True)
    order_number = models.CharField(_("commande"), max_length=32)
    charged_cents = models.BigIntegerField(_("encaissé (centimes)"))
    refunded_cents = models.BigIntegerField(_("remboursé (centimes)"))

    class Meta:
        verbose_name = _("usage en ligne")
        verbose_name_plural = _("usages en ligne")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.cheque} · {self.order_number}"


class MovementKind(models.TextChoices):
    COUNTER = "counter", _("encaissé en boutique")
    COUNTER_BACK = "counter_back", _("encaissement annulé")
    EXPIRED = "expired", _("périmé")
    REFUNDED = "refunded", _("remboursé à l'acheteur")


class MovementState(models.TextChoices):
    PENDING = "pending", _("en cours")
    GIVING_BACK = "giving_back", _("refusé, à rendre dans Saleor")
    DONE = "done", _("fait")
    REFUSED = "refused", _("refusé")


OPEN_MOVEMENTS = (MovementState.PENDING, MovementState.GIVING_BACK)


class ChequeMovement(models.Model):
    """Something the Office or a shop takes from a cheque, outside web orders, or gives back.

    ``effect_cents`` is what the cheque loses: negative when it is given back. It is reserved here
    first (``pending``), then taken from the gift card in Saleor, then done and posted. Fee and VAT
    have the sign of the effect. ``saleor_adjustments`` is how many adjustments the card had before.
    """

    cheque = models.ForeignKey(
        Cheque, models.PROTECT, related_name="movements", verbose_name=_("chèque cadeau")
    )
    kind = models.CharField(_("nature"), max_length=16, choices=MovementKind.choices)
    state = models.CharField(
        _("état"), max_length=16, choices=MovementState.choices, default=MovementState.PENDING
    )
    key = models.CharField(max_length=64, unique=True, editable=False)
    effect_cents = models.BigIntegerField(_("montant (centimes)"))
    shop = models.ForeignKey(
        "shops.Shop",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cheque_movements",
        verbose_name=_("boutique"),
    )
    fee_rate_bps = models.PositiveIntegerField(_("taux des frais (points de base)"), default=0)
    fee_cents = models.BigIntegerField(_("frais HT (centimes)"), default=0)
    fee_vat_rate_bps = models.PositiveIntegerField(_("TVA des frais (points de base)"), default=0)
    fee_vat_cents = models.BigIntegerField(_("TVA des frais (centimes)"), default=0)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("corrige")
    )
    reason = models.CharField(_("motif"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("demandé le"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("par"),
    )
    done_at = models.DateTimeField(_("fait le"), null=True, blank=True)
    saleor_adjustments = models.PositiveIntegerField(null=True, blank=True, editable=False)
    refusal = models.CharField(_("refus"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("mouvement de chèque cadeau")
        verbose_name_plural = _("mouvements de chèques cadeaux")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("cheque",),
                name="one_open_movement_per_cheque",
                condition=models.Q(state__in=["pending", "giving_back"]),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="counter_back", effect_cents__lt=0)
                | (~models.Q(kind="counter_back") & models.Q(effect_cents__gt=0)),
                name="cheque_movement_has_its_sign",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["counter", "counter_back"], shop__isnull=False)
                | models.Q(
                    kind__in=["expired", "refunded"], shop=None, fee_cents=0, fee_vat_cents=0
                ),
                name="cheque_movement_of_a_shop",
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", done_at__isnull=False)
                | (~models.Q(state="done") & models.Q(done_at=None)),
                name="cheque_movement_done_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cheque} · {self.get_kind_display()}"

    @property
    def net_cents(self) -> int:
        """What the shop gets of it, negative when it gives it back."""
        return self.effect_cents - self.fee_cents - self.fee_vat_cents


class ChequeEvent(models.Model):
    """Who did what to a cheque, and why: blocked, unblocked, prolonged.

    Rows are only added; the reason goes with the buyer, whom it may name.
    """

    cheque = models.ForeignKey(
        Cheque, models.PROTECT, related_name="events", verbose_name=_("chèque cadeau")
    )
    what = models.CharField(_("action"), max_length=120)
    reason = models.CharField(_("motif"), max_length=200)
    done_at = models.DateTimeField(_("le"))
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("par")
    )

    class Meta:
        verbose_name = _("action sur un chèque cadeau")
        verbose_name_plural = _("actions sur un chèque cadeau")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.cheque} · {self.what}"
