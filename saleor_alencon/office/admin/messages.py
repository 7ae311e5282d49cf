"""The journal of messages: what was sent to whom, what did not arrive, and how each looks."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from unfold.decorators import action, display
from unfold.widgets import INPUT_CLASSES

from saleor_alencon.messaging import services
from saleor_alencon.messaging.kinds import RULES, Kind
from saleor_alencon.messaging.letters import write_letter
from saleor_alencon.messaging.models import (
    DUE_STATES,
    Attempt,
    Message,
    MessageState,
    OptOut,
)
from saleor_alencon.messaging.samples import SAMPLES
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    attempt,
    change_url,
    confirm,
    link,
)

MESSAGE_COLOURS = {
    MessageState.QUEUED: "info",
    MessageState.SENDING: "info",
    MessageState.SENT: "success",
    MessageState.FAILED: "warning",
    MessageState.UNKNOWN: "warning",
    MessageState.GIVEN_UP: "danger",
    MessageState.BOUNCED: "danger",
    MessageState.NO_ADDRESS: "danger",
}
# Which actions a message offers in which state.
OFFERED = {
    "resend": set(services.RESENDABLE),
    "give_up": {*DUE_STATES, MessageState.UNKNOWN},
    "bounce": {MessageState.SENT, MessageState.UNKNOWN},
    "arrived": {MessageState.UNKNOWN},
}
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
SAMPLE_ADDRESS = "client@alencon.example"


class WhyForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Motif, ou réponse reçue"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": " ".join(INPUT_CLASSES)}),
    )


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = readonly_fields = ("number", "begun_at", "ended_at", "outcome", "answer")


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "kind",
        "recipient",
        "recipient_name",
        "state_label",
        "attempts_count",
        "answer",
    )
    list_filter = ("state", "kind", "channel", "audience", "language", "shop")
    search_fields = ("recipient", "recipient_name", "subject", "order__number")
    date_hierarchy = "created_at"
    actions_list = ("preview",)
    actions_detail = ("resend", "arrived", "bounce", "give_up")
    inlines = (AttemptInline,)
    fields = (
        "kind",
        "channel",
        "audience",
        "recipient",
        "recipient_name",
        "language",
        "its_shop",
        "its_order",
        "state",
        "created_at",
        "not_before",
        "settled_at",
        "answer",
        "subject",
        "text",
    )
    readonly_fields = fields

    def has_work_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("messaging.work"))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Let a run's page link to its messages."""
        return lookup == "about" or super().lookup_allowed(lookup, value, request)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        state = Message.objects.filter(pk=object_id).values_list("state", flat=True).first()
        names = {f"messaging_message_{name}" for name, states in OFFERED.items() if state in states}
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name in names]

    def get_urls(self) -> list[Any]:
        frame = self.admin_site.admin_view(self.preview_frame)
        own = path("apercu/<str:kind>/<str:language>", frame, name="messaging_message_frame")
        return [own, *super().get_urls()]

    @display(description=gettext_lazy("état"), ordering="state", label=MESSAGE_COLOURS)
    def state_label(self, message: Message) -> tuple[str, str]:
        return message.state, message.get_state_display()

    @display(description=gettext_lazy("boutique"))
    def its_shop(self, message: Message) -> str:
        return link(change_url(message.shop), message.shop) if message.shop else "—"

    @display(description=gettext_lazy("commande"))
    def its_order(self, message: Message) -> str:
        return link(change_url(message.order), message.order) if message.order else "—"

    @action(
        description=gettext_lazy("Aperçu des messages"),
        permissions=["view"],
        url_path="apercu",
        icon="visibility",
    )
    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show one kind of message in one language, on sample facts."""
        kind = (
            Kind(request.GET["nature"]) if request.GET.get("nature") in Kind else next(iter(Kind))
        )
        language = request.GET.get("langue", "")
        if language not in dict(settings.LANGUAGES):
            language = (get_language() or "fr")[:2]
        letter = write_letter(kind, SAMPLES[kind], language=language, recipient=SAMPLE_ADDRESS)
        rules = RULES[kind]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Aperçu des messages"),
            "opts": self.opts,
            "kind": kind,
            "letter": letter,
            "language": language,
            "audience": rules.audience.label,
            "rules": rules,
            "kinds": [
                {"value": each.value, "text": each.label, "chosen": each == kind} for each in Kind
            ],
            "languages": [
                {"value": code, "text": name, "chosen": code == language}
                for code, name in settings.LANGUAGES
            ],
            "frame_url": reverse("admin:messaging_message_frame", args=(kind.value, language)),
        }
        return TemplateResponse(request, "office/message_preview.html", context)

    @staticmethod
    @xframe_options_sameorigin
    def preview_frame(_request: HttpRequest, kind: str, language: str) -> HttpResponse:
        """Answer the HTML of a sample, for the preview's frame alone."""
        if kind not in Kind or language not in dict(settings.LANGUAGES):
            raise Http404
        letter = write_letter(
            Kind(kind), SAMPLES[Kind(kind)], language=language, recipient=SAMPLE_ADDRESS
        )
        answer = HttpResponse(letter.html)
        answer["Content-Security-Policy"] = PREVIEW_POLICY
        return answer

    @action(
        description=gettext_lazy("Renvoyer"), permissions=["work"], url_path="renvoyer", icon="send"
    )
    def resend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        message = get_object_or_404(Message, pk=object_id)

        class AddressForm(forms.Form):
            recipient = forms.CharField(
                label=_("Adresse"),
                max_length=254,
                initial=message.recipient,
                widget=forms.TextInput(attrs={"class": " ".join(INPUT_CLASSES)}),
            )

        return self._ask(
            request, message, AddressForm, _("Renvoyer ce message ?"),
            _("Il part dans la minute. Corrigez l'adresse si c'est elle qui était en cause, et la "
              "fiche de la boutique aussi."),
            _("Renvoyer"),
            lambda form, now: services.message_resend(
                message_id=message.pk, recipient=form.cleaned_data["recipient"], now=now
            ),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Noter qu'il est revenu"),
        permissions=["work"],
        url_path="revenu",
        icon="undo",
    )
    def bounce(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._class(
            request, object_id, _("Noter que ce message est revenu ?"),
            _("Un avis de non-remise est arrivé à l'Office : recopiez ce qu'il dit."),
            services.message_bounce,
        )  # fmt: skip

    @action(
        description=gettext_lazy("Noter qu'il est arrivé"),
        permissions=["work"],
        url_path="arrive",
        icon="done",
    )
    def arrived(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._class(
            request, object_id, _("Noter que ce message est arrivé ?"),
            _("Le destinataire l'a, ou le journal du serveur de courrier le dit."),
            services.message_arrived,
        )  # fmt: skip

    @action(
        description=gettext_lazy("Ne plus envoyer"),
        permissions=["work"],
        url_path="abandonner",
        icon="cancel",
    )
    def give_up(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._class(
            request, object_id, _("Ne plus envoyer ce message ?"),
            _("Aucun autre essai ne sera fait."),
            services.message_give_up,
        )  # fmt: skip

    def _class(
        self,
        request: HttpRequest,
        object_id: str,
        title: str,
        text: str,
        service: Callable[..., None],
    ) -> HttpResponse:
        message = get_object_or_404(Message, pk=object_id)
        return self._ask(
            request, message, WhyForm, title, text, _("Noter"),
            lambda form, now: service(
                message_id=message.pk, reason=form.cleaned_data["reason"], now=now
            ),
        )  # fmt: skip

    def _ask(
        self,
        request: HttpRequest,
        message: Message,
        form_class: type[forms.Form],
        title: str,
        text: str,
        button: str,
        command: Callable[[forms.Form, datetime.datetime], Any],
    ) -> HttpResponse:
        def run(form: forms.Form) -> None:
            attempt(request, lambda: command(form, timezone.now()), _("C'est noté."))

        return confirm(
            self, request, title=title, text=text, button=button, command=run,
            back=change_url(message), form_class=form_class,
        )  # fmt: skip


@admin.register(OptOut)
class OptOutAdmin(ReadOnlyAdmin):
    list_display = ("address", "kind", "since")
    list_filter = ("kind",)
    search_fields = ("address",)
    fields = readonly_fields = ("address", "kind", "since")
