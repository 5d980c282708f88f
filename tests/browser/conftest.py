"""Real browsers, without a network, that open pages from disk and mind every word on their consoles."""

import importlib.util
import os
import shutil

import pytest

from browser import firefox as bidi

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def missing(reason):
    """Without a browser these tests are skipped, except where they have to run."""
    if os.environ.get("CI", "") not in ("", "0", "false"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed; pip install playwright")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        missing("there is no Chromium on the PATH; install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Open an HTML text as a file; the page must be silent to the end of the test."""
    contexts, words = [], []

    def opened(html, address="", width=1100, height=760, silent=True, **settings):
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_bytes(html.encode())
        context = browser.new_context(offline=True, viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()
        if silent:
            page.on("console", lambda message: words.append(message.text))
            page.on("pageerror", lambda error: words.append(str(error)))
            page.on("dialog", lambda dialog: words.append(dialog.message) or dialog.dismiss())
        page.clock.install()
        page.goto(path.as_uri() + address)
        return page

    yield opened
    for context in contexts:
        context.close()

    assert [] == words


@pytest.fixture(scope="session")
def firefox():
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        missing("there is no Firefox on the PATH; install firefox-esr")
    if importlib.util.find_spec("websocket") is None:
        missing("websocket-client is not installed; pip install websocket-client")
    with bidi.launched(program) as session:
        yield session


class Tab:
    """A page of Chromium with the few words that one of Firefox has."""

    def __init__(self, page):
        self.evaluate, self.screenshot, self.pdf = page.evaluate, page.screenshot, page.pdf
        self._press = page.keyboard.press

    def press(self, *keys):
        for key in keys:
            self._press(key)


@pytest.fixture(params=["chromium", "firefox"])
def open_anywhere(request, tmp_path):
    """Open an HTML text as a file in Chromium and, in a test of its own, in Firefox."""
    if request.param == "chromium":
        open_page = request.getfixturevalue("open_page")
        yield lambda *args, **size: Tab(open_page(*args, **size))
        return
    session, tabs = request.getfixturevalue("firefox"), []
    session.words.clear()

    def opened(html, address="", width=1100, height=760):
        path = tmp_path / f"page{len(tabs)}.html"
        path.write_bytes(html.encode())
        tabs.append(bidi.Page(session, width, height))
        tabs[-1].goto(path.as_uri() + address)
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.close()

    assert [] == session.words
