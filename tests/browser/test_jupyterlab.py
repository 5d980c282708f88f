"""The notebooks of the project in a real JupyterLab: what is seen before anybody trusts them, and after."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("jupyterlab", reason='needs pip install "autograd-mini[dev]"')

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
PATIENCE = 60  # seconds for a server, and for a kernel
SETTINGS = {
    "notification": {"fetchNews": "false", "checkForUpdates": False},
    "themes": {"theme": "JupyterLab Dark"},
}
# Every picture with its width, and whether it came out.
PICTURES = """[...document.querySelectorAll(".jp-OutputArea-output img.autograd-mini")]
    .map(e => e.complete && e.naturalWidth > 0 && e.clientWidth > 100)"""
FRAME = """({ width: panel.clientWidth, picture: panel.firstChild.getBoundingClientRect().width,
    high: document.documentElement.scrollHeight - innerHeight,
    dark: matchMedia("(prefers-color-scheme: dark)").matches })"""

pytestmark = pytest.mark.slow  # a server, a kernel and a browser


@contextmanager
def serving(folder):
    """The address of a JupyterLab that has never seen these notebooks, in its dark theme."""
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    for name, content in SETTINGS.items():
        (settings / f"{name}.jupyterlab-settings").write_text(json.dumps(content))
    places = [
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
        "IPYTHONDIR",
    ]
    own = {name: str(folder / name.lower()) for name in places}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    process = subprocess.Popen(
        [*command, "--IdentityProvider.token=t", f"--ServerApp.root_dir={folder / 'root'}"],
        env=os.environ | own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE
        while not (found := list(Path(own["JUPYTER_RUNTIME_DIR"]).glob("jpserver-*.json"))):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        yield json.loads(found[0].read_text())["url"]
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_a_notebook_is_seen_untrusted_and_steps_when_it_is_run(browser, tmp_path):
    """At first every picture and the list of steps are there; run, the page opens whole, dark as the theme is."""
    (tmp_path / "root").mkdir()
    saved = (NOTEBOOKS / "first_steps.ipynb").read_text("utf-8")
    (tmp_path / "root" / "lecture.ipynb").write_text(saved, "utf-8")
    outputs = [output for cell in json.loads(saved)["cells"] for output in cell.get("outputs", [])]
    pictures = sum("image/svg+xml" in output.get("data", {}) for output in outputs)
    context = browser.new_context(viewport={"width": 1280, "height": 2600}, color_scheme="null")
    try:
        with serving(tmp_path) as address:
            page = context.new_page()
            page.goto(f"{address}lab/tree/lecture.ipynb?token=t")
            page.wait_for_function(f"{PICTURES}.length === {pictures}", timeout=1000 * PATIENCE)

            assert [True] * pictures == page.evaluate(PICTURES)
            assert 0 == page.locator("iframe").count()
            assert "f = t1 × w = 5 × 4 = 20" in page.locator(".jp-OutputArea-output ol").inner_text()
            assert page.get_by_text("trust this notebook or run the cell again").is_visible()

            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_text("Run All Cells", exact=True).click()
            frame = page.wait_for_selector("iframe.autograd-mini", timeout=1000 * PATIENCE).content_frame()
            frame.wait_for_function(
                "panel.firstChild.getBoundingClientRect().width > 100", timeout=1000 * PATIENCE
            )
            page.wait_for_timeout(500)  # JupyterLab moves the outputs to their places
            seen = frame.evaluate(FRAME)
            frame.click("#last")

            assert seen["picture"] > 0.9 * seen["width"] > 500
            assert seen["high"] <= 0
            assert seen["dark"]
            assert "10 / 10" == frame.locator("#count").text_content()
            assert [True] * (pictures - 1) == page.evaluate(PICTURES)
            assert "dark" == page.evaluate(
                "getComputedStyle(document.querySelector('img.autograd-mini')).colorScheme"
            )
    finally:
        context.close()
