"""The steps of a shop's life in the back-office: each asks first, and says what blocks it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import INPUT_CLASSES

from saleor_alencon.domain.shop_life import WITH_REASON, ShopLife, ShopStep, next_state
from saleor_alencon.office.admin.base import attempt, change_url, confirm, user_of
from saleor_alencon.office.admin.provisions import PERMISSION, ask_provision
from saleor_alencon.office.admin.why import WhyAction
from saleor_alencon.onboarding.facts import open_order_count, shop_saleor_facts
from saleor_alencon.onboarding.publishing import shop_publish
from saleor_alencon.provisioning.wanted_shop import PROVISIONED
from saleor_alencon.shops import services
from saleor_alencon.shops.checklist import check_text
from saleor_alencon.shops.hours_form import HoursEditor
from saleor_alencon.shops.models import Shop


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Raison"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": " ".join(INPUT_CLASSES)}),
        help_text=gettext_lazy("Elle reste dans l'historique de la boutique."),
    )


class OptionalReasonForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False
        self.fields["reason"].label = _("Raison (facultative)")


class ShopSteps(WhyAction):
    """What :class:`ShopAdmin` can do with a shop besides editing its record."""

    # The next step stands by itself; what is always possible is in a menu.
    actions_detail = (
        "commit",
        "approve",
        "open",
        "resume",
        {
            "title": gettext_lazy("Actions"),
            "icon": "more_horiz",
            "items": (
                "why", "hours", "payout_account", "provision", "import_catalogue", "suspend",
                "close",
            ),
        },
    )  # fmt: skip
    own_actions = ("hours", "provision", "import_catalogue", *ShopStep)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        shop = Shop.objects.filter(pk=object_id).first()
        offered = {"shops_shop_hours"} if shop and shop.state != ShopLife.CLOSED else set()
        if shop:
            state = ShopLife(shop.state)
            offered |= {f"shops_shop_{step}" for step in ShopStep if next_state(state, step)}
            if state in PROVISIONED:
                offered |= {"shops_shop_provision", "shops_shop_import_catalogue"}
        own = {f"shops_shop_{name}" for name in self.own_actions}
        allowed = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [
            each for each in allowed if each.action_name not in own or each.action_name in offered
        ]

    @action(
        description=gettext_lazy("Engager"),
        permissions=["change"],
        url_path="engager",
        icon="handshake",
    )
    def commit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask_step(
            request, object_id, ShopStep.COMMIT, _("Engager « %(shop)s » ?"),
            _("Le commerçant a promis de participer : la boutique compte pour le lancement."),
            _("La boutique est engagée."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Valider"),
        permissions=["change"],
        url_path="valider",
        icon="verified",
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask_step(
            request, object_id, ShopStep.APPROVE, _("Valider « %(shop)s » ?"),
            _("Elle sera mise en place dans Saleor ; rien n'y est encore en vente."),
            _("La boutique est validée."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Mettre en ligne"),
        permissions=["change"],
        url_path="mettre-en-ligne",
        icon="rocket_launch",
    )
    def open(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask_step(
            request, object_id, ShopStep.OPEN, _("Mettre « %(shop)s » en ligne ?"),
            _("Ses articles sont alors en vente."), _("La boutique est en ligne."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Reprendre"),
        permissions=["change"],
        url_path="reprendre",
        icon="play_arrow",
    )
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask_step(
            request, object_id, ShopStep.RESUME, _("Remettre « %(shop)s » en ligne ?"),
            _("Ses articles sont à nouveau en vente."), _("La boutique est à nouveau en ligne."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Suspendre"),
        permissions=["change"],
        url_path="suspendre",
        icon="pause",
    )
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask_step(
            request, object_id, ShopStep.SUSPEND, _("Suspendre « %(shop)s » ?"),
            _("Plus rien n'y est vendu. Les commandes passées sont remises et payées."),
            _("La boutique est suspendue."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Fermer"),
        permissions=["change"],
        url_path="fermer",
        icon="storefront",
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask_step(
            request, object_id, ShopStep.CLOSE, _("Fermer « %(shop)s » ?"),
            _("Elle quitte la plateforme. Ses comptes restent, ce qui lui est dû est versé."),
            _("La boutique est fermée."),
        )  # fmt: skip

    def has_provision_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm(PERMISSION))

    def has_import_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("catalogue.import_catalogue"))

    @action(
        description=gettext_lazy("Mettre en place dans Saleor"),
        permissions=["provision"],
        url_path="mettre-en-place",
        icon="sync",
    )
    def provision(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Bring the shop into Saleor now; what is there already stays."""
        shop = get_object_or_404(Shop, pk=object_id)
        return ask_provision(self, request, shop, change_url(shop))  # type: ignore[arg-type]

    @action(
        description=gettext_lazy("Importer le catalogue"),
        permissions=["import"],
        url_path="importer",
        icon="upload_file",
    )
    def import_catalogue(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the form that sends a catalogue, with the shop chosen."""
        shop = get_object_or_404(Shop, pk=object_id)
        url = reverse("admin:catalogue_importjob_send")
        return HttpResponseRedirect(f"{url}?shop={shop.pk}")

    @action(
        description=gettext_lazy("Horaires et retrait"),
        permissions=["change"],
        url_path="horaires",
        icon="schedule",
    )
    def hours(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Edit the hours, the exceptional days and the rules of preparation on one page."""
        shop = get_object_or_404(Shop, pk=object_id)
        now = timezone.now()
        data = request.POST if request.method == "POST" else None
        editor = HoursEditor(shop, timezone.localdate(now), data)
        if data is not None and editor.is_valid():
            done = attempt(
                request,
                lambda: services.hours_set(
                    shop_id=shop.pk,
                    hours=editor.hours,
                    pickup_note=editor.pickup_note,
                    done_by=user_of(request),
                    now=now,
                ),
                _("Les horaires sont enregistrés."),
            )
            if done is True:
                shop_publish(shop)
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Horaires de « %(shop)s »") % {"shop": shop.name},
            "editor": editor,
            "back": change_url(shop),
            "opts": self.opts,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "office/hours.html", context)

    def ask_step(
        self,
        request: HttpRequest,
        object_id: str,
        step: ShopStep,
        title: str,
        text: str,
        done: str,
    ) -> HttpResponse:
        """Say what blocks a step; when nothing does, confirm it and take it."""
        shop = get_object_or_404(Shop, pk=object_id)
        words = {"shop": shop.name}
        missing = services.step_blockers(
            shop=shop, step=step, saleor=shop_saleor_facts(shop), now=timezone.now()
        )
        if request.method == "GET" and missing:
            items = " ; ".join(map(check_text, missing))
            messages.error(request, _("Il manque encore : %(items)s.") % {"items": items})
            return HttpResponseRedirect(change_url(shop))

        def command(form: forms.Form) -> None:
            taken = attempt(
                request, step_command(step, shop, user_of(request), form.cleaned_data), done
            )
            if isinstance(taken, Shop):
                shop_publish(taken)

        return confirm(
            self,  # type: ignore[arg-type]
            request,
            title=title % words,
            text=text,
            button=_("Confirmer"),
            command=command,
            back=change_url(shop),
            form_class=ReasonForm if step in WITH_REASON else OptionalReasonForm,
            danger=step in WITH_REASON,
        )


def step_command(
    step: ShopStep, shop: Shop, person: Any, data: dict[str, Any]
) -> Callable[[], Shop]:
    """Return the use case of a step, with what it asks for."""
    common = {
        "shop_id": shop.pk,
        "done_by": person,
        "now": timezone.now(),
        "reason": data["reason"],
    }
    if step in (ShopStep.OPEN, ShopStep.RESUME):
        common["saleor"] = shop_saleor_facts(shop)
    if step == ShopStep.CLOSE:
        common["open_orders"] = open_order_count(shop)
    use_case: Callable[..., Shop] = getattr(services, f"shop_{step}")
    return lambda: use_case(**common)
