"""The yearly declaration of what the shops were credited (DAC7), and who they are for it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from saleor_alencon.dac7.identities import identity_of, missing_labels
from saleor_alencon.dac7.models import (
    STATUSES,
    Channel,
    ReportedSeller,
    SellerIdentity,
    YearReport,
)
from saleor_alencon.dac7.notices import (
    about_report,
    draft_sheet,
    notice_csv,
    notice_key,
    notice_name,
    notice_pdf,
    report_sheet,
    sellers_inform,
)
from saleor_alencon.dac7.requests import about_identity, chases, identity_request
from saleor_alencon.dac7.services import (
    changed_sellers,
    latest_report,
    report_freeze,
    seller_of,
    sellers_of,
    years_known,
)
from saleor_alencon.dac7.xml_file import tax_file
from saleor_alencon.domain.dac7 import REQUESTS, SellerStatus, due_on, quarter_starts
from saleor_alencon.errors import AlenconError
from saleor_alencon.localized import date_text, figure_text
from saleor_alencon.messaging.models import Message, MessageState
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    attempt,
    confirm,
    download,
    user_of,
)
from saleor_alencon.office.admin.books_reports import file_of
from saleor_alencon.office.admin.run_delivery import delivery_text, messages_text, with_delivery
from saleor_alencon.office.admin.shops import KeptAdmin
from saleor_alencon.shops.models import Shop

LABELS = {SellerStatus(name): label for name, label in STATUSES}
PDF, CSV, XML = "application/pdf", "text/csv; charset=utf-8", "application/xml"


def page_url(name: str, *arguments: object) -> str:
    return reverse(f"admin:dac7_yearreport_{name}", args=arguments)


def identity_url(shop: Shop) -> str:
    """Return the page of a shop's tax identity, to be filled in where there is none."""
    found = SellerIdentity.objects.filter(shop=shop).first()
    if found:
        return reverse("admin:dac7_selleridentity_change", args=(found.pk,))
    return f"{reverse('admin:dac7_selleridentity_add')}?shop={shop.pk}"


class FreezeForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Obligatoire pour une version corrigée : ce qui était faux."),
    )


class ChannelForm(forms.Form):
    channel = forms.ChoiceField(
        label=gettext_lazy("Moyen"), choices=Channel.choices, widget=UnfoldAdminSelectWidget
    )


@admin.register(SellerIdentity)
class SellerIdentityAdmin(KeptAdmin):
    list_display = ("shop", "kind", "country", "exclusion", "complete")
    list_filter = ("kind", "exclusion")
    list_select_related = ("shop",)
    search_fields = ("shop__name",)
    autocomplete_fields = ("shop",)
    fieldsets = (
        (None, {"fields": ("shop", "kind", "country", "account_holder")}),
        (
            gettext_lazy("Entrepreneur individuel"),
            {
                "fields": (
                    ("first_name", "last_name"),
                    "birth_date",
                    "tax_number",
                    ("birth_city", "birth_country"),
                )
            },
        ),
        (gettext_lazy("Dispense"), {"fields": ("exclusion", "exclusion_proof")}),
    )

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("shop",) if obj else ()

    @display(description=gettext_lazy("complète"), boolean=True)
    def complete(self, obj: SellerIdentity) -> bool:
        return not identity_of(obj.shop).missing()


