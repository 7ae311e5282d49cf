"""The wheel has the four packages and all they need when they run, and nothing else."""

import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
FOLDERS = {
    "saleor_alencon": "saleor_alencon",
    "saleor_alencon_plugins": "plugins",
    "saleor_alencon_settings": "settings",
    "saleor_alencon_themes": "themes",
}
DATA_SUFFIXES = {".graphql", ".html", ".json", ".mo", ".sql"}


def build_wheel(target: Path) -> Path:
    """Build from a copy without the ignored files, so that no leftover is packaged."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard", *SOURCES, *FOLDERS.values()],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )
    source = target / "source"
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((PROJECT / name).read_bytes())
    # The development environment holds what [build-system] asks for: nothing is downloaded.
    command = [
        sys.executable, "-m", "build", "--wheel", "--no-isolation",
        f"--outdir={target}", str(source),
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build_wheel(tmp_path_factory.mktemp("wheel")))


def test_the_wheel_has_the_four_packages_only(wheel: zipfile.ZipFile) -> None:
    roots = {name.split("/")[0] for name in wheel.namelist()}

    assert {root for root in roots if not root.endswith(".dist-info")} == set(FOLDERS)


def test_every_module_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    packed = set(wheel.namelist())
    missing = []
    for package, folder in FOLDERS.items():
        for path in (PROJECT / folder).rglob("*.py"):
            name = f"{package}/{path.relative_to(PROJECT / folder).as_posix()}"
            if name not in packed:
                missing.append(name)

    assert missing == []


def test_every_data_file_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    packed = set(wheel.namelist())
    missing = []
    for package, folder in FOLDERS.items():
        for path in (PROJECT / folder).rglob("*"):
            wanted = path.suffix in DATA_SUFFIXES or folder == "themes"
            name = f"{package}/{path.relative_to(PROJECT / folder).as_posix()}"
            if path.is_file() and wanted and "__pycache__" not in name and name not in packed:
                missing.append(name)

    assert missing == []


@pytest.mark.parametrize(
    "name",
    [
        "saleor_alencon_plugins/capture/order_snapshot.graphql",
        "saleor_alencon/local/prepare_database.sql",
        "saleor_alencon_themes/alencon/tokens.json",
        "saleor_alencon_themes/alencon/pdf/statement.typ",
    ],
)
def test_a_file_read_at_run_time_is_in_the_wheel(name: str, wheel: zipfile.ZipFile) -> None:
    assert name in wheel.namelist()


def test_the_wheel_names_its_entry_points(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    entry_points = ConfigParser()
    entry_points.read_string(wheel.read(name).decode())

    assert dict(entry_points["console_scripts"]) == {"alencon": "saleor_alencon.cli:main"}
    assert dict(entry_points["saleor.plugins"]) == {
        "saleor_alencon_plugins.capture": "saleor_alencon_plugins.capture.plugin:CapturePlugin",
        "saleor_alencon_plugins.delivery": "saleor_alencon_plugins.delivery.plugin:DeliveryPlugin",
        "saleor_alencon_plugins.payments": "saleor_alencon_plugins.payments.plugin:PaymentsPlugin",
    }


def test_the_wheel_requires_nothing_of_saleor_s_environment(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    requirements = [
        line
        for line in wheel.read(name).decode().splitlines()
        if line.startswith("Requires-Dist:") and "extra ==" not in line
    ]

    assert requirements == []
