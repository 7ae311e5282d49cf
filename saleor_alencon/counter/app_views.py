"""What makes the counter installable, and lets it open on a bad line."""

import hashlib
from functools import cache
from importlib.resources import files

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saleor_alencon.outputs.theme import load_tokens


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """Answer the web app's manifest."""
    colours = load_tokens().light
    return JsonResponse(
        {
            "id": reverse("counter:today"),
            "name": _("Comptoir · Acheter à Alençon"),
            "short_name": _("Comptoir"),
            "start_url": reverse("counter:today"),
            "scope": reverse("counter:shop"),
            "display": "standalone",
            "background_color": colours["surface_sunken"],
            "theme_color": colours["primary"],
            "icons": [
                {"src": static(f"counter/icon-{size}.png"), "sizes": f"{size}x{size}",
                 "type": "image/png", "purpose": "any maskable"}
                for size in (192, 512)
            ],
        },
        content_type="application/manifest+json",
    )  # fmt: skip


@cache
def version() -> str:
    """Return what changes with the files that the worker keeps."""
    folder = files("saleor_alencon.counter").joinpath("static", "counter")
    names = ("counter.css", "counter.js", "scan.js", "worker.js")
    content = b"".join(folder.joinpath(name).read_bytes() for name in names)
    return hashlib.sha256(content).hexdigest()[:12]


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker; it stands here so that it may serve all of the counter."""
    script = files("saleor_alencon.counter").joinpath("static", "counter", "worker.js").read_text()
    answer = HttpResponse(
        f'const VERSION = "{version()}";\n{script}', content_type="text/javascript"
    )
    answer["Cache-Control"] = "no-cache"
    answer["Service-Worker-Allowed"] = reverse("counter:shop")
    return answer
