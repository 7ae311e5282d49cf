"""Saleor's addresses, its API with merchants in the scope of their shop, and public media files.

The files come from the folder of ``ALENCON_MEDIA_FOLDER``, where it is set. Outside development
Saleor serves no media file, and its images would be missing in every
storefront of a shop without a bucket. Only what every shopper may see is served: Saleor keeps
invoices and exports of customers in the same folder.
"""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.static import serve

from .permissions.urls import urlpatterns as saleor_addresses

PUBLIC_FOLDERS = (
    "category-backgrounds",
    "collection-backgrounds",
    "file_upload",
    "products",
    "thumbnails",
)
SECONDS_CACHED = 24 * 3600  # each file has a name of its own, never used again


def serve_media(request: HttpRequest, folder: str, path: str) -> HttpResponse:
    """Answer with a file of a folder; what somebody uploaded is never run by a browser as a page.

    Each folder is a root of its own: no path leads to its neighbours.
    """
    found = serve(request, path, document_root=Path(settings.MEDIA_ROOT) / folder)
    if not found.streaming:  # the browser has it already
        return found
    answer = HttpResponse(found.getvalue(), content_type=found["Content-Type"])
    found.close()
    answer["Last-Modified"] = found["Last-Modified"]
    answer["Cache-Control"] = f"public, max-age={SECONDS_CACHED}"
    answer["Content-Disposition"] = "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


MEDIA = rf"^media/(?P<folder>{'|'.join(PUBLIC_FOLDERS)})/(?P<path>.+)$"
urlpatterns = list(saleor_addresses)
if settings.SERVES_MEDIA:
    urlpatterns.append(re_path(MEDIA, serve_media))
