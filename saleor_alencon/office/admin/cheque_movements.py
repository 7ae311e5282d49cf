"""What counters and the Office took of gift cheques, and taking a redemption back."""

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

from saleor_alencon.cheques.models import (
    ChequeMovement,
    MovementKind,
    MovementState,
)
from saleor_alencon.cheques.movements import redemption_cancel
from saleor_alencon.cheques.saleor import movement_settle
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    amount,
    attempt,
    change_url,
    confirm,
    user_of,
)
from saleor_alencon.office.admin.cheque_sales import ReasonForm, Sells

MOVEMENT_COLOURS = {
    MovementState.DONE: "success",
    MovementState.PENDING: "warning",
    MovementState.GIVING_BACK: "warning",
    MovementState.REFUSED: "danger",
}


@admin.register(ChequeMovement)
class ChequeMovementAdmin(Sells, ReadOnlyAdmin):
    list_display = (
        "asked_at",
        "cheque",
        "kind",
        "shop",
        amount("effect_cents", gettext_lazy("montant")),
        amount("fee_cents", gettext_lazy("frais HT")),
        "state_label",
    )
    list_filter = ("kind", "state", "shop")
    list_select_related = ("cheque", "shop")
    search_fields = ("cheque__serial", "shop__name", "reason")
    ordering = ("-id",)
    actions_detail = ("give_back",)
    fields = (
        "cheque",
        "kind",
        "state",
        "shop",
        amount("effect_cents", gettext_lazy("montant")),
        amount("fee_cents", gettext_lazy("frais HT")),
        amount("fee_vat_cents", gettext_lazy("TVA des frais")),
        amount("net_cents", gettext_lazy("net boutique")),
        "corrects",
        "reason",
        "refusal",
        "asked_at",
        "asked_by",
        "done_at",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChequeMovement]:
        return super().get_queryset(request).select_related("asked_by")  # type: ignore[no-any-return]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        taken = ChequeMovement.objects.filter(
            pk=object_id,
            kind=MovementKind.COUNTER,
            state=MovementState.DONE,
            chequemovement=None,
        )
        return super().get_actions_detail(request, object_id) if taken.exists() else []

    @display(
        description=gettext_lazy("état"),
        label={state.value: colour for state, colour in MOVEMENT_COLOURS.items()},
    )
    def state_label(self, movement: ChequeMovement) -> tuple[str, str]:
        return movement.state, movement.get_state_display()

    @action(
        description=gettext_lazy("Annuler l'encaissement"),
        permissions=["sell"],
        url_path="annuler",
        icon="undo",
    )
    def give_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        movement = get_object_or_404(ChequeMovement, pk=object_id)

        def command(form: forms.Form) -> None:
            def step() -> ChequeMovement:
                back = redemption_cancel(
                    movement_id=movement.pk,
                    reason=form.cleaned_data["reason"],
                    asked_by=user_of(request),
                    now=timezone.now(),
                )
                return movement_settle(movement_id=back.pk, clock=timezone.now)

            attempt(request, step, _("L'encaissement est annulé."))

        return confirm(
            self,
            request,
            title=_("Annuler l'encaissement de %(cheque)s ?") % {"cheque": movement.cheque},
            text=_("La somme revient au chèque ; la boutique ne l'a plus, ni les frais."),
            button=_("Annuler l'encaissement"),
            command=command,
            back=change_url(movement),
            form_class=ReasonForm,
            danger=True,
        )
