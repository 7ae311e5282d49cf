"""What shoppers ask about their data, what was erased, and how long it is kept."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget

from saleor_alencon.inbox.models import ErasedOrder
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ask,
    change_url,
    confirm,
    download,
    list_url,
    user_of,
)
from saleor_alencon.office.admin.form_fields import day_field, reason_field
from saleor_alencon.privacy.export import person_archive
from saleor_alencon.privacy.models import PrivacyRequest, RequestKind, RequestState, Retention
from saleor_alencon.privacy.services import (
    erasable,
    person_orders,
    request_answered,
    request_erase,
    request_open,
    request_refuse,
)

OPEN_STATES = (RequestState.OPEN, RequestState.WAITING)


@admin.register(Retention)
class RetentionAdmin(ModelAdmin):
    fields = ("contact_days",)
    list_display = ("contact_days",)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(ErasedOrder)
class ErasedOrderAdmin(ReadOnlyAdmin):
    """The journal: which orders, when and why; nothing of what was erased."""

    list_display = ("__str__", "erased_at", "cause", "request_number", "in_saleor_at")
    list_filter = ("cause",)
    search_fields = ("number", "order_id")
    fields = (
        "number", "order_id", "erased_at", "cause", "request_number", "in_saleor_at",
        "saleor_refusal",
    )  # fmt: skip
    readonly_fields = fields

    @display(description=gettext_lazy("demande"), ordering="request_id")
    def request_number(self, erased: ErasedOrder) -> str:
        return str(erased.request_id or "—")


class RequestForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Demande"), choices=RequestKind.choices, widget=UnfoldAdminSelectWidget
    )
    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique de la personne"),
        widget=UnfoldAdminEmailInputWidget,
    )
    asked_on = day_field(gettext_lazy("Reçue le"), initial=timezone.localdate)


class RefuseForm(forms.Form):
    reason = reason_field(gettext_lazy("Motif, tel qu'il est dit à la personne"))


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "kind", "email", "asked_on", "due_on", "state_label", "done_by")
    list_filter = ("state", "kind")
    search_fields = ("email",)
    actions_list = ("note",)
    actions_detail = ("erase", "export", "refuse")
    fields = (
        "kind", "email", "state_label", "asked_on", "due_on", "opened_by", "done_by", "done_at",
        "orders_erased", "orders_kept", "refusal",
    )  # fmt: skip
    readonly_fields = fields

    def has_handle_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("privacy.handle_requests"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        allowed = super().get_actions_detail(request, object_id)
        found = PrivacyRequest.objects.filter(pk=object_id).first()
        offered = {f"privacy_privacyrequest_{name}" for name in self._offered(found)}
        return [each for each in allowed if each.action_name in offered]

    def _offered(self, found: PrivacyRequest | None) -> tuple[str, ...]:
        if found is None or found.state not in OPEN_STATES:
            return ()
        main = "erase" if found.kind == RequestKind.ERASE else "export"
        return (main, "refuse") if found.state == RequestState.OPEN else (main,)

    @display(
        description=gettext_lazy("état"),
        label={"done": "success", "open": "info", "late": "danger", "waiting": "warning"},
    )
    def state_label(self, found: PrivacyRequest) -> tuple[str, str]:
        if found.state in OPEN_STATES and found.due_on < timezone.localdate():
            return "late", _("en retard")
        return found.state, found.get_state_display()

    @action(
        description=gettext_lazy("Noter une demande"),
        permissions=["handle"],
        url_path="noter",
        icon="add",
    )
    def note(self, request: HttpRequest) -> HttpResponse:
        return ask(
            self,
            request,
            title=_("Noter la demande d'un client"),
            text=_(
                "Assurez-vous que c'est bien la personne : écrivez-lui à l'adresse de ses "
                "commandes. Le délai de réponse est d'un mois."
            ),
            button=_("Noter"),
            do=partial(request_open, opened_by=user_of(request), now=timezone.now()),
            done=_("La demande est notée."),
            to_made=True,
            back=list_url(PrivacyRequest),
            form_class=RequestForm,
        )

    @action(
        description=gettext_lazy("Effacer la personne"),
        permissions=["handle"],
        url_path="effacer",
        icon="person_off",
    )
    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = get_object_or_404(PrivacyRequest, pk=object_id)

        every = person_orders(found.email)
        now_erasable = erasable(every).count()
        return ask(
            self,
            request,
            title=_("Effacer cette personne ?"),
            text=_(
                "Commandes à effacer maintenant : %(now)s. Gardées jusqu'à leur remise ou la fin "
                "d'un litige, puis effacées seules : %(later)s. Les montants restent dans les "
                "livres. Cela ne se défait pas."
            )
            % {"now": now_erasable, "later": every.count() - now_erasable},
            button=_("Effacer"),
            do=partial(
                request_erase, request_id=found.pk, done_by=user_of(request), now=timezone.now()
            ),
            done=_("L'effacement est fait pour toutes les commandes qui le permettent."),
            back=change_url(found),
            danger=True,
        )

    @action(
        description=gettext_lazy("Télécharger la copie"),
        permissions=["handle"],
        url_path="copie",
        icon="download",
    )
    def export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = get_object_or_404(PrivacyRequest, pk=object_id, kind=RequestKind.EXPORT)
        if request.method != "POST":
            return confirm(
                self,
                request,
                title=_("Télécharger la copie des données ?"),
                text=_(
                    "Une archive à remettre à la personne seule : donnees.json et, pour la "
                    "lecture, resume.html. La demande est alors traitée."
                ),
                button=_("Télécharger"),
                command=lambda _form: None,
                back=change_url(found),
            )
        content = person_archive(found.email, now=timezone.now())
        request_answered(request_id=found.pk, done_by=user_of(request), now=timezone.now())
        messages.success(request, _("La copie est faite."))
        return download(content, f"donnees-{found.pk}.zip", "application/zip")

    @action(
        description=gettext_lazy("Refuser"),
        permissions=["handle"],
        url_path="refuser",
        icon="block",
    )
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = get_object_or_404(PrivacyRequest, pk=object_id)

        return ask(
            self,
            request,
            title=_("Refuser la demande ?"),
            text=_(
                "La personne est informée du motif, et qu'elle peut se plaindre auprès de la CNIL "
                "(RGPD, art. 12, paragraphe 4)."
            ),
            button=_("Refuser"),
            do=partial(
                request_refuse, request_id=found.pk, done_by=user_of(request), now=timezone.now()
            ),
            done=_("La demande est refusée."),
            back=change_url(found),
            form_class=RefuseForm,
            danger=True,
        )
