"""The file for the tax authority, written and validated by the library `dac7`.

The library runs in an environment of its own (``make dac7``): its pins do not fit the service's.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from saleor_alencon.dac7.identities import missing_labels
from saleor_alencon.dac7.models import ReportedSeller, YearReport
from saleor_alencon.dac7.services import Dac7Error, seller_of
from saleor_alencon.domain.dac7 import SellerKind, SellerStatus
from saleor_alencon.outputs.dac7_json import (
    FileSeller,
    entity_json,
    individual_json,
    operator_json,
)
from saleor_alencon.outputs.french_text import TOWN_TIME

PACKAGED = Path("dac7") / "bin" / "dac7"
"""Where ``make dac7`` puts the program, in the service's own environment."""
SECONDS = 120


@dataclass(frozen=True)
class TaxFile:
    """The file, the name that the DGFiP wants for it, and what a person must still do."""

    name: str
    content: bytes
    warnings: tuple[str, ...]


def dac7_program() -> Path:
    """Return the library's program.

    :raises Dac7Error: when it is not installed.
    """
    found = Path(settings.DAC7_COMMAND or Path(sys.prefix) / PACKAGED)
    if not found.is_file():
        raise Dac7Error(
            _(
                "Le programme qui écrit le fichier XML n'est pas installé (%(path)s) : lancez "
                "« make dac7 », ou déclarez à l'aide de la feuille de données."
            )
            % {"path": found}
        )
    return found


def tax_file(report: YearReport, *, test: bool = False) -> TaxFile:
    """Return the file of a report: all declared sellers, or those that a correction changes.

    ``test`` makes a file for the tax authority's test platform.

    :raises Dac7Error: when a declared seller's identity is incomplete, the association has no VAT
        number, nothing is to be declared, or the program refuses.
    """
    program = dac7_program()
    sellers, warnings = _sellers(report)
    if not report.operator["vat_number"]:
        raise Dac7Error(
            _(
                "Le schéma veut un numéro de TVA du déclarant et l'association n'en a pas : "
                "déclarez à l'aide de la feuille de données."
            )
        )
    if not sellers:
        raise Dac7Error(_("%(report)s n'a personne à déclarer.") % {"report": report})
    with tempfile.TemporaryDirectory() as folder:
        name, content = _write(program, Path(folder), report, sellers, test=test)
    return TaxFile(name, content, warnings)


def _sellers(report: YearReport) -> tuple[list[FileSeller], tuple[str, ...]]:
    before = {
        seller.shop_id: seller
        for seller in ReportedSeller.objects.filter(
            report__year=report.year, report__version=report.version - 1
        )
    }
    declared = report.sellers.filter(status=SellerStatus.DECLARED).select_related("shop")
    found, incomplete = [], []
    for reported in declared.order_by("shop__slug"):
        seller = seller_of(reported)
        entry = FileSeller(reported.shop.slug, reported.revision, seller.identity, seller.figures)
        earlier = before.get(reported.shop_id)
        if not entry.is_tellable or (earlier and earlier.revision == reported.revision):
            continue
        if missing := entry.missing():
            incomplete.append(f"{reported.shop} ({', '.join(missing_labels(missing))})")
        found.append(entry)
    if incomplete:
        raise Dac7Error(
            _("Identité incomplète : %(shops)s. Complétez, puis arrêtez une version corrigée.")
            % {"shops": " ; ".join(incomplete)}
        )
    now_declared = set(declared.values_list("shop", flat=True))
    dropped = [
        seller.shop.name
        for seller in before.values()
        if seller.status == SellerStatus.DECLARED and seller.shop_id not in now_declared
    ]
    warnings = tuple(
        _("%(shop)s n'est plus à déclarer : demandez à la DGFiP de supprimer sa ligne.")
        % {"shop": name}
        for name in sorted(dropped)
    )
    return found, warnings


def _write(
    program: Path, folder: Path, report: YearReport, sellers: list[FileSeller], *, test: bool
) -> tuple[str, bytes]:
    people = [each for each in sellers if each.identity.kind is SellerKind.INDIVIDUAL]
    companies = [each for each in sellers if each.identity.kind is SellerKind.ENTITY]
    inputs = {
        "-p": operator_json(report.operator, first=report.version == 1),
        "-e": [entity_json(each) for each in companies],
        "-i": [individual_json(each) for each in people],
    }
    arguments = []
    for option, data in inputs.items():
        path = folder / f"{option.strip('-')}.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        arguments += [option, str(path)]
    moment = report.frozen_at.astimezone(TOWN_TIME)
    made = folder / "made.xml"
    number = ["-d", str(report.version)]
    _run(
        program, "build", "-E", "TEST" if test else "PROD", "-y", str(report.year), *number,
        "-t", f"{moment:%Y-%m-%dT%H:%M:%S.%f}", *arguments, str(made),
    )  # fmt: skip
    name = _run(program, "name", *number, str(made)).strip().splitlines()[-1]
    named = made.rename(folder / Path(name).name)
    _run(program, "validate", str(named))
    return named.name, named.read_bytes()


def _run(program: Path, *arguments: str) -> str:
    done = subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        # Plain lines instead of boxes, in the message and in the file alike.
        env={"TERM": "dumb", "NO_COLOR": "1", "_TYPER_STANDARD_TRACEBACK": "1",
             "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
    )  # fmt: skip
    if done.returncode:
        said = " ".join(done.stderr.split())
        raise Dac7Error(
            _("Le fichier XML ne peut pas être écrit : %(error)s") % {"error": said[-400:]}
        )
    return done.stdout
