"""Which functions call Stripe or write to the database, found in the source.

A test that kills a process at every point of an action names those of these functions that the
action runs; another test sees to it that all of them are named. A new call to Stripe, or a new
commit, therefore needs an action that is killed around it.
"""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

POINTS = {
    "atomic", "bulk_create", "create", "delete", "get_or_create", "save", "update",
    "update_or_create", "transactions_post", "_call", "_page", "_list",
}  # fmt: skip
"""What begins a transaction, writes, or asks Stripe, by the name of the method or function."""


def functions_with_points(folder: Path, callers: Iterable[str]) -> set[str]:
    """Return ``module.function`` for each function below a folder that writes, or calls Stripe.

    ``callers`` are the names by which the code holds its port to Stripe. Migrations are left out.
    """
    found = set()
    for path in sorted(folder.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for function in _functions(ast.parse(path.read_text("utf-8"))):
            if any(_is_point(node, set(callers)) for node in ast.walk(function)):
                found.add(f"{path.stem}.{function.name}")
    return found


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            yield node


def _is_point(node: ast.AST, callers: set[str]) -> bool:
    holder = getattr(node, "value", None)
    if isinstance(node, ast.Attribute) and isinstance(holder, ast.Name) and holder.id in callers:
        return True
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    return getattr(called, "attr", getattr(called, "id", "")) in POINTS


@contextmanager
def functions_run(folder: Path) -> Iterator[set[str]]:
    """Give the set that ``module.function`` of each function of a folder enters when it runs."""
    ran: set[str] = set()

    def note(frame: object, event: str, _argument: object) -> None:
        code = frame.f_code  # type: ignore[attr-defined]
        if event == "call" and code.co_filename.startswith(str(folder)):
            ran.add(f"{Path(code.co_filename).stem}.{code.co_name}")

    before: Callable[..., object] | None = sys.getprofile()
    sys.setprofile(note)
    try:
        yield ran
    finally:
        sys.setprofile(before)
