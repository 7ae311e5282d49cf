"""Maps the top-level folders to their import names and compiles the translations.

Everything declarative is in pyproject.toml; setuptools cannot discover packages under
several renamed roots, and a message catalogue must be compiled before it is packaged.
"""

from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

FOLDERS = {
    "saleor_alencon": "saleor_alencon",
    "saleor_alencon_plugins": "plugins",
    "saleor_alencon_settings": "settings",
    "saleor_alencon_themes": "themes",
}


def discover_packages() -> list[str]:
    """Return the import names of all packages under the mapped folders."""
    packages = []
    for name, folder in FOLDERS.items():
        packages.append(name)
        packages.extend(f"{name}.{package}" for package in find_packages(folder))
    return packages


def compile_catalogues() -> None:
    """Compile each .po of the Office service into the .mo that gettext reads."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in Path("saleor_alencon").rglob("*.po"):
        with source.open("rb") as file:
            catalogue = read_po(file)
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


class BuildPy(build_py):
    """Compile the catalogues, then build as usual (for wheels and editable installs)."""

    def run(self) -> None:
        compile_catalogues()
        super().run()


setup(
    packages=discover_packages(),
    package_data={
        "saleor_alencon": [
            "**/*.html",
            "**/*.txt",
            "**/*.css",
            "**/*.js",
            "**/*.svg",
            "**/*.mo",
            "**/*.graphql",
            "**/*.json",
            "**/*.sql",
            "**/*.webmanifest",
            "**/*.png",
        ],
        "saleor_alencon_plugins": ["**/*.graphql", "**/*.sql"],
        "saleor_alencon_themes": ["**/*"],
    },
    cmdclass={"build_py": BuildPy},
)
