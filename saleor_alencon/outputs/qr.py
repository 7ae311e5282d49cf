"""QR codes as SVG, to stand in a page."""

import io

import segno

MODULE_PIXELS = 5
QUIET_MODULES = 2
"""Less than the standard's four: what stands around the code on paper is white too."""


def qr_svg(text: str) -> str:
    """Return an inline SVG of a QR code (error correction M: a scratched screen still reads)."""
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        target, kind="svg", scale=MODULE_PIXELS, xmldecl=False, svgns=False, light="white"
    )
    return target.getvalue().decode("utf-8").strip()


def qr_image(text: str) -> str:
    """Return a QR code as an SVG file of its own, for paper: light modules are left out."""
    target = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(target, kind="svg", xmldecl=False, border=QUIET_MODULES, light=None)
    return target.getvalue().decode("utf-8").strip()
