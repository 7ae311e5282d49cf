"""Digests of the files of approved statements."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SealKind(models.TextChoices):
    DOCUMENT = "document", _("document")
    PDF = "pdf", "PDF"
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class StatementSeal(models.Model):
    """The SHA-256 of one file of a statement as it was when its run was approved.

    ``made_with`` is the version of the typesetter for a PDF, of XlsxWriter for an XLSX.
    PostgreSQL refuses to change a row.
    """

    statement = models.ForeignKey(
        "settlement.Statement", models.PROTECT, related_name="seals", verbose_name=_("relevé")
    )
    kind = models.CharField(_("fichier"), max_length=16, choices=SealKind.choices)
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64)
    made_with = models.CharField(_("composé avec"), max_length=40, blank=True)
    made_at = models.DateTimeField(_("scellé le"))

    class Meta:
        verbose_name = _("empreinte de relevé")
        verbose_name_plural = _("empreintes de relevés")
        ordering = ("statement", "kind")
        constraints = [
            models.UniqueConstraint(fields=("statement", "kind"), name="statement_sealed_once")
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.kind} {self.sha256}"
