"""The form that sends a catalogue; the back-office and the merchant's page show the same."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saleor_alencon.accounts.models import User
from saleor_alencon.catalogue.models import ImportJob, ImportKind
from saleor_alencon.catalogue.services import MOST_IMAGES_BYTES, import_receive
from saleor_alencon.catalogue.tables import MOST_BYTES
from saleor_alencon.shops.models import Shop


class CatalogueForm(forms.Form):
    """A file, what it holds, and the images that go with it."""

    file = forms.FileField(
        label=gettext_lazy("Fichier CSV ou XLSX"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Contenu"), choices=ImportKind.choices, initial=ImportKind.FULL
    )
    images = forms.FileField(
        label=gettext_lazy("ZIP d'images (facultatif)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )
    complete = forms.BooleanField(
        label=gettext_lazy("Catalogue complet"),
        required=False,
        help_text=gettext_lazy(
            "Les articles absents du fichier sont retirés de la vente, jamais supprimés."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, most in (("file", MOST_BYTES), ("images", MOST_IMAGES_BYTES)):
            sent = data.get(name)
            if sent and sent.size > most:
                self.add_error(
                    name, _("Fichier trop lourd : %(most)d Mo au plus.") % {"most": most // 1024**2}
                )
        if data.get("complete") and data.get("kind") != ImportKind.FULL:
            raise ValidationError(
                _("« Catalogue complet » ne va pas avec un fichier de prix et de stock.")
            )
        return data

    def receive(self, *, shop: Shop, user: User, now: datetime.datetime) -> ImportJob:
        """Keep what was sent as a job of the shop."""
        data = self.cleaned_data
        return import_receive(
            shop=shop,
            file_name=data["file"].name,
            content=data["file"].read(),
            images=data["images"].read() if data["images"] else None,
            kind=ImportKind(data["kind"]),
            complete=data["complete"],
            user=user,
            now=now,
        )


class OfficeCatalogueForm(CatalogueForm):
    """The same for an operator, who names the shop."""

    field_order = ("shop", "file", "kind", "images", "complete")
    shop = forms.ModelChoiceField(label=gettext_lazy("Boutique"), queryset=Shop.objects.all())
