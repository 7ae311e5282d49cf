"""Fields of the back-office's own forms: amounts, days, reasons."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, UnfoldAdminTextInputWidget


class CentsField(forms.DecimalField):
    """An amount in euros with a comma or a point, such as "12,50"; its value is integer cents."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "class": " ".join(INPUT_CLASSES)}
        options = {
            "min_value": Decimal("0.01"),
            "max_digits": 12,
            "decimal_places": 2,
            "localize": True,
            "error_messages": {"min_value": _("Donnez un montant supérieur à zéro.")},
            "widget": forms.TextInput(attrs=attributes),
            **options,
        }
        super().__init__(**options)

    def clean(self, value: Any) -> int | None:
        """Return cents, or None when the field is empty and need not be filled."""
        amount: Decimal | None = super().clean(value)
        return None if amount is None else int(amount * 100)


def day_field(label: Any, **options: Any) -> forms.DateField:
    """Return a field for a day, chosen in the browser's calendar."""
    return forms.DateField(
        label=label,
        # The browser's date field speaks ISO, whatever the language of the page.
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}
        ),
        **options,
    )


def reason_field(label: Any, help_text: Any = "") -> forms.CharField:
    """Return a field for the reason of a correction, short enough for a document."""
    return forms.CharField(
        label=label, max_length=200, help_text=help_text, widget=UnfoldAdminTextInputWidget
    )
