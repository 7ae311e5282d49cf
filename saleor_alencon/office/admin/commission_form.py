"""Forms of commission: a rule, when a plan begins, an example line, a simulation."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    INPUT_CLASSES,
    SELECT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from saleor_alencon.commission.models import DELIVERIES, TENDERS, CommissionRule, Plan
from saleor_alencon.domain.commission import month_before
from saleor_alencon.office.admin.form_fields import day_field
from saleor_alencon.shops.models import Shop

INPUT = {"class": " ".join(INPUT_CLASSES)}
SELECT = {"class": " ".join(SELECT_CLASSES)}


class SlugsField(forms.CharField):
    """Saleor's slugs, separated by commas."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        names = [name.strip() for name in (super().to_python(value) or "").split(",")]
        return sorted({name for name in names if name})

    def validate(self, value: Any) -> None:
        super().validate(value)
        for name in value:
            try:
                validate_slug(name)
            except ValidationError as error:
                raise ValidationError(
                    _("« %(name)s » n'est pas un identifiant, comme « bandes-dessinees »."),
                    params={"name": name},
                ) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)


def shop_choices() -> list[tuple[str, str]]:
    return list(Shop.objects.order_by("name").values_list("slug", "name"))


class RuleForm(forms.ModelForm):
    """One rule. ``draft`` is the plan that a new one is for."""

    draft: Plan | None = None
    shops = forms.MultipleChoiceField(
        label=capfirst(_("boutiques")),
        choices=shop_choices,
        required=False,
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": 8}),
        help_text=_("Aucune choisie : toutes. Plusieurs : touche Ctrl."),
    )
    categories = SlugsField(
        label=capfirst(_("catégories")),
        required=False,
        help_text=_(
            "Identifiants de Saleor, séparés par des virgules ; une sous-catégorie a le sien."
        ),
    )
    product_types = SlugsField(
        label=capfirst(_("types de produit")),
        required=False,
        help_text=_("Identifiants de Saleor, séparés par des virgules."),
    )
    deliveries = forms.MultipleChoiceField(
        label=capfirst(_("livraison")),
        choices=DELIVERIES,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    tenders = forms.MultipleChoiceField(
        label=capfirst(_("moyen de paiement")),
        choices=TENDERS,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Celui qui a payé la plus grande part de la commande."),
    )

    class Meta:
        model = CommissionRule
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets name them

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.draft is not None and self.instance.pk is None:
            self.instance.plan = self.draft


def next_midnight() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=1)


class PublishForm(forms.Form):
    first_day = day_field(
        _("En vigueur à partir du"),
        initial=next_midnight,
        help_text=_("À minuit. Les commandes déjà passées gardent leur règle."),
    )

    def valid_from(self) -> datetime.datetime:
        return datetime.datetime.combine(
            self.cleaned_data["first_day"], datetime.time(), timezone.get_default_timezone()
        )


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Nom du barème"), max_length=120, widget=forms.TextInput(attrs=INPUT)
    )


class ExampleForm(forms.Form):
    """An imagined line. Amounts are typed in euros."""

    shop = forms.ChoiceField(
        label=_("Boutique"), choices=shop_choices, widget=forms.Select(attrs=SELECT)
    )
    category = forms.CharField(
        label=_("Catégorie"),
        required=False,
        widget=forms.TextInput(attrs={"list": "known-categories", **INPUT}),
    )
    product_type = forms.CharField(
        label=_("Type de produit"),
        required=False,
        widget=forms.TextInput(attrs={"list": "known-product-types", **INPUT}),
    )
    delivery = forms.ChoiceField(
        label=_("Livraison"), choices=DELIVERIES, widget=forms.Select(attrs=SELECT)
    )
    tender = forms.ChoiceField(
        label=_("Moyen de paiement"), choices=TENDERS, widget=forms.Select(attrs=SELECT)
    )
    day = day_field(
        _("Jour de la commande"),
        initial=timezone.localdate,
    )
    amount = forms.DecimalField(
        label=_("Montant TTC de la ligne (€)"),
        initial=Decimal("50.00"),
        min_value=0,
        max_value=1_000_000,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", **INPUT}),
    )
    turnover = forms.DecimalField(
        label=_("Vendu par la boutique le mois précédent (€)"),
        initial=Decimal(0),
        min_value=0,
        max_value=100_000_000,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", **INPUT}),
    )

    def cents(self, name: str) -> int:
        return int(self.cleaned_data[name] * 100)


class SimulationForm(forms.Form):
    plan = forms.ModelChoiceField(
        label=_("Barème"),
        queryset=Plan.objects.all(),
        empty_label=None,
        widget=forms.Select(attrs=SELECT),
    )
    month = forms.DateField(
        label=_("Mois des commandes"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month", **INPUT}),
    )

    @staticmethod
    def last_month() -> datetime.date:
        return month_before(timezone.localdate())
