"""Commission plans and their rules: drafted, ordered, tried out, published; then they stay."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from saleor_alencon.commission.models import (
    Campaign,
    CommissionRule,
    MonthlyTurnover,
    Plan,
    RateTier,
)
from saleor_alencon.commission.services import (
    plan_at,
    plan_create,
    plan_discard,
    plan_publish,
    rule_delete,
    rule_move,
    rule_save,
)
from saleor_alencon.errors import AlenconError
from saleor_alencon.office.admin.base import (
    REFUSED,
    NamedInline,
    ReadOnlyAdmin,
    amount,
    attempt,
    change_url,
    confirm,
    list_url,
    rate,
    user_of,
)
from saleor_alencon.office.admin.commission_form import NameForm, PublishForm, RuleForm
from saleor_alencon.office.commission_pages import (
    example_page,
    rule_rows,
    simulation_page,
    simulation_url,
)

STATE_COLOURS = {"draft": "warning", "in_force": "success", "coming": "info", "over": "default"}
DRAFTS_ONLY = {"publish", "discard"}
STEPS = {"monter": "up", "descendre": "down", "supprimer": "delete"}


@admin.register(Plan)
class PlanAdmin(ModelAdmin):
    list_display = ("name", "state_label", "valid_from", "rule_count", "published_by")
    search_fields = ("name",)
    actions_list = ("draft", "simulate_any")
    actions_detail = ("publish", "copy", "discard")
    fields = ("name", "state", ("valid_from", "published_by"), "rules_table")
    readonly_fields = ("state", "valid_from", "published_by", "rules_table")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        plans = super().get_queryset(request).select_related("published_by")
        return plans.annotate(rules_count=Count("rules"))

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # a draft is begun by an action, so that it exists before its rules

    def has_change_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def has_delete_permission(self, _request: HttpRequest, _obj: Plan | None = None) -> bool:
        return False

    def has_draft_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("commission.change_plan"))

    def has_publish_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("commission.publish_plan"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        is_draft = Plan.objects.filter(pk=object_id, published_at=None).exists()
        hidden = set() if is_draft else {f"commission_plan_{name}" for name in DRAFTS_ONLY}
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name not in hidden]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/essayer/", view(self.example), name="commission_plan_example"),
            path("simuler/", view(self.simulation), name="commission_plan_simulation"),
            *(
                path(f"regle/<int:pk>/{url}/", view(self.step), {"step": step},
                     name=f"commission_rule_{step}")
                for url, step in STEPS.items()
            ),
        ]  # fmt: skip
        return [*own, *super().get_urls()]

    @display(description=gettext_lazy("état"), label=STATE_COLOURS)
    def state_label(self, plan: Plan) -> tuple[str, str]:
        if plan.valid_from is None:
            return "draft", _("brouillon")
        now = timezone.now()
        if plan.valid_from > now:
            return "coming", _("à venir")
        return ("in_force", _("en vigueur")) if plan == plan_at(now) else ("over", _("remplacé"))

    @display(description=gettext_lazy("état"))
    def state(self, plan: Plan) -> str:
        return self.state_label(plan)[1]

    @display(description=gettext_lazy("règles"))
    def rule_count(self, plan: Any) -> int:
        return int(plan.rules_count)

    @display(description=gettext_lazy("règles, la première qui convient s'applique"))
    def rules_table(self, plan: Plan) -> str:
        return render_to_string(
            "office/commission_rules.html",
            {
                "rows": rule_rows(plan),
                "plan": plan,
                "add_url": f"{reverse('admin:commission_commissionrule_add')}?plan={plan.pk}",
                "simulation_url": simulation_url(plan.pk),
            },
        )

    def example(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show which rule an example line falls under."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        plan = get_object_or_404(Plan, pk=pk)
        return example_page(request, plan, self.admin_site.each_context(request))

    def simulation(self, request: HttpRequest) -> HttpResponse:
        """Show what a month would have cost under a plan."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        return simulation_page(request, self.admin_site.each_context(request))

    def step(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Move a rule of a draft, or take it out."""
        if request.method != "POST" or not self.has_draft_permission(request):
            return HttpResponse(status=403)
        rule = get_object_or_404(CommissionRule, pk=pk)
        try:
            if step == "delete":
                rule_delete(rule_id=pk)
            else:
                rule_move(rule_id=pk, up=step == "up")
        except AlenconError as error:
            messages.error(request, str(REFUSED).format(error=error))
        return HttpResponseRedirect(
            f"{reverse('admin:commission_plan_change', args=(rule.plan_id,))}#rules"
        )

    @action(description=gettext_lazy("Nouveau brouillon"), permissions=["draft"],
            url_path="brouillon", icon="add")  # fmt: skip
    def draft(self, request: HttpRequest) -> HttpResponse:
        return self.begin(request, None, list_url(Plan))

    @action(description=gettext_lazy("Copier en brouillon"), permissions=["draft"],
            url_path="copier", icon="content_copy")  # fmt: skip
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = get_object_or_404(Plan, pk=object_id)
        return self.begin(request, plan, change_url(plan))

    def begin(self, request: HttpRequest, like: Plan | None, back: str) -> HttpResponse:
        """Ask for the name of a draft, and begin it."""

        def command(form: forms.Form) -> str:
            name = form.cleaned_data["name"]
            return change_url(plan_create(name=name, now=timezone.now(), like=like))

        return confirm(
            self,
            request,
            title=_("Nouveau barème"),
            text=_("C'est un brouillon : il ne change rien avant d'être publié."),
            button=_("Commencer"),
            command=command,
            back=back,
            form_class=NameForm,
        )

    @action(description=gettext_lazy("Simuler un mois"), permissions=["view"],
            url_path="vers-la-simulation", icon="calculate")  # fmt: skip
    def simulate_any(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(simulation_url())

    @action(description=gettext_lazy("Publier"), permissions=["publish"],
            url_path="publier", icon="check_circle")  # fmt: skip
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = get_object_or_404(Plan, pk=object_id)

        def command(form: Any) -> None:
            attempt(
                request,
                lambda: plan_publish(
                    plan_id=plan.pk,
                    valid_from=form.valid_from(),
                    published_by=user_of(request),
                    now=timezone.now(),
                ),
                _("Le barème est publié."),
            )

        return confirm(
            self,
            request,
            title=_("Publier « %(plan)s » ?") % {"plan": plan.name},
            text=_("Ses règles ne changeront plus ; un autre barème le remplacera un jour."),
            button=_("Publier"),
            command=command,
            back=change_url(plan),
            form_class=PublishForm,
        )

    @action(description=gettext_lazy("Supprimer le brouillon"), permissions=["draft"],
            url_path="supprimer", icon="delete")  # fmt: skip
    def discard(self, request: HttpRequest, object_id: str) -> HttpResponse:
        plan = get_object_or_404(Plan, pk=object_id)

        def command(_form: forms.Form) -> str | None:
            done = attempt(
                request, lambda: plan_discard(plan_id=plan.pk), _("Le brouillon est supprimé.")
            )
            return list_url(Plan) if done else None

        return confirm(
            self,
            request,
            title=_("Supprimer « %(plan)s » ?") % {"plan": plan.name},
            text=_("Le brouillon et ses règles disparaissent."),
            button=_("Supprimer le brouillon"),
            command=command,
            back=change_url(plan),
            danger=True,
        )


class RateTierInline(NamedInline):
    model = RateTier
    extra = 0

    def is_open(self, obj: CommissionRule | None) -> bool:
        return obj is None or obj.plan.is_draft

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and self.is_open(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.is_open(obj)


@admin.register(CommissionRule)
class CommissionRuleAdmin(ModelAdmin):
    """One rule. It is added and changed from the page of its draft."""

    form = RuleForm
    inlines = (RateTierInline,)
    list_display = ("name", "plan", "rank", rate("rate_bps", gettext_lazy("taux")))
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("name",)
    ordering = ("-plan", "rank")
    fieldsets = (
        (None, {"fields": ("name",)}),
        (
            gettext_lazy("Commission, par ligne de commande"),
            {"fields": ("rate_bps", "fixed_cents", ("minimum_cents", "maximum_cents"))},
        ),
        (
            gettext_lazy("Conditions, toutes à la fois"),
            {
                "fields": (
                    "shops",
                    "categories",
                    "product_types",
                    "deliveries",
                    "tenders",
                    "campaign",
                    ("first_day", "last_day"),
                ),
                "description": gettext_lazy("Vide : pas de condition."),
            },
        ),
    )

    def has_change_permission(
        self, request: HttpRequest, obj: CommissionRule | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.plan.is_draft)

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def draft_of(self, request: HttpRequest) -> Plan | None:
        number = request.GET.get("plan", "")
        drafts = Plan.objects.filter(published_at=None)
        return drafts.filter(pk=number).first() if number.isdigit() else None

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, **kwargs)  # a class of this request only
        form.draft = self.draft_of(request)
        return form

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if self.draft_of(request) is None:
            messages.error(request, _("Une règle s'ajoute à la page d'un barème en brouillon."))
            return HttpResponseRedirect(list_url(Plan))
        answer: HttpResponse = super().add_view(request, form_url, extra_context)
        return answer

    def save_model(
        self, request: HttpRequest, obj: CommissionRule, form: ModelForm, change: bool
    ) -> None:
        rule_save(rule=obj, plan_id=obj.plan_id)

    def response_add(
        self, _request: HttpRequest, obj: CommissionRule, _post_url_continue: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(change_url(obj.plan))

    def response_change(self, _request: HttpRequest, obj: CommissionRule) -> HttpResponse:
        return HttpResponseRedirect(change_url(obj.plan))


@admin.register(Campaign)
class CampaignAdmin(ModelAdmin):
    """Campaigns are added, never edited; one that no rule names may go."""

    list_display = ("name", "first_day", "last_day")
    search_fields = ("name",)

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        if obj is None or not request.user.has_perm("commission.change_campaign"):
            return False
        return not obj.rules.exists()


@admin.register(MonthlyTurnover)
class MonthlyTurnoverAdmin(ReadOnlyAdmin):
    list_display = (
        "shop",
        "month",
        amount("turnover_cents", gettext_lazy("chiffre d'affaires TTC")),
        "counted_at",
    )
    list_filter = ("month", "shop")
    list_select_related = ("shop",)
    search_fields = ("shop__name",)
