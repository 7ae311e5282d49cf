"""Documents received from Saleor, and playing again those that were set aside."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from saleor_alencon.inbox.models import InboxDocument, InboxState
from saleor_alencon.office.admin.base import ReadOnlyAdmin, attempt, change_url, confirm

STATE_COLOURS = {
    InboxState.PENDING: "info",
    InboxState.DONE: "success",
    InboxState.REJECTED: "danger",
}


def replay(document_id: int) -> None:
    from saleor_alencon.orders.services import document_replay

    document_replay(document_id=document_id, now=timezone.now())


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
            attempt(
                request,
                lambda pk=document.pk: replay(pk),
                _("%(document)s : rejoué.") % {"document": document},
            )

    @action(
        description=gettext_lazy("Rejouer"),
        permissions=["replay"],
        url_path="rejouer",
        icon="replay",
    )
    def replay_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        document = self.get_queryset(request).get(pk=object_id)

        def command(_form: Form) -> None:
            attempt(request, lambda: replay(document.pk), _("Le document a été rejoué."))

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
