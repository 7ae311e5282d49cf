"""Sending an approved run's transfers by the payment provider."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from saleor_alencon.errors import AlenconError
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import REFUSED, change_url, confirm, user_of
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.transfers import run_send


class RunSending:
    """What :class:`SettlementRunAdmin` can do with a run that is paid by the provider."""

    def has_send_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.execute_run"))

    @action(
        description=gettext_lazy("Envoyer les transferts"),
        permissions=["send"],
        url_path="transferts",
        icon="send_money",
    )
    def send(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send what waits; what was sent already is not sent again."""
        run = get_object_or_404(self.get_queryset(request), pk=object_id)  # type: ignore[attr-defined]

        def command(_form: forms.Form) -> None:
            try:
                done = run_send(
                    run_id=run.pk,
                    executed_by=user_of(request),
                    gateway=Gateway.from_settings(),
                    now=timezone.now(),
                )
            except AlenconError as error:
                messages.error(request, str(REFUSED).format(error=error))
                return
            text = _("Envoyés : %(sent)d. Refusés : %(refused)d. En attente : %(waiting)d.") % {
                "sent": done.sent,
                "refused": done.refused,
                "waiting": done.waiting,
            }
            note = messages.warning if done.refused or done.waiting else messages.success
            note(request, f"{text} {done.problem}".strip())

        return confirm(
            self,  # type: ignore[arg-type]
            request,
            title=_("Envoyer les transferts de %(number)s ?") % {"number": run.number},
            text=_(
                "Virements : %(count)s. Total : %(total)s. Chaque boutique reçoit le sien sur son "
                "compte Stripe ; un transfert déjà parti ne part pas une seconde fois."
            )
            % {"count": run.payouts_count, "total": amount_text(run.total_cents)},
            button=_("Envoyer"),
            command=command,
            back=change_url(run),
        )
