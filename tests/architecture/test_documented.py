"""Every command and every setting is described; nothing described has gone."""

import re
from pathlib import Path

import pytest

from saleor_alencon_settings.base import OfficeEnvironment

PROJECT = Path(__file__).resolve().parents[2]
COMMANDS = sorted(
    path.stem
    for path in PROJECT.glob("saleor_alencon/*/management/commands/*.py")
    if not path.stem.startswith("_")
)
FIELDS = sorted(name.upper() for name in OfficeEnvironment.model_fields)
OTHER_VARIABLES = [
    "ALENCON_CAPTURE_DATABASE_URL",
    "ALENCON_MEDIA_FOLDER",
    "ALENCON_ORDER_MINUTES",
    "ALENCON_PAYMENT_WATCH_SECONDS",
    "ALENCON_SWEEP_SECONDS",
    "ALENCON_VAR",
    "SALEOR_ALENCON_STATE",
    "SALEOR_DATABASE_URL",
    "SALEOR_SRC",
    "STRIPE_API_BASE",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
]


def read_documentation(name: str) -> str:
    return (PROJECT / "docs" / name).read_text("utf-8")


def first_cells(text: str) -> list[str]:
    """Return the code in the first cell of each row of the page's tables."""
    return re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_described(command: str) -> None:
    assert f"alencon {command}" in first_cells(read_documentation("commands.md"))


@pytest.mark.parametrize("variable", FIELDS + OTHER_VARIABLES)
def test_a_setting_is_described(variable: str) -> None:
    assert variable in first_cells(read_documentation("settings.md"))


def test_no_setting_is_described_that_is_not_there() -> None:
    described = first_cells(read_documentation("settings.md"))

    # A variable of both processes is described for each.
    assert set(described) == {*FIELDS, *OTHER_VARIABLES}


def test_the_example_environment_gives_compose_every_variable() -> None:
    compose = (PROJECT / "docker-compose.yml").read_text("utf-8")
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)\}", compose))
    given = set(
        re.findall(r"^(\w+)=", (PROJECT / ".env.example").read_text("utf-8"), flags=re.MULTILINE)
    )

    assert asked == given
