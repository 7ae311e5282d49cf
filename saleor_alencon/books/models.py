"""Closed financial years. All else of the books is read from the ledger, as it is asked for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ClosedYear(models.Model):
    """A financial year whose entries are final: what is found out later is booked after it.

    ``last_transaction_id`` is the ledger's last transaction at the closing. A later one that tells
    of the year is booked on the first day after it (the view ``books_entry``). ``chart`` has the
    accounts' and shops' names as they were then, so that the year's file stays the same.
    ``digest`` is that file's SHA-256, empty until it was first made.
    """

    year = models.PositiveSmallIntegerField(_("exercice"), unique=True)
    first_day = models.DateField(_("premier jour"))
    last_day = models.DateField(_("dernier jour"))
    closed_at = models.DateTimeField(_("clos le"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("clos par")
    )
    last_transaction_id = models.BigIntegerField(_("dernière écriture"), editable=False)
    siren = models.CharField(_("SIREN"), max_length=9)
    chart = models.JSONField(editable=False)
    digest = models.CharField(_("empreinte du FEC"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("exercice clos")
        verbose_name_plural = _("livres comptables")
        ordering = ("-year",)
        permissions = [
            ("export_books", _("Exporter les livres comptables")),
            ("close_year", _("Clore un exercice")),
        ]

    def __str__(self) -> str:
        return gettext("exercice %(year)s") % {"year": self.year}


class ClosedMonth(models.Model):
    """A month in which nothing is booked any more: what is learnt of it goes to the open month.

    ``last_transaction_id`` is the ledger's last transaction at the closing. PostgreSQL refuses to
    change a row: a month is not opened again, it is corrected by entries of a later one.
    """

    first_day = models.DateField(_("premier jour"), unique=True)
    last_day = models.DateField(_("dernier jour"))
    closed_at = models.DateTimeField(_("clos le"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("clos par")
    )
    last_transaction_id = models.BigIntegerField(_("dernière écriture"), editable=False)

    class Meta:
        verbose_name = _("mois clos")
        verbose_name_plural = _("mois clos")
        ordering = ("-first_day",)

    def __str__(self) -> str:
        return f"{self.first_day:%m/%Y}"
