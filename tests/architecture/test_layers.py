"""The layers of .importlinter hold, and the domain imports the standard library only."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

PROJECT = Path(__file__).resolve().parents[2]
DOMAIN = sorted((PROJECT / "saleor_alencon/domain").rglob("*.py"))
OWN_PURE_MODULES = ("saleor_alencon.domain", "saleor_alencon.errors")


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)


def test_every_import_contract_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)  # the configuration is found in the working folder

    status = lint_imports(config_filename=str(PROJECT / ".importlinter"), no_cache=True)

    assert status == 0, capsys.readouterr().out


def test_the_domain_has_modules_to_check() -> None:
    assert len(DOMAIN) > 1


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: path.name)
def test_the_domain_imports_the_standard_library_only(path: Path) -> None:
    foreign = [
        name
        for name in imported_modules(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith(OWN_PURE_MODULES)
    ]

    assert foreign == []
