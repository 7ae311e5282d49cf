"""Laying the theme over a checkout of the storefront, and loading its words into Saleor."""

import os
from collections.abc import Callable
from pathlib import Path

from saleor_alencon.outputs.storefront_overlay import OverlayError, overlaid, read_overlay
from saleor_alencon.provisioning.delivery_table import DeliveryTable
from saleor_alencon.provisioning.report import Report
from saleor_alencon.provisioning.setup import keep_words
from saleor_alencon.provisioning.setup_channel import keep_channel
from saleor_alencon.saleor_api.client import SaleorClient


def storefront_theme(*, folder: Path, dry_run: bool, tell: Callable[[str], None]) -> Report:
    """Set names, colours, texts and logos in a checkout of the storefront; safe to repeat.

    Nothing is written unless all of it can be. With ``dry_run`` nothing is written at all.

    :raises OverlayError: when the folder holds no storefront, or one of another shape.
    """
    overlay, texts = read_overlay(), {}
    for path in overlay.paths():
        try:
            texts[path] = (folder / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OverlayError(
                f"{folder / path} cannot be read ({error}): name the folder of a checkout of "
                "Saleor's storefront."
            ) from error
    report, wanted = Report(tell), overlaid(overlay, texts)
    for path, content in sorted(wanted.items()):
        target = folder / path
        present = target.read_bytes() if target.is_file() else None
        if present != content and not dry_run:
            _write(target, content)
        outcome = "changed" if present is not None else "created"
        report.add(path, "unchanged" if present == content else outcome)
    return report


def saleor_theme(
    *, client: SaleorClient, table: DeliveryTable, tell: Callable[[str], None]
) -> Report:
    """Load menus, pages, the storefront's words and its first collection into Saleor.

    What setup does too: what is there stays as the Office wrote it.
    """
    report = Report(tell)
    keep_words(client, report, table, keep_channel(client, report)["id"])
    return report


def _write(target: Path, content: bytes) -> None:
    """Replace a file whole: whoever reads it meanwhile sees the old or the new one."""
    beside = target.with_name(f".{target.name}.alencon")
    beside.write_bytes(content)
    os.replace(beside, target)
