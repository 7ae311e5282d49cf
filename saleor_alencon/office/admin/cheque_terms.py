"""What the association agreed on gift cheques: its rules, and the shops that accept them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectMultipleWidget

from saleor_alencon.cheques.models import ChequeAcceptance, ChequeRules
from saleor_alencon.cheques.services import acceptance_set
from saleor_alencon.office.admin.base import ReadOnlyAdmin, attempt, confirm, list_url, rate
from saleor_alencon.office.admin.form_fields import day_field
from saleor_alencon.office.admin.shops import KeptAdmin
from saleor_alencon.shops.models import Shop, ShopState


@admin.register(ChequeRules)
class ChequeRulesAdmin(KeptAdmin):
    list_display = (
        "valid_from",
        "validity_months",
        rate("fee_rate_bps", gettext_lazy("frais en boutique")),
        "write_off_after_days",
    )

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class AcceptanceForm(forms.Form):
    shops = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Boutiques"),
        queryset=Shop.objects.exclude(state=ShopState.CLOSED).order_by("name"),
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": 12}),
    )
    accepts = forms.TypedChoiceField(
        label=gettext_lazy("Chèques cadeaux"),
        choices=[("yes", gettext_lazy("acceptés")), ("no", gettext_lazy("plus acceptés"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    valid_from = day_field(
        gettext_lazy("À partir du"),
        initial=timezone.localdate,
        help_text=gettext_lazy("Un jour à venir pour une boutique qui a déjà une ligne."),
    )


@admin.register(ChequeAcceptance)
class ChequeAcceptanceAdmin(ReadOnlyAdmin):
    list_display = ("shop", "valid_from", "accepts")
    list_filter = ("accepts",)
    list_select_related = ("shop",)
    search_fields = ("shop__name",)
    ordering = ("shop__name", "-valid_from")
    actions_list = ("note",)

    def has_sell_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("cheques.sell"))

    @action(
        description=gettext_lazy("Inscrire des boutiques"),
        permissions=["sell"],
        url_path="inscrire",
        icon="storefront",
    )
    def note(self, request: HttpRequest) -> HttpResponse:
        def command(form: forms.Form) -> None:
            def set_all() -> None:
                with transaction.atomic():
                    for shop in form.cleaned_data["shops"]:
                        acceptance_set(
                            shop_id=shop.pk,
                            accepts=form.cleaned_data["accepts"],
                            valid_from=form.cleaned_data["valid_from"],
                            now=timezone.now(),
                        )

            attempt(request, set_all, _("C'est noté."))

        return confirm(
            self,
            request,
            title=_("Qui accepte les chèques cadeaux"),
            text=_(
                "Un chèque paie en ligne les articles de ces boutiques d'abord ; leurs caisses "
                "peuvent l'encaisser."
            ),
            button=_("Inscrire"),
            command=command,
            back=list_url(ChequeAcceptance),
            form_class=AcceptanceForm,
        )
