"""Shops in Saleor: when each was brought there, what failed last, and what differs."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from saleor_alencon.errors import AlenconError
from saleor_alencon.office.admin.base import (
    REFUSED,
    ReadOnlyAdmin,
    change_url,
    confirm,
    link,
    list_url,
)
from saleor_alencon.office.admin.trail import TrailPages
from saleor_alencon.provisioning.drift import Drift
from saleor_alencon.provisioning.models import ShopProvision
from saleor_alencon.provisioning.services import (
    provision_summary,
    shop_provision,
    shop_verify,
    shops_to_provision,
)
from saleor_alencon.provisioning.staff import office_staff_login
from saleor_alencon.provisioning.tasks import provision_shop, verify_shop
from saleor_alencon.saleor_api.client import office_client
from saleor_alencon.shops.models import Shop

PERMISSION = "provisioning.provision_shop"


def ask_provision(
    model_admin: ModelAdmin, request: HttpRequest, shop: Shop, back: str
) -> HttpResponse:
    """Ask, then bring one shop into Saleor."""
    return confirm(
        model_admin,
        request,
        title=_("Mettre « %(shop)s » en place dans Saleor ?") % {"shop": shop.name},
        text=_(
            "Son entrepôt, sa page, son groupe et ses comptes y sont faits ou mis à jour. Ce qui y "
            "est déjà reste ; recommencer ne double rien."
        ),
        button=_("Mettre en place"),
        command=lambda _form: provision_now(request, shop),
        back=back,
    )


def provision_now(request: HttpRequest, shop: Shop) -> None:
    """Bring one shop into Saleor while the person waits, and tell what was done or failed."""
    try:
        with office_client() as client, office_staff_login() as staff:
            cured = shop_provision(shop=shop, client=client, staff=staff, now=timezone.now())
    except AlenconError as error:
        messages.error(request, str(REFUSED).format(error=error))
        return
    messages.success(request, provision_summary(shop, cured))


def verify_now(request: HttpRequest, shop: Shop) -> None:
    """Compare one shop with Saleor while the person waits, and tell what differs."""
    try:
        with office_client() as client:
            drift = shop_verify(shop=shop, client=client, now=timezone.now())
    except AlenconError as error:
        messages.error(request, str(REFUSED).format(error=error))
        return
    if not drift:
        messages.success(request, _("%(shop)s : rien ne diffère") % {"shop": shop.name})
        return
    text = " ; ".join(map(str, drift))
    messages.warning(request, _("%(shop)s : %(drift)s") % {"shop": shop.name, "drift": text})


@admin.register(ShopProvision)
class ShopProvisionAdmin(TrailPages, ReadOnlyAdmin):
    list_display = ("shop", "shop_state", "state_label", "provisioned_at", "checked_at", "to_see")
    list_filter = ("shop__state",)
    list_select_related = ("shop",)
    search_fields = ("shop__name", "shop__slug")
    actions_list = ("provision_all", "verify_all")
    actions_detail = ("provision", "verify")
    fields = readonly_fields = (
        "its_shop",
        "state_text",
        "provisioned_at",
        "checked_at",
        "differences",
        "failed_at",
        "last_error",
        "warehouse_id",
        "collection_id",
        "group_id",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShopProvision]:
        return super().get_queryset(request).select_related("shop")

    def has_provision_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm(PERMISSION))

    @display(description=gettext_lazy("boutique"))
    def its_shop(self, row: ShopProvision) -> str:
        return link(change_url(row.shop), row.shop)

    @display(description=gettext_lazy("état de la boutique"), ordering="shop__state")
    def shop_state(self, row: ShopProvision) -> str:
        return row.shop.get_state_display()

    @display(
        description=gettext_lazy("dans Saleor"),
        label={"failed": "danger", "differs": "warning", "good": "success", "absent": "info"},
    )
    def state_label(self, row: ShopProvision) -> tuple[str, str]:
        if row.failed_at:
            return "failed", _("échec")
        if row.drift:
            return "differs", _("diffère")
        if row.provisioned_at:
            return "good", _("en place")
        return "absent", _("absente")

    @display(description=gettext_lazy("dans Saleor"))
    def state_text(self, row: ShopProvision) -> str:
        return self.state_label(row)[1]

    @display(description=gettext_lazy("à voir"))
    def to_see(self, row: ShopProvision) -> str:
        if row.failed_at:
            return row.last_error[:120]
        return "; ".join(self.drift_lines(row)[:2]) or "—"

    @display(description=gettext_lazy("écarts"))
    def differences(self, row: ShopProvision) -> str:
        return format_html_join("", "{}<br>", ((line,) for line in self.drift_lines(row))) or "—"

    @staticmethod
    def drift_lines(row: ShopProvision) -> list[str]:
        return [str(Drift(**each)) for each in row.drift]

    @action(
        description=gettext_lazy("Mettre en place dans Saleor"),
        permissions=["provision"],
        url_path="mettre-en-place",
        icon="sync",
    )
    def provision(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Bring this shop in Saleor to what the Office's books say."""
        row = ShopProvision.objects.select_related("shop").get(pk=object_id)
        return ask_provision(self, request, row.shop, change_url(row))

    @action(
        description=gettext_lazy("Comparer avec Saleor"),
        permissions=["provision"],
        url_path="comparer",
        icon="difference",
    )
    def verify(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Look for what differs of this shop."""
        row = ShopProvision.objects.select_related("shop").get(pk=object_id)
        verify_now(request, row.shop)
        return redirect(change_url(row))

    @action(
        description=gettext_lazy("Mettre toutes en place"),
        permissions=["provision"],
        url_path="toutes-en-place",
        icon="sync",
    )
    def provision_all(self, request: HttpRequest) -> HttpResponse:
        return confirm(
            self,
            request,
            title=_("Mettre toutes les boutiques en place dans Saleor ?"),
            text=_("Celles qui sont validées, en ligne, ou déjà dans Saleor."),
            button=_("Mettre en place"),
            command=lambda _form: self.for_all(request, provision_shop),
            back=list_url(ShopProvision),
        )

    @action(
        description=gettext_lazy("Comparer toutes avec Saleor"),
        permissions=["provision"],
        url_path="tout-comparer",
        icon="difference",
    )
    def verify_all(self, request: HttpRequest) -> HttpResponse:
        self.for_all(request, verify_shop)
        return redirect(list_url(ShopProvision))

    def for_all(self, request: HttpRequest, task: Any) -> None:
        """Queue a task for every shop that belongs into Saleor."""
        ids = list(shops_to_provision().values_list("pk", flat=True))
        for shop_id in ids:
            task.delay(shop_id)
        count = len(ids)
        text = ngettext("%(count)d boutique demandée.", "%(count)d boutiques demandées.", count)
        messages.success(request, text % {"count": count})
