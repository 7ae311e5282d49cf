"""What Saleor must still be told: what failed, trying again, giving up."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import INPUT_CLASSES

from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    attempt,
    change_url,
    confirm,
    link,
    user_of,
)
from saleor_alencon.pickups import services
from saleor_alencon.pickups.models import CommandState, SaleorCommand

COMMAND_COLOURS = {CommandState.PENDING: "warning", CommandState.DONE: "success"}


class GiveUpForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Comment l'affaire a-t-elle été réglée ?"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": " ".join(INPUT_CLASSES)}),
    )


@admin.register(SaleorCommand)
class SaleorCommandAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "its_order", "state_label", "failed_attempts", "reason")
    list_filter = ("state", "kind")
    list_select_related = ("shop_order__order", "shop_order__shop")
    search_fields = ("shop_order__order__number", "reason")
    fields = readonly_fields = (
        "kind",
        "its_order",
        "state",
        "created_at",
        "done_at",
        "failed_attempts",
        "not_before",
        "reason",
        "payload",
    )
    actions_detail = ("retry", "give_up")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SaleorCommand]:
        return super().get_queryset(request).select_related("shop_order__order", "shop_order__shop")

    def has_work_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("pickups.work"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        pending = SaleorCommand.objects.filter(pk=object_id, state=CommandState.PENDING)
        return super().get_actions_detail(request, object_id) if pending.exists() else []

    @display(description=gettext_lazy("commande boutique"))
    def its_order(self, command: SaleorCommand) -> str:
        return link(change_url(command.shop_order), command.shop_order)

    @display(description=gettext_lazy("état"), ordering="state", label=COMMAND_COLOURS)
    def state_label(self, command: SaleorCommand) -> tuple[str, str]:
        return command.state, command.get_state_display()

    @action(
        description=gettext_lazy("Réessayer maintenant"),
        permissions=["work"],
        url_path="reessayer",
        icon="refresh",
    )
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(
            request, object_id, forms.Form, _("Réessayer maintenant ?"),
            _("Saleor est d'abord interrogé : rien n'est fait deux fois."), _("Réessayer"),
            lambda pk, _form, now: services.command_retry(command_id=pk, now=now),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Abandonner"),
        permissions=["work"],
        url_path="abandonner",
        icon="cancel",
    )
    def give_up(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(
            request, object_id, GiveUpForm, _("Abandonner cette demande ?"),
            _("Saleor n'en saura rien : réglez d'abord l'affaire à la main."), _("Abandonner"),
            lambda pk, form, now: services.command_give_up(
                command_id=pk, done_by=user_of(request),
                reason=form.cleaned_data["reason"], now=now,
            ),
        )  # fmt: skip

    def _ask(
        self,
        request: HttpRequest,
        object_id: str,
        form_class: type[forms.Form],
        title: str,
        text: str,
        button: str,
        service: Callable[[int, forms.Form, datetime.datetime], Any],
    ) -> HttpResponse:
        command = get_object_or_404(SaleorCommand, pk=object_id)

        def run(form: forms.Form) -> None:
            attempt(request, lambda: service(command.pk, form, timezone.now()), _("C'est noté."))

        return confirm(
            self,
            request,
            title=title,
            text=text,
            button=button,
            command=run,
            back=change_url(command),
            form_class=form_class,
        )
