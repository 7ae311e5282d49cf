"""Documents received from Saleor, and playing again those that were set aside."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from saleor_alencon.errors import AlenconError
from saleor_alencon.inbox.models import InboxDocument, InboxState
from saleor_alencon.office.admin.base import REFUSED, ReadOnlyAdmin, change_url, confirm

STATE_COLOURS = {
    InboxState.PENDING: "info",
    InboxState.DONE: "success",
    InboxState.REJECTED: "danger",
}


def replay(request: HttpRequest, document: InboxDocument) -> None:
    """Play a document again; say what became of it, which may be the same as before."""
    from saleor_alencon.orders.services import document_replay

    try:
        state = document_replay(document_id=document.pk, now=timezone.now())
    except AlenconError as error:
        messages.error(request, str(REFUSED).format(error=error))
        return
    words = {"document": document, "state": InboxState(state).label}
    if state == InboxState.REJECTED:
        messages.warning(request, _("%(document)s : à nouveau mis de côté.") % words)
    else:
        messages.success(request, _("%(document)s : rejoué, %(state)s.") % words)


@admin.register(InboxDocument)
class InboxDocumentAdmin(ReadOnlyAdmin):
    list_display = ("order_id", "captured_at", "received_at", "state_label", "short_reason")
    list_filter = ("state", "source")
    search_fields = ("order_id", "reason")
    fields = (
        "order_id",
        "state",
        "reason",
        "failed_attempts",
        "not_before",
        "captured_at",
        "received_at",
        "processed_at",
        "source",
        "version",
        "digest",
        "payload",
    )
    readonly_fields = fields
    actions = ("replay_selected",)
    actions_detail = ("replay_one",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxDocument]:
        return super().get_queryset(request).defer("payload")

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("inbox.replay_inboxdocument"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        rejected = InboxDocument.objects.filter(pk=object_id, state=InboxState.REJECTED)
        return super().get_actions_detail(request, object_id) if rejected.exists() else []

    @display(description=gettext_lazy("état"), ordering="state", label=STATE_COLOURS)
    def state_label(self, document: InboxDocument) -> tuple[str, str]:
        return document.state, document.get_state_display()

    @display(description=gettext_lazy("raison"))
    def short_reason(self, document: InboxDocument) -> str:
        first = document.reason.split("\n", 1)[0]
        return first if len(first) <= 120 else first[:119] + "…"

    @admin.action(description=gettext_lazy("Rejouer"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, documents: QuerySet[InboxDocument]) -> None:
        rejected = documents.filter(state=InboxState.REJECTED).order_by("id")
        for document in rejected.only("pk", "order_id", "captured_at"):
            replay(request, document)

    @action(
        description=gettext_lazy("Rejouer"),
        permissions=["replay"],
        url_path="rejouer",
        icon="replay",
    )
    def replay_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        document = get_object_or_404(self.get_queryset(request), pk=object_id)

        def command(_form: Form) -> None:
            replay(request, document)

        return confirm(
            self,
            request,
            title=_("Rejouer le document ?"),
            text=_(
                "Il sera relu comme s'il venait d'arriver. Raison de sa mise de côté : %(reason)s"
            )
            % {"reason": document.reason or "—"},
            button=_("Rejouer"),
            command=command,
            back=change_url(document),
        )
