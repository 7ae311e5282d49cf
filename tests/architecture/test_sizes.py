"""Modules have at most 400 lines and functions at most 70; migrations are exempt."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("saleor_alencon", "plugins", "settings")
MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 70


def find_modules() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


MODULES = list(find_modules())


def name_module(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def test_there_are_modules_of_each_folder() -> None:
    assert {path.relative_to(PROJECT).parts[0] for path in MODULES} == set(FOLDERS)


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_a_module_is_short(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()

    assert len(lines) <= MOST_LINES_OF_A_MODULE


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_its_functions_are_short(path: Path) -> None:
    long_functions = {
        node.name: length
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }

    assert long_functions == {}