@admin.register(YearReport)
class YearReportAdmin(ReadOnlyAdmin):
    """The years; a frozen version is what is stored of them."""

    def get_urls(self) -> list[Any]:
        pages: dict[str, tuple[Callable[..., Any], str]] = {
            "relances/": (self.chase_page, "chase"),
            "relances/<int:pk>/": (self.request_page, "request"),
            "<int:year>/": (self.year_page, "year"),
            "<int:year>/arreter/": (self.freeze_page, "freeze"),
            "<int:year>/informer/": (self.inform_page, "inform"),
            "<int:year>/feuille.<str:suffix>": (self.sheet_file, "sheet"),
            "<int:year>/declaration.xml": (self.xml_file, "xml"),
            "boutique/<int:pk>.<str:suffix>": (self.notice_file, "notice"),
        }
        own = [
            path(route, self.admin_site.admin_view(view), name=f"dac7_yearreport_{name}")
            for route, (view, name) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"office/dac7_{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
        )

    def allow(self, request: HttpRequest, permission: str) -> None:
        if not request.user.has_perm(permission):
            raise PermissionDenied

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show every year, frozen or not."""
        self.allow(request, "dac7.view_yearreport")
        now = timezone.now()
        rows = [self.year_row(year) for year in years_known(now=now)]
        context = {
            "title": _("Déclarations DAC7"),
            "rows": rows,
            "chase_url": page_url("chase"),
            "waiting": len(chases()),
        }
        return self.page(request, "years", {**context, **(extra_context or {})})

    def year_row(self, year: int) -> dict[str, Any]:
        report = latest_report(year)
        sellers = sellers_of(year)
        declared = [each for each in sellers if each.status is SellerStatus.DECLARED]
        return {
            "year": year,
            "url": page_url("year", year),
            "report": report,
            "is_over": timezone.localdate() >= quarter_starts(year)[-1],
            "due": date_text(due_on(year)),
            "changed": changed_sellers(report) if report else [],
            "sellers": len(sellers),
            "declared": len(declared),
            "incomplete": sum(1 for each in declared if each.missing),
        }

    def year_page(self, request: HttpRequest, year: int) -> TemplateResponse:
        """Show the sellers of a year: of the newest frozen version, or as they are known now."""
        self.allow(request, "dac7.view_yearreport")
        report = latest_report(year)
        if report:
            kept = report.sellers.select_related("shop").order_by("shop__name")
            rows = [
                self.seller_row(seller_of(each), each) for each in with_delivery(kept, notice_key)
            ]
        else:
            rows = [self.seller_row(each, None) for each in sellers_of(year)]
        versions = YearReport.objects.filter(year=year).select_related("frozen_by")
        context = {
            "title": _("DAC7 %(year)s") % {"year": year},
            **self.year_row(year),
            "versions": versions,
            "rows": rows,
            "may_freeze": request.user.has_perm("dac7.freeze"),
            "may_export": request.user.has_perm("dac7.export"),
            "freeze_url": page_url("freeze", year),
            "inform_url": page_url("inform", year),
            "xml_url": page_url("xml", year),
            "csv_url": page_url("sheet", year, "csv"),
            "xlsx_url": page_url("sheet", year, "xlsx"),
            "back_url": page_url("changelist"),
        }
        return self.page(request, "year", context)

    def seller_row(self, seller: Any, kept: ReportedSeller | None) -> dict[str, Any]:
        figures = seller.figures
        return {
            "name": seller.shop.name,
            "status": LABELS[seller.status],
            "is_declared": seller.status is SellerStatus.DECLARED,
            "quarters": [figure_text(cents) for cents in figures.consideration_cents],
            "total": figure_text(figures.total_cents),
            "sales": figures.total_sales,
            "fees": figure_text(sum(figures.fees_cents)),
            "left": figure_text(seller.left_cents) if seller.left_cents else "",
            "missing": missing_labels(seller.missing),
            "identity_url": identity_url(seller.shop),
            "told": delivery_text(kept) if kept else "",
            "pdf_url": page_url("notice", kept.pk, "pdf") if kept else "",
            "csv_url": page_url("notice", kept.pk, "csv") if kept else "",
        }

    def freeze_page(self, request: HttpRequest, year: int) -> HttpResponse:
        self.allow(request, "dac7.freeze")

        def command(form: forms.Form) -> None:
            freeze = partial(
                report_freeze,
                year=year,
                frozen_by=user_of(request),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            attempt(request, freeze, _("La déclaration est arrêtée."))

        return confirm(
            self,
            request,
            title=_("Arrêter la déclaration DAC7 %(year)s ?") % {"year": year},
            text=_(
                "Ses montants et ses identités ne changent plus. Ce qui s'apprend ensuite fait "
                "l'objet d'une version corrigée."
            ),
            button=_("Arrêter"),
            command=command,
            back=page_url("year", year),
            form_class=FreezeForm,
            danger=True,
        )

    def inform_page(self, request: HttpRequest, year: int) -> HttpResponse:
        self.allow(request, "dac7.chase")
        report = get_report(year)

        def command(_form: forms.Form) -> None:
            count = sellers_inform(report=report, now=timezone.now())
            self.message_user(request, _("Messages à envoyer : %(count)s.") % {"count": count})
            if unknown := without_address(report):
                told = ngettext(
                    "%(count)s boutique n'a pas d'adresse électronique : complétez sa fiche et "
                    "recommencez, ou remettez-lui le PDF.",
                    "%(count)s boutiques n'ont pas d'adresse électronique : complétez leurs fiches "
                    "et recommencez, ou remettez-leur le PDF.",
                    unknown,
                ) % {"count": unknown}
                self.message_user(request, told, "WARNING")

        return confirm(
            self,
            request,
            title=_("Informer les boutiques de leur déclaration %(year)s ?") % {"year": year},
            text=_(
                "Chacune reçoit son récapitulatif en PDF, une seule fois par version ; celles qui "
                "l'ont déjà reçu ne reçoivent rien."
            ),
            button=_("Envoyer"),
            command=command,
            back=page_url("year", year),
        )

    def sheet_file(
        self, request: HttpRequest, year: int, suffix: str
    ) -> HttpResponse | StreamingHttpResponse:
        self.allow(request, "dac7.export")
        if suffix not in ("csv", "xlsx"):
            raise Http404
        report = latest_report(year)
        return file_of(lambda: report_sheet(report) if report else draft_sheet(year), suffix)

    def xml_file(self, request: HttpRequest, year: int) -> HttpResponse:
        self.allow(request, "dac7.export")
        try:
            found = tax_file(get_report(year), test="test" in request.GET)
        except AlenconError as error:
            self.message_user(request, str(error), "ERROR")
            return self.year_page(request, year)
        return download(found.content, found.name, XML)

    def notice_file(self, request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
        self.allow(request, "dac7.export")
        seller = get_object_or_404(ReportedSeller.objects.select_related("report", "shop"), pk=pk)
        return notice_download(seller, suffix)

    def chase_page(self, request: HttpRequest) -> TemplateResponse:
        """Show what is missing of whom, when it was asked, and from when payment is withheld."""
        self.allow(request, "dac7.view_identityrequest")
        today = timezone.localdate()
        rows = [
            {
                "name": chase.shop.name,
                "identity_url": identity_url(chase.shop),
                "shop_url": reverse("admin:shops_shop_change", args=(chase.shop.pk,)),
                "missing": missing_labels(chase.missing),
                "days": [date_text(day) for day in chase.days],
                "next": date_text(due) if (due := chase.next_due()) else "",
                "is_due": chase.is_due(today),
                "all_sent": len(chase.days) >= REQUESTS,
                "withheld": date_text(chase.withheld_from) if chase.withheld_from else "",
                "is_withheld": bool(chase.withheld_from and chase.withheld_from <= today),
                "request_url": page_url("request", chase.shop.pk),
                "messages": messages_text(about_identity(chase.shop.pk)) if chase.requests else "",
            }
            for chase in chases()
        ]
        context = {
            "title": _("Identités à compléter"),
            "rows": rows,
            "may_chase": request.user.has_perm("dac7.chase"),
            "back_url": page_url("changelist"),
        }
        return self.page(request, "chases", context)

    def request_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.allow(request, "dac7.chase")
        shop = get_object_or_404(Shop, pk=pk)

        def command(form: forms.Form) -> None:
            ask = partial(
                identity_request,
                shop_id=shop.pk,
                asked_by=user_of(request),
                channel=Channel(form.cleaned_data["channel"]),
                now=timezone.now(),
            )
            attempt(
                request, ask, _("La demande est enregistrée ; un courriel part dans la minute.")
            )

        return confirm(
            self,
            request,
            title=_("Demander à %(shop)s ce qui manque ?") % {"shop": shop},
            text=_(
                "La demande et deux rappels, à quatorze jours au moins l'un de l'autre. Sans "
                "réponse 60 jours après la demande, ses versements sont retenus."
            ),
            button=_("Demander"),
            command=command,
            back=page_url("chase"),
            form_class=ChannelForm,
        )


def without_address(report: YearReport) -> int:
    """Return how many sellers of a report have no e-mail address to be told at."""
    messages = Message.objects.filter(about=about_report(report.pk))
    return messages.filter(state=MessageState.NO_ADDRESS).count()


def get_report(year: int) -> YearReport:
    report = latest_report(year)
    if report is None:
        raise Http404
    return report


def notice_download(seller: ReportedSeller, suffix: str) -> HttpResponse:
    """Return one seller's document, as PDF or CSV."""
    if suffix == "pdf":
        return download(notice_pdf(seller), f"{notice_name(seller)}.pdf", PDF)
    if suffix == "csv":
        return download(notice_csv(seller), f"{notice_name(seller)}.csv", CSV)
    raise Http404
