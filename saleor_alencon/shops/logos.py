"""A shop's logo: what may be uploaded, and the one form in which it is kept."""

import hashlib
import re
import warnings
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from saleor_alencon.shops.models import LOGO_FOLDER

FORMATS = ("PNG", "JPEG", "WEBP")
BYTES_AT_MOST = 2 * 1024 * 1024
SIDE_AT_LEAST, SIDE_AT_MOST = 100, 4000
SIDE_KEPT = 800
NAME = re.compile(rf"{LOGO_FOLDER}/[0-9a-f]{{32}}(_\w{{7}})?\.png", re.ASCII)


def clean_logo(upload: UploadedFile) -> ContentFile:
    """Return an uploaded image as the PNG that is kept: at most 800 pixels, and pixels only.

    It is drawn anew, so that nothing else in the file (a place, a script) is ever served. Its name
    is the digest of what it shows: a changed logo has another address.

    :raises ValidationError: when it is too heavy, no image of a known kind, too small or too big.
    """
    if upload.size is None or upload.size > BYTES_AT_MOST:
        raise ValidationError(_("Cette image est trop lourde : 2 Mo au plus."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(upload, formats=FORMATS)
            # The header says the size: an image that is too big is never decoded.
            check_sides(*image.size)
            drawn = ImageOps.exif_transpose(image).convert("RGBA")
    except ValidationError:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        raise ValidationError(
            _("Ce fichier n'est pas une image lisible : choisissez un PNG, un JPEG ou un WebP.")
        ) from error
    drawn.thumbnail((SIDE_KEPT, SIDE_KEPT))
    written = BytesIO()
    drawn.save(written, "PNG", optimize=True)
    content = written.getvalue()
    return ContentFile(content, name=f"{hashlib.sha256(content).hexdigest()[:32]}.png")


def check_sides(width: int, height: int) -> None:
    if min(width, height) < SIDE_AT_LEAST or max(width, height) > SIDE_AT_MOST:
        raise ValidationError(
            _("Cette image a %(width)d × %(height)d pixels : de 100 à 4 000 de chaque côté.")
            % {"width": width, "height": height}
        )
