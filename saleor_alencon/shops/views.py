"""Shops' logos, as browsers load them."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest

from saleor_alencon.shops.logos import NAME
from saleor_alencon.shops.models import LOGO_FOLDER

HEADERS = {
    # The name changes with the image.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def logo(_request: HttpRequest, name: str) -> FileResponse:
    """Serve one logo: a PNG that this service drew, and nothing else that the folder may hold."""
    path = f"{LOGO_FOLDER}/{name}"
    if not NAME.fullmatch(path):
        raise Http404
    try:
        file = default_storage.open(path)
    except OSError as error:
        raise Http404 from error
    return FileResponse(file, content_type="image/png", headers=HEADERS)
