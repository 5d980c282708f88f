"""The site of the lectures in a real browser: every page opens from disk, without a network and without a word."""

import pytest

from autograd_mini import lectures
from autograd_mini.lectures.site import write_site

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value"),
]


@pytest.mark.parametrize("document", lectures.all(), ids=lambda document: document.name)
def test_pages_are_silent(browser, tmp_path, document):
    write_site([document], tmp_path)
    context = browser.new_context(offline=True)
    words = []
    page = context.new_page()
    page.on("console", lambda message: words.append(message.text))
    page.on("pageerror", lambda error: words.append(str(error)))
    for path in sorted(tmp_path.rglob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.body.innerText.length") > 20
        assert page.evaluate("document.documentElement.lang") in path.parts or path.parent == tmp_path
        assert [] == words, path
    context.close()
