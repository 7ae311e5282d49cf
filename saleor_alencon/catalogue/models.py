"""Import jobs: one file of one shop, and what became of its rows."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from saleor_alencon.shops.models import Shop


class ImportKind(models.TextChoices):
    FULL = "full", _("articles complets")
    PRICES_AND_STOCK = "prices_and_stock", _("prix et stock seulement")


class ImportState(models.TextChoices):
    RECEIVED = "received", _("reçu")
    CHECKING = "checking", _("vérification en cours")
    CHECKED = "checked", _("vérifié, à appliquer")
    REFUSED = "refused", _("fichier refusé")
    APPLYING = "applying", _("import en cours")
    STOPPED = "stopped", _("interrompu, à reprendre")
    DONE = "done", _("terminé")


RUNNING = (ImportState.CHECKING, ImportState.APPLYING)
UNFINISHED = (ImportState.RECEIVED, ImportState.CHECKED, ImportState.STOPPED, *RUNNING)


class RowOutcome(models.TextChoices):
    CREATED = "created", _("créée")
    UPDATED = "updated", _("modifiée")
    REFUSED = "refused", _("refusée")


class ImportJob(models.Model):
    """One file that a shop, or the Office for it, sends to Saleor."""

    shop = models.ForeignKey(
        Shop, models.PROTECT, related_name="import_jobs", verbose_name=_("boutique")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("envoyé par"),
        help_text=_("Vide : par la commande alencon catalogue import."),
    )
    created_at = models.DateTimeField(_("envoyé le"))
    file_name = models.CharField(_("fichier"), max_length=200)
    digest = models.CharField(_("empreinte du fichier"), max_length=64)
    kind = models.CharField(
        _("contenu"), max_length=16, choices=ImportKind.choices, default=ImportKind.FULL
    )
    complete = models.BooleanField(
        _("catalogue complet"),
        default=False,
        help_text=_("Les articles absents du fichier sont retirés de la vente, jamais supprimés."),
    )
    state = models.CharField(
        _("état"), max_length=16, choices=ImportState.choices, default=ImportState.RECEIVED
    )
    message = models.TextField(_("message"), blank=True)
    unknown_columns = models.JSONField(_("colonnes inconnues"), default=list, blank=True)
    columns = models.JSONField(_("colonnes"), default=list, blank=True)
    total = models.PositiveIntegerField(_("lignes"), default=0)
    handled = models.PositiveIntegerField(_("lignes traitées"), default=0)
    created = models.PositiveIntegerField(_("créées"), default=0)
    updated = models.PositiveIntegerField(_("modifiées"), default=0)
    unchanged = models.PositiveIntegerField(_("inchangées"), default=0)
    refused = models.PositiveIntegerField(_("refusées"), default=0)
    hidden = models.PositiveIntegerField(_("articles retirés de la vente"), default=0)
    beat_at = models.DateTimeField(_("dernier signe"), null=True, blank=True)
    finished_at = models.DateTimeField(_("terminé le"), null=True, blank=True)

    class Meta:
        verbose_name = _("import de catalogue")
        verbose_name_plural = _("imports de catalogue")
        ordering = ("-id",)
        permissions = [("import_catalogue", _("Importer le catalogue d'une boutique"))]

    def __str__(self) -> str:
        return f"{self.file_name} · {self.shop}"

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return min(100, 100 * self.handled // self.total) if self.total else 0

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING


class ImportFile(models.Model):
    """What was sent, apart from the job so that lists of jobs stay light."""

    job = models.OneToOneField(
        ImportJob, models.CASCADE, related_name="file", verbose_name=_("import")
    )
    content = models.BinaryField(_("fichier"))
    images = models.BinaryField(_("ZIP d'images"), null=True, blank=True)

    class Meta:
        verbose_name = _("fichier d'import")
        verbose_name_plural = _("fichiers d'import")

    def __str__(self) -> str:
        return str(self.job_id)


class ImportRow(models.Model):
    """A row that was created, updated or refused; unchanged ones are only counted."""

    job = models.ForeignKey(
        ImportJob, models.CASCADE, related_name="rows", verbose_name=_("import")
    )
    line = models.PositiveIntegerField(_("ligne"))
    reference = models.CharField(_("référence"), max_length=100, blank=True)
    outcome = models.CharField(_("résultat"), max_length=16, choices=RowOutcome.choices)
    cells = models.JSONField(_("cellules"), default=dict, blank=True)
    faults = models.JSONField(_("erreurs"), default=list, blank=True)

    class Meta:
        verbose_name = _("ligne d'import")
        verbose_name_plural = _("lignes d'import")
        ordering = ("job", "line")
        constraints = [models.UniqueConstraint(fields=("job", "line"), name="import_line_once")]

    def __str__(self) -> str:
        return f"{self.line} {self.reference}"
