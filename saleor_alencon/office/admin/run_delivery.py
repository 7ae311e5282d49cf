"""How the statements of an executed run reach the shops: by e-mail, each with its state."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import CharField, Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.models import TROUBLE_STATES, Message, MessageState
from saleor_alencon.office.admin.base import attempt, change_url, confirm, link, list_url
from saleor_alencon.settlement.models import RunState, SettlementRun
from saleor_alencon.settlement.notices import about_run, statements_tell


def with_delivery(documents: QuerySet[Any], key_of: Callable[[Any], str]) -> QuerySet[Any]:
    """Add to each document the id, state and last answer of the message that it goes with.

    ``key_of`` gives the message's key from the document's id, which it only puts an end to.
    """
    key = Concat(Value(key_of("")), Cast(OuterRef("pk"), CharField()))
    own = Message.objects.filter(key=key)
    return documents.annotate(
        message_id=Subquery(own.values("pk")[:1]),
        message_state=Subquery(own.values("state")[:1]),
        message_answer=Subquery(own.values("answer")[:1]),
    )


def delivery_text(document: Any) -> str:
    """Return the state of a document's message, linked, with the server's answer."""
    if not document.message_id:
        return "—"
    return message_text(document.message_id, document.message_state, document.message_answer)


def message_text(pk: int, state: str, answer: str) -> str:
    """Return the state of a message, linked; where it is in trouble, with the server's answer."""
    told = link(change_url(Message(pk=pk)), MessageState(state).label)
    if answer and state in TROUBLE_STATES:
        return format_html('{} <span class="office-muted">{}</span>', told, answer)
    return told


def messages_text(about: str) -> str:
    """Return each message about something, with its day, its recipient and its state."""
    rows = Message.objects.filter(about=about).order_by("id")
    lines = [
        (
            timezone.localtime(row.created_at).strftime("%d/%m/%Y"),
            row.recipient_name or row.recipient,
            message_text(row.pk, row.state, row.answer),
        )
        for row in rows
    ]
    return format_html_join(SafeString("<br>"), "{}, {} : {}", lines) or "—"


class RunDelivery:
    """What :class:`SettlementRunAdmin` shows and does about the run's statements by e-mail."""

    def has_send_statements_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("messaging.work"))

    @display(description=gettext_lazy("relevés par courriel"))
    def deliveries(self, run: SettlementRun) -> str:
        """Count the run's statements by what became of their messages."""
        if run.state != RunState.EXECUTED:
            return _("Ils partent quand le reversement est exécuté.")
        messages = Message.objects.filter(about=about_run(run.pk), kind=Kind.STATEMENT)
        states = messages.order_by().values(found=F("state")).annotate(count=Count("pk"))
        counts = {row["found"]: row["count"] for row in states}
        if not counts:
            return _("Aucun n'est parti : « Envoyer les relevés » les met en route.")
        url = list_url(Message, f"about={about_run(run.pk)}&kind={Kind.STATEMENT}")
        return format_html_join(
            " · ",
            '<a href="{}&state={}" class="office-link">{} : {}</a>',
            [
                (url, state.value, str(state.label).capitalize(), counts[state])
                for state in MessageState
                if counts.get(state)
            ],
        )

    @action(
        description=gettext_lazy("Envoyer les relevés"),
        permissions=["send_statements"],
        url_path="releves-par-courriel",
        icon="outgoing_mail",
    )
    def send_statements(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put into the outbox what is not there, or had no address."""
        run = get_object_or_404(SettlementRun, pk=object_id, state=RunState.EXECUTED)

        def command(_form: forms.Form) -> None:
            now = timezone.now()
            attempt(request, lambda: statements_tell(run, now=now), _("Les relevés sont en route."))

        waiting = run.statements.count()
        return confirm(
            self,  # type: ignore[arg-type]
            request,
            title=_("Envoyer les relevés de %(number)s ?") % {"number": run.number},
            text=ngettext(
                "%(count)s boutique reçoit son relevé par courriel, si elle ne l'a pas déjà reçu "
                "et que sa fiche a une adresse.",
                "%(count)s boutiques reçoivent leur relevé par courriel, celles qui ne l'ont pas "
                "déjà reçu et dont la fiche a une adresse.",
                waiting,
            )
            % {"count": waiting},
            button=_("Envoyer"),
            command=command,
            back=change_url(run),
        )
