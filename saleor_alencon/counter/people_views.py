"""The shop's people at the counter: who acts, their PINs, and the devices they are signed in on."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from saleor_alencon.accounts.models import User
from saleor_alencon.counter.desk import ACTING, Desk, at_desk
from saleor_alencon.desk.devices import (
    DeviceError,
    device_end,
    devices_end_others,
    devices_of,
)
from saleor_alencon.desk.pins import PinError, pin_check, pin_set
from saleor_alencon.errors import AlenconError

BOTH = require_http_methods(["GET", "HEAD", "POST"])


def members(desk: Desk) -> list[User]:
    """Return the people of the shop."""
    rows = User.objects.filter(is_active=True, shop_memberships__shop=desk.shop)
    return list(rows.select_related("pin").order_by("name", "email"))


def refused(request: HttpRequest, error: AlenconError) -> None:
    messages.error(request, str(error))


@BOTH
@at_desk
def who_acts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Hand the device on: choose the person, then its PIN."""
    if request.method == "POST":
        try:
            person = pin_check(
                shop_id=desk.shop.pk,
                signed_in_id=desk.signed_in.pk,
                user_id=int(request.POST.get("person") or 0),
                pin=request.POST.get("pin", ""),
                now=timezone.now(),
            )
        except ValueError:
            pass
        except PinError as error:
            refused(request, error)
        else:
            request.session[ACTING] = person.pk
            messages.success(request, _("%(name)s agit maintenant.") % {"name": person})
            return HttpResponseRedirect(reverse("counter:today"))
        return HttpResponseRedirect(reverse("counter:who"))
    people = members(desk)
    context = {"desk": desk, "people": people, "has_pin": hasattr(desk.signed_in, "pin")}
    return render(request, "counter/who.html", context)


@BOTH
@at_desk
def team(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the shop's people; let the one who signed in choose the own PIN."""
    if request.method == "POST" and not desk.handed_on:
        pin, again = request.POST.get("pin", ""), request.POST.get("again", "")
        try:
            if pin != again:
                raise PinError(_("Les deux codes ne sont pas les mêmes."))
            pin_set(user_id=desk.signed_in.pk, pin=pin, now=timezone.now())
        except PinError as error:
            refused(request, error)
        else:
            messages.success(request, _("Votre code est enregistré."))
        return HttpResponseRedirect(reverse("counter:team"))
    return render(request, "counter/team.html", {"desk": desk, "people": members(desk)})


@BOTH
@at_desk
def devices(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List where the account is signed in; sign out one, or all the others."""
    if request.method == "POST" and not desk.handed_on:
        now, user = timezone.now(), desk.signed_in
        try:
            if request.POST.get("device"):
                device_end(device_id=int(request.POST["device"]), ended_by=user, now=now)
                messages.success(request, _("L'appareil est déconnecté."))
            else:
                key = str(request.session.session_key)
                devices_end_others(session_key=key, ended_by=user, now=now)
                messages.success(request, _("Vos autres appareils sont déconnectés."))
        except (DeviceError, ValueError) as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("counter:devices"))
    rows = [] if desk.handed_on else devices_of(desk.signed_in.pk)
    return render(request, "counter/devices.html", {"desk": desk, "devices": rows})


class SignOutView(LogoutView):
    """Sign out here; the device is not listed any more."""

    next_page = "sign-in"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User) and request.session.session_key:
            device = devices_of(request.user.pk).filter(session_key=request.session.session_key)
            device.update(ended_at=timezone.now(), ended_by=request.user)
        return super().post(request, *args, **kwargs)
