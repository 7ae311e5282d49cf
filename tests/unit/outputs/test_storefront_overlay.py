"""The theme over a storefront of the known shape, which is written here by its values alone."""

import json

import pytest

from saleor_alencon.outputs.storefront_overlay import (
    BRAND,
    MANIFEST,
    STYLES,
    OverlayError,
    oklch,
    overlaid,
    read_overlay,
)
from saleor_alencon.outputs.theme import load_tokens, read_theme_file
from saleor_alencon.provisioning.theming import storefront_theme

FRENCH = "messages/fr.json"


def storefront():
    """Return files of the shape that the theme knows, with other values."""
    overlay = read_overlay()
    messages: dict = {"cart": {"title": "Panier"}}
    for key in overlay.messages["fr"]:
        *parents, last = key.split(".")
        place = messages
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = "Retours gratuits"
    brand = "".join(f'\t/** said */\n\t{key}: "Demo \\"Store\\"",\n' for key in overlay.brand)
    styles = "".join(f"\t--{name}: 0.12 0 0; /* why */\n" for name in overlay.colours)
    manifest = {"name": "x", "short_name": "x", "icons": [], "theme_color": "#FAF9F7",
                "background_color": "#FAF9F7"}  # fmt: skip
    return {
        BRAND: f"export const brandConfig = {{\n{brand}\tsocial: {{ twitter: null }},\n}};\n",
        STYLES: f":root {{\n{styles}\t--radius: 0.5rem;\n}}\n",
        MANIFEST: json.dumps(manifest),
        FRENCH: json.dumps(messages, indent="\t", ensure_ascii=False) + "\n",
    }


def test_names_colours_and_texts_are_the_theme_s_and_all_else_stays():
    found = overlaid(read_overlay(), storefront())
    brand = found[BRAND].decode()
    assert '\tsiteName: "Acheter à Alençon",' in brand
    assert "social: { twitter: null }" in brand
    assert "Demo" not in brand
    styles = found[STYLES].decode()
    assert f"--primary: {oklch(load_tokens().light['primary'])}; /* why */" in styles
    assert "--radius: 0.5rem;" in styles
    messages = json.loads(found[FRENCH])
    assert messages["cart"] == {"title": "Panier"}
    assert "gratuit" not in json.dumps(messages["pdp"]).lower()
    assert json.loads(found[MANIFEST])["theme_color"] == "#1d3461"
    assert found["public/logo.svg"] == read_theme_file("logo.svg")


def test_texts_keep_the_figures_that_the_storefront_puts_in():
    texts = read_overlay().messages["fr"]
    assert "{freeShippingThreshold}" in texts["pdp.attributes.shippingBody"]
    assert "{returnsWindowDays}" in texts["pdp.attributes.returnsBody"]


def test_doing_it_twice_changes_nothing_more():
    first = overlaid(read_overlay(), storefront())
    texts = {path: first[path].decode() for path in read_overlay().paths()}
    assert overlaid(read_overlay(), texts) == first


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (BRAND, "\tsiteName: ", "\tname: ", "siteName"),
        (BRAND, '\ttagline: "', "\ttagline: t`", "tagline"),
        (STYLES, "--primary: 0.12 0 0", "--primary: #111111", "--primary"),
        (FRENCH, '"returnsBody": "', '"returns": "', "pdp.attributes.returnsBody"),
        (MANIFEST, "short_name", "shorter", "short_name"),
        (MANIFEST, "{", "[", "the file"),
    ],
)
def test_another_shape_is_refused_with_its_place(path, old, new, said):
    texts = storefront()
    texts[path] = texts[path].replace(old, new, 1)
    with pytest.raises(OverlayError, match=f"{path}: {said} cannot be set"):
        overlaid(read_overlay(), texts)


def test_channels_are_those_of_the_colours():
    assert oklch("#ffffff") == "1 0.000 0.0"
    assert oklch("#000000") == "0 0.000 0.0"
    # From the CSS Color 4 specification's examples: red and its hue.
    assert oklch("#ff0000") == "0.628 0.258 29.2"


@pytest.fixture
def checkout(tmp_path):
    for path, text in storefront().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "public/logo.svg").write_text("<svg/>")
    return tmp_path


def written(folder):
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*")
            if each.is_file()}  # fmt: skip


def test_a_dry_run_tells_and_writes_nothing(checkout):
    before, told = written(checkout), []
    report = storefront_theme(folder=checkout, dry_run=True, tell=told.append)
    assert report.changed_anything
    assert "created    public/logo-dark.svg" in told
    assert "changed    public/logo.svg" in told
    assert written(checkout) == before


def test_a_checkout_is_themed_once(checkout):
    storefront_theme(folder=checkout, dry_run=False, tell=lambda _line: None)
    before = written(checkout)
    again = storefront_theme(folder=checkout, dry_run=False, tell=lambda _line: None)
    assert not again.changed_anything
    assert written(checkout) == before


def test_a_storefront_of_another_shape_is_left_whole(checkout):
    path = checkout / FRENCH
    path.write_text(path.read_text().replace("returnsBody", "returns"))
    before = written(checkout)
    with pytest.raises(OverlayError):
        storefront_theme(folder=checkout, dry_run=False, tell=lambda _line: None)
    assert written(checkout) == before


def test_a_folder_without_a_storefront_is_named(tmp_path):
    with pytest.raises(OverlayError, match=r"brand\.ts cannot be read"):
        storefront_theme(folder=tmp_path, dry_run=True, tell=lambda _line: None)
