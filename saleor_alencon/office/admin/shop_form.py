"""A shop's record as the Office edits it."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from saleor_alencon.shops.logos import clean_logo
from saleor_alencon.shops.models import Association, Shop


class CompactField(forms.CharField):
    """An identifier that people paste with spaces and in any case; it is kept without."""

    widget = UnfoldAdminTextInputWidget

    def to_python(self, value: Any) -> str:
        return "".join(str(super().to_python(value) or "").split()).upper()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # The browser would cut off what is pasted with its spaces.
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class BankAccountForm(forms.ModelForm):
    """Company numbers and a bank account, as they stand on letters."""

    siret = CompactField(label=_("SIRET"), max_length=14, required=False)
    vat_number = CompactField(label=_("numéro de TVA"), max_length=20, required=False)
    iban = CompactField(label=_("IBAN"), max_length=34, required=False)
    bic = CompactField(label=_("BIC"), max_length=11, required=False)


class AssociationForm(BankAccountForm):
    class Meta:
        model = Association
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets name them


class ShopForm(BankAccountForm):
    class Meta:
        model = Shop
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets name them

    def clean_logo(self) -> Any:
        logo = self.cleaned_data["logo"]
        return clean_logo(logo) if isinstance(logo, UploadedFile) else logo
