"""QR codes as SVG, to stand in a page."""

import io

import segno

MODULE_PIXELS = 5


def qr_svg(text: str) -> str:
    """Return an inline SVG of a QR code (error correction M: a scratched screen still reads)."""
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        target, kind="svg", scale=MODULE_PIXELS, xmldecl=False, svgns=False, light="white"
    )
    return target.getvalue().decode("utf-8").strip()
