"""The site of the lectures in real browsers: every page opens from disk, without a network and without a word."""

import pytest

from autograd_mini import lectures
from autograd_mini.lectures.site import write_site
from browser import firefox as bidi

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    write_site(lectures.all(), folder)
    return folder


def test_pages_are_silent(browser, site):
    """All of them, in Chromium; the scripts that they share have run."""
    context = browser.new_context(offline=True)
    still = {"index", *[example.id for document in lectures.all() for example in document.examples]}
    words = []
    page = context.new_page()
    page.on("console", lambda message: words.append(message.text))
    page.on("pageerror", lambda error: words.append(str(error)))
    for path in sorted(site.rglob("*.html")):
        page.goto(path.as_uri(), wait_until="load")
        length, language, ran = page.evaluate(
            "[document.body.innerText.length, document.documentElement.lang,"
            " document.querySelector('#count, #score')?.textContent]"
        )
        assert length > 20
        assert bool(ran) == (path.stem not in still), path
        assert language in path.parts or path.parent == site
        assert [] == words, path
    context.close()


def test_firefox_loads_what_pages_share(firefox, site):
    """A policy with 'self' lets scripts and styles of the same folder in, from a disk, too; one of each kind for each document."""
    firefox.words.clear()
    page = bidi.Page(firefox, 1100, 760)
    for document in lectures.all():
        for kind in ("", "-steps", "-exercise"):
            path = site / "fr" / f"{document.examples[-1].id}{kind}.html"
            page.goto(path.as_uri())
            assert (
                page.evaluate("getComputedStyle(document.querySelector('svg rect')).fill") != "rgb(0, 0, 0)"
            )
            if kind:
                assert page.evaluate("document.querySelector('#count, #score').textContent") != ""
            assert [] == firefox.words, path
    page.close()


def test_an_exercise_of_the_site_is_judged(browser, site):
    """Answers, sentences and pictures work as in a page for itself, and no word of the answers is on the console."""
    page = browser.new_context(offline=True).new_page()
    page.goto((site / "fr/sum-times-w-exercise.html").as_uri())
    page.fill("#q0", "6")
    page.press("#q0", "Enter")
    wrong = page.locator("li").first.inner_text()
    page.fill("#q0", "5")
    page.press("#q0", "Enter")

    assert "On trouve ce nombre avec une autre opération dans t₁." in wrong
    assert "value right" == page.locator("li").first.get_attribute("class")
    names = ["questions", "content", "state", "judgeAll", "makeSheet", "graph", "fields", "exactOf"]
    assert ["undefined"] * len(names) == page.evaluate(f"{names}.map(name => eval('typeof ' + name))")
    page.context.close()


def test_inputs_change_on_the_site(browser, site):
    """The page that steps computes anew."""
    page = browser.new_context(offline=True).new_page()
    page.goto((site / "en/sum-times-w-steps.html").as_uri())
    page.keyboard.press("End")
    field = page.locator("#inputs input").first
    field.fill("3")
    field.press("Enter")

    assert "24" in page.locator("#panel").inner_text()
    page.context.close()
