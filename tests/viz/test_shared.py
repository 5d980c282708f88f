"""What pages share: the looks of pictures as classes, and files that are made once."""

import re
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import draw, parse
from autograd_mini.viz.colours import DARK
from autograd_mini.viz.document import document
from autograd_mini.viz.shared import LOOKS, Shared


def lecture(name="u"):
    f = parse("f = (u + v) * w", u=2, v=3, w=4)
    f.parents[0].parents[0].label = name
    f.backward()
    return draw(f)


def dressed(shared, drawing):
    link, svg = re.fullmatch(
        r"(<link [^>]*>)(<svg.*</svg>)", shared.dressed(drawing.element()), re.DOTALL
    ).groups()
    assert link == '<link rel="stylesheet" href="assets/pictures.css">'
    return ET.fromstring(svg)


NUMBER = r"\d+(?:\.\d+)?"


def test_a_class_says_what_attributes_said():
    """Every part has the looks it had, its place and its text; nothing else is left."""
    shared = Shared("assets/")
    plain, light = lecture().element(), dressed(shared, lecture())
    rules = dict(re.findall(r"^\.(l\d+){(.*)}$", shared.files["pictures.css"], re.MULTILINE))
    for before, after in zip(plain.iter(), light.iter(), strict=True):
        looks = dict(part.split(":") for part in rules.get(after.get("class"), "").split(";") if part)
        assert {key: value.removesuffix("px") for key, value in looks.items()} == {
            key: f"light-dark({before.get(key)},{DARK[before.get(key)]})"
            if before.get(key) in DARK
            else before.get(key)
            for key in LOOKS
            if key in before.attrib
        }
        for key in ("x", "y", "width", "height", "d", "points", "transform"):
            old, new = before.get(key, "0"), after.get(key, "0")
            assert re.sub(NUMBER, "#", old) == re.sub(NUMBER, "#", new)
            for a, b in zip(re.findall(NUMBER, old), re.findall(NUMBER, new), strict=True):
                assert abs(float(a) - float(b)) <= 0.0501  # a tenth of a pixel, rounded
        assert after.text == before.text
        assert not [key for key in after.keys() if key.startswith("data-") or key == "id"]  # noqa: SIM118


def test_pictures_share_their_looks():
    """A second picture of the same kind needs no rules of its own."""
    shared = Shared("assets/")
    dressed(shared, lecture())
    once = shared.files
    dressed(shared, lecture("another name"))

    assert shared.files == once


@pytest.mark.parametrize("name", ["</style><script>alert(1)</script>", '"><b>', "a /> b", "url(x)"])
def test_a_name_stays_a_name(name):
    """It is text of the picture, and no part of a rule."""
    shared = Shared("assets/")
    picture = dressed(shared, lecture(name))

    assert "alert" not in shared.files["pictures.css"]
    assert any(
        name in "".join(text.itertext()) for text in picture.iter() if text.tag.endswith(("text", "title"))
    )


def test_a_page_links_to_what_it_shares():
    """Files are made once, rules and program stay in the page, and the policy lets in what lies beside it."""
    shared = Shared("../assets/")
    styles, scripts = ["viz/assets/picture.css"], ["viz/assets/picture.js"]
    pages = [
        document(
            title,
            "fr-x-point",
            "<p>",
            styles,
            scripts,
            "p{margin:0}",
            "const a=1;",
            shared=shared,
            is_sealed=True,
        )
        for title in "ab"
    ]

    assert {*shared.files} == {"picture.css", "picture.js", "pictures.css"}
    assert shared.files["picture.js"].startswith('"use strict";(()=>{')
    for page in pages:
        assert '<link rel="stylesheet" href="../assets/picture.css">' in page
        assert '<script src="../assets/picture.js"></script>' in page
        assert "const a=1;" in page
        assert re.search(r"style-src 'self' 'sha256-\S*'; script-src 'self' 'sha256-\S*';", page)
        assert '<html lang="fr">' in page
