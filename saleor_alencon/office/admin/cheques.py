"""Gift cheques in the back-office: looked up, blocked, prolonged, refunded, written off."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from saleor_alencon.cheques.models import (
    Cheque,
    ChequeEvent,
    ChequeMovement,
    ChequeState,
    ChequeUse,
)
from saleor_alencon.cheques.movements import expiries_reserve, refund_reserve
from saleor_alencon.cheques.saleor import movement_settle
from saleor_alencon.cheques.services import (
    cheque_block,
    cheque_extend,
    cheque_unblock,
)
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    amount,
    ask,
    change_url,
    confirm,
    link,
    list_url,
    user_of,
)
from saleor_alencon.office.admin.cheque_sales import ReasonForm, Sells
from saleor_alencon.office.admin.form_fields import day_field


class ExtendForm(ReasonForm):
    expires_on = day_field(gettext_lazy("Valable jusqu'au"))


class UseInline(ReadOnlyInline):
    model = ChequeUse
    fields = readonly_fields = (
        "order_number",
        amount("charged_cents", gettext_lazy("encaissé")),
        amount("refunded_cents", gettext_lazy("remboursé")),
    )


class MovementInline(ReadOnlyInline):
    model = ChequeMovement
    fields = readonly_fields = (
        "page",
        amount("effect_cents", gettext_lazy("montant")),
        "shop",
        "state",
        "asked_at",
        "asked_by",
        "reason",
        "refusal",
    )

    @display(description=gettext_lazy("nature"))
    def page(self, movement: ChequeMovement) -> str:
        return link(change_url(movement), movement.get_kind_display())


class EventInline(ReadOnlyInline):
    model = ChequeEvent
    fields = readonly_fields = ("what", "reason", "done_at", "done_by")


@admin.register(Cheque)
class ChequeAdmin(Sells, ReadOnlyAdmin):
    list_display = (
        "serial",
        "last_characters",
        amount("face_cents", gettext_lazy("valeur")),
        amount("remaining_cents", gettext_lazy("reste")),
        "state_label",
        "expires_on",
        "buyer",
    )
    list_filter = ("state", "tell_saleor")
    list_select_related = ("sale",)
    search_fields = ("serial", "last_characters", "sale__buyer_name")
    inlines = (MovementInline, UseInline, EventInline)
    actions_list = ("expire",)
    actions_detail = ("block", "unblock", "extend", "refund")
    fields = (
        "serial",
        "last_characters",
        "sale",
        amount("face_cents", gettext_lazy("valeur")),
        amount("remaining_cents", gettext_lazy("reste")),
        "state_text",
        "expires_on",
        "saleor_id",
        "tell_saleor",
        "failure",
    )
    readonly_fields = fields

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "sale__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        allowed = super().get_actions_detail(request, object_id)
        cheque = Cheque.objects.filter(pk=object_id).first()
        offered = {f"cheques_cheque_{name}" for name in self._offered(cheque)}
        return [each for each in allowed if each.action_name in offered]

    def _offered(self, cheque: Cheque | None) -> tuple[str, ...]:
        if cheque is None or cheque.state == ChequeState.CANCELLED:
            return ()
        turn = "block" if cheque.state == ChequeState.ACTIVE else "unblock"
        whole = cheque.remaining_cents == cheque.face_cents
        return (turn, "extend", "refund") if whole else (turn, "extend")

    @display(description=gettext_lazy("acheteur"))
    def buyer(self, cheque: Cheque) -> str:
        return cheque.sale.buyer_name

    @display(
        description=gettext_lazy("état"),
        label={
            "usable": "success",
            "spent": "info",
            "blocked": "danger",
            "expired": "warning",
            "cancelled": "warning",
        },
    )
    def state_label(self, cheque: Cheque) -> tuple[str, str]:
        if cheque.state != ChequeState.ACTIVE:
            return cheque.state, cheque.get_state_display()
        if cheque.expires_on < timezone.localdate():
            return "expired", _("périmé")
        if not cheque.remaining_cents:
            return "spent", _("dépensé")
        return "usable", cheque.get_state_display()

    @display(description=gettext_lazy("état"))
    def state_text(self, cheque: Cheque) -> str:
        return self.state_label(cheque)[1]

    @action(
        description=gettext_lazy("Passer les périmés en produit"),
        permissions=["sell"],
        url_path="perimes",
        icon="event_busy",
    )
    def expire(self, request: HttpRequest) -> HttpResponse:
        def command(_form: forms.Form) -> None:
            found = expiries_reserve(now=timezone.now())
            for movement in found:
                movement_settle(movement_id=movement.pk, clock=timezone.now)
            total = amount_text(sum(each.effect_cents for each in found))
            messages.success(
                request,
                _("Chèques passés en produit : %(count)d, pour %(total)s.")
                % {"count": len(found), "total": total},
            )

        return confirm(
            self,
            request,
            title=_("Passer les chèques périmés en produit ?"),
            text=_(
                "Ce qui reste des chèques périmés depuis plus longtemps que la règle ne le dit "
                "devient un produit de l'association. Cela se fait aussi chaque nuit."
            ),
            button=_("Passer en produit"),
            command=command,
            back=list_url(Cheque),
        )

    @action(
        description=gettext_lazy("Bloquer"), permissions=["sell"], url_path="bloquer", icon="block"
    )
    def block(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Volé ou perdu, le chèque ne paie plus rien, ni en boutique ni en ligne.")
        return self._ask(
            request, object_id, cheque_block, _("Bloquer"), text, _("Le chèque est bloqué.")
        )

    @action(
        description=gettext_lazy("Débloquer"),
        permissions=["sell"],
        url_path="debloquer",
        icon="lock_open",
    )
    def unblock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Le chèque paie de nouveau, en boutique et en ligne.")
        return self._ask(
            request, object_id, cheque_unblock, _("Débloquer"), text, _("Le chèque est débloqué.")
        )

    @action(
        description=gettext_lazy("Prolonger"),
        permissions=["sell"],
        url_path="prolonger",
        icon="more_time",
    )
    def extend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Le chèque reste valable plus longtemps que ce qui est imprimé.")
        return self._ask(
            request, object_id, cheque_extend, _("Prolonger"), text, _("Le chèque est prolongé."),
            form_class=ExtendForm,
        )  # fmt: skip

    @action(
        description=gettext_lazy("Rembourser à l'acheteur"),
        permissions=["sell"],
        url_path="rembourser",
        icon="undo",
    )
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def refunded(**asked: Any) -> ChequeMovement:
            movement = refund_reserve(asked_by=asked.pop("done_by"), **asked)
            return movement_settle(movement_id=movement.pk, clock=timezone.now)

        text = _(
            "Seul un chèque entier est remboursé : il ne paie plus rien. Rendez l'argent par la "
            "banque ; l'écriture est passée."
        )
        return self._ask(
            request, object_id, refunded, _("Rembourser"), text,
            _("Le remboursement est noté."), danger=True,
        )  # fmt: skip

    def _ask(
        self,
        request: HttpRequest,
        object_id: str,
        step: Callable[..., Any],
        button: str,
        text: str,
        done: str,
        *,
        form_class: type[forms.Form] = ReasonForm,
        danger: bool = False,
    ) -> HttpResponse:
        cheque = get_object_or_404(Cheque, pk=object_id)

        return ask(
            self,
            request,
            title=_("%(what)s le chèque %(cheque)s ?") % {"what": button, "cheque": cheque},
            text=text,
            button=button,
            do=partial(step, cheque_id=cheque.pk, done_by=user_of(request), now=timezone.now()),
            done=done,
            back=change_url(cheque),
            form_class=form_class,
            danger=danger,
        )
