"""A real browser, without a network, that opens pages from disk and minds every word on its console."""

import os
import shutil

import pytest

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
