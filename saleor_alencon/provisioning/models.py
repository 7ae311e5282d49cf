"""What provisioning knows of each shop in Saleor: ids, when, and what went wrong last."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from saleor_alencon.shops.models import Shop


class ShopProvision(models.Model):
    """A shop's place in Saleor. Saleor holds the truth; the ids here only find it again."""

    shop = models.OneToOneField(
        Shop, models.PROTECT, related_name="provision", verbose_name=_("boutique")
    )
    warehouse_id = models.CharField(_("entrepôt"), max_length=100, blank=True)
    collection_id = models.CharField(_("collection"), max_length=100, blank=True)
    group_id = models.CharField(_("groupe"), max_length=100, blank=True)
    provisioned_at = models.DateTimeField(_("mise en place le"), null=True, blank=True)
    failed_at = models.DateTimeField(_("échec le"), null=True, blank=True)
    last_error = models.TextField(_("dernière erreur"), blank=True)
    checked_at = models.DateTimeField(_("vérifiée le"), null=True, blank=True)
    drift = models.JSONField(
        _("écarts"),
        default=list,
        blank=True,
        help_text=_("Ce qui, dans Saleor, n'était pas comme l'Office le veut."),
    )

    class Meta:
        verbose_name = _("boutique dans Saleor")
        verbose_name_plural = _("boutiques dans Saleor")
        ordering = ("shop__name",)
        permissions = [("provision_shop", _("peut mettre une boutique en place dans Saleor"))]

    def __str__(self) -> str:
        return str(self.shop)
