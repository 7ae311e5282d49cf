"""Addresses of the Office service."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from saleor_alencon.counter.frame_views import frame_page, frame_today
from saleor_alencon.counter.opt_out_views import opt_out_page
from saleor_alencon.counter.people_views import SignOutView
from saleor_alencon.counter.views import HomeView, SignInView, health, icon
from saleor_alencon.shops.views import logo

urlpatterns: list[URLPattern | URLResolver] = [
    path("", HomeView.as_view(), name="home"),
    path("connexion/", SignInView.as_view(), name="sign-in"),
    path("deconnexion/", SignOutView.as_view(), name="sign-out"),
    path("langue/", set_language, name="set_language"),  # The name that unfold's menu looks for.
    path("boutique/", include("saleor_alencon.counter.urls")),
    re_path(r"^encart/?$", frame_page, name="frame"),  # The Dashboard may drop the last slash.
    path("encart/jour", frame_today, name="frame-today"),
    path("messages/refuser/<str:token>", opt_out_page, name="opt-out"),
    path("bureau/", admin.site.urls),
    path("admin/", RedirectView.as_view(pattern_name="admin:index")),
    path("", include("saleor_alencon.api.urls")),
    path("medias/logos/<str:name>", logo, name="logo"),  # What MEDIA_URL leads to.
    path("favicon.ico", icon, name="icon"),  # Browsers ask for it by themselves, on every page.
    path("sante/", health, name="health"),
]
