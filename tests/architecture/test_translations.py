"""Every text a person sees has its English translation; unfold's have a French one."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils.translation import gettext, ngettext, override

from tests.catalogues import PACKAGE, read_catalogue, texts, translations

SOURCES = ("*.py", "*.html", "*.txt", "*.po")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
if not (shutil.which("xgettext") and shutil.which("msgmerge")):
    pytest.skip("GNU gettext is missing: texts were not compared", allow_module_level=True)

CURE = "translate them: CONTRIBUTING.md has the command"


def extract(source: Path, target: Path, language: str) -> None:
    """Copy a package without what it ships translated, and let makemessages work on the copy."""
    for pattern in SOURCES:
        for path in source.rglob(pattern):
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (target / "locale").mkdir(exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if key != "LANGUAGE"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", language, "--no-obsolete"],
        check=False,
        capture_output=True,
        text=True,
        cwd=target,
        env=environment,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def english(tmp_path_factory) -> dict:
    """Each catalogue as an extraction leaves it: what has no translation is there, without one."""
    target = tmp_path_factory.mktemp("english") / "saleor_alencon"
    extract(PACKAGE, target, "en")
    return {
        str(path.relative_to(target)): read_catalogue(path)
        for path in sorted(target.rglob("locale/en/LC_MESSAGES/django.po"))
    }


@pytest.fixture(scope="module")
def words_of_unfold(tmp_path_factory) -> list:
    """What unfold says in English, without its optional parts."""
    found = importlib.util.find_spec("unfold")
    target = tmp_path_factory.mktemp("unfold") / "unfold"
    extract(Path(found.origin).parent, target, "fr")
    return [
        message
        for message in read_catalogue(target / "locale/fr/LC_MESSAGES/django.po")
        if any(not place.startswith("contrib/") for place, _line in message.locations)
    ]


def is_translated(message) -> bool:
    return all(translations(message)) and not message.fuzzy


def found_in(english, wrong) -> list[str]:
    """Name the messages that ``wrong`` finds fault with."""
    return [
        f"{name}: {texts(message)[0]}"
        for name, messages in english.items()
        for message in messages
        if wrong(message)
    ]


def test_every_text_has_an_english_translation_that_is_no_guess(english) -> None:
    assert sum(map(len, english.values())) > 300
    assert found_in(english, lambda message: not is_translated(message)) == [], CURE


def test_a_translation_has_the_places_of_its_text(english) -> None:
    def misplaced(message) -> bool:
        wanted = {frozenset(PLACEHOLDER.findall(text)) for text in texts(message)}
        found = {frozenset(PLACEHOLDER.findall(text)) for text in translations(message)}
        return is_translated(message) and not found <= wanted

    assert found_in(english, misplaced) == []


def test_a_plural_has_two_english_forms(english) -> None:
    def wrong(message) -> bool:
        return len(texts(message)) == 2 and len(translations(message)) != 2

    assert found_in(english, wrong) == []


def test_a_text_has_one_translation_in_all_catalogues(english) -> None:
    known: dict[object, tuple] = {}

    def differs(message) -> bool:
        if not is_translated(message):
            return False
        first = known.setdefault((message.context, message.id), translations(message))
        return first != translations(message)

    assert found_in(english, differs) == []


def test_what_the_pages_load_is_what_the_catalogues_say(english) -> None:
    def differs(message) -> bool:
        shown = gettext(texts(message)[0])
        return is_translated(message) and shown != translations(message)[0]

    with override("en"):
        assert found_in(english, differs) == []


def test_french_is_shown_as_it_is_written(english) -> None:
    """Django's own French catalogue has no other word for a text of this project."""

    def differs(message) -> bool:
        shown = gettext(texts(message)[0])
        return len(texts(message)) == 1 and shown != texts(message)[0]

    with override("fr"):
        assert found_in(english, differs) == []


def test_unfold_speaks_french(words_of_unfold) -> None:
    own = PACKAGE / "office/locale/fr/LC_MESSAGES/django.po"
    same_in_french = {texts(message)[0] for message in read_catalogue(own)}

    def shown(message) -> str:
        found = texts(message)
        return gettext(*found) if len(found) == 1 else ngettext(*found, 1)

    with override("fr"):
        missing = [
            texts(message)[0]
            for message in words_of_unfold
            if shown(message) == texts(message)[0] and texts(message)[0] not in same_in_french
        ]
    assert len(words_of_unfold) > 80
    assert missing == [], f"add them to {own}"
