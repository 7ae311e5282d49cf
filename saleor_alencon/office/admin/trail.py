"""The addresses of the merchants' trail and of looks, among those of the shops in Saleor."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from saleor_alencon.errors import AlenconError
from saleor_alencon.office.admin.base import REFUSED, confirm, user_of
from saleor_alencon.office.merchants_trail import LookForm, look_begin, look_finish, trail_page

LOOK_PERMISSION = "provisioning.look_shop"
TRAIL = "admin:provisioning_shopprovision_trail"


class TrailPages:
    """What :class:`ShopProvisionAdmin` answers beside its records."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        guard = self.admin_site.admin_view
        name = "provisioning_shopprovision_{}"
        return [
            path("journal/", guard(self.trail), name=name.format("trail")),
            path("regard/", guard(self.look), name=name.format("look")),
            path("regard/fin", guard(require_POST(self.end_look)), name=name.format("end_look")),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def trail(self, request: HttpRequest) -> HttpResponse:
        """Show who did what."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        context = self.admin_site.each_context(request)
        context["may_look"] = request.user.has_perm(LOOK_PERMISSION)
        return trail_page(request, context)

    def look(self, request: HttpRequest) -> HttpResponse:
        """Ask for shop and reason, then open a look with the person's account in Saleor."""
        if not request.user.has_perm(LOOK_PERMISSION):
            raise PermissionDenied

        def begin(form: forms.Form) -> None:
            try:
                until = look_begin(email=user_of(request).email, **form.cleaned_data)
            except AlenconError as error:
                messages.error(request, str(REFUSED).format(error=error))
                return
            text = _(
                "Votre compte voit dans le tableau de bord de Saleor ce que voit la boutique, en "
                "lecture seule, jusqu'à %(time)s."
            )
            messages.success(request, text % {"time": f"{timezone.localtime(until):%H:%M}"})

        return confirm(
            self,  # type: ignore[arg-type]
            request,
            title=_("Regarder comme une boutique ?"),
            text=_(
                "Pendant une demi-heure, votre compte dans Saleor voit ce que voit la boutique et "
                "ne peut rien changer. Chaque page que vous ouvrez est notée dans le journal."
            ),
            button=_("Regarder"),
            command=begin,
            back=reverse(TRAIL),
            form_class=LookForm,
        )

    def end_look(self, request: HttpRequest) -> HttpResponse:
        """End the person's looks."""
        if not request.user.has_perm(LOOK_PERMISSION):
            raise PermissionDenied
        try:
            look_finish(email=user_of(request).email)
        except AlenconError as error:
            messages.error(request, str(REFUSED).format(error=error))
        else:
            messages.success(request, _("Le regard est terminé."))
        return redirect(TRAIL)
