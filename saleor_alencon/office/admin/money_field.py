"""A field in which an amount is typed as people write it, and read as cents."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES


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
