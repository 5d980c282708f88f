"""The pictures of the README: what each of them shows. `python tests/gallery.py` writes them anew.

test_readme.py holds the drawings to what the package draws now. What a browser or matplotlib draws depends on theirs.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from autograd_mini import draw, lectures, parse, steps
from autograd_mini.nn import MLP

FOLDER = Path(__file__).parent.parent / "notebooks" / "pictures"
SIZE, WIDE = {"width": 900, "height": 710}, {"width": 1100, "height": 710}  # of pages


def expression():
    f = parse("f=(u+v)*w", u=2, v=3, w=4)
    f.backward()
    return f


def network():
    f = MLP(2, [3, 2, 1], activation="tanh", seed=0)([1.0, -2.0])
    f.backward()
    return draw(f)


DRAWN = {
    "sum-times-w.svg": lambda: draw(expression()),
    "network.svg": network,
    "definitions.svg": lambda: lectures.get("tanh-softmax-mlp", "en").draw(expand="h"),
}


def descent():
    figure = lectures.get("saddle-point-nearby", "en").plot()
    figure.savefig(FOLDER / "descent.png", dpi=80)


def photograph(page, folder):
    """The page that steps, at the product for w; and an exercise with a right, a wrong and a following answer."""
    steps(expression()).save(folder / "steps.html")
    page.goto((folder / "steps.html").as_uri())
    page.keyboard.press("End")
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    page.screenshot(path=FOLDER / "stepper.png")
    page.set_viewport_size(WIDE)
    lectures.get("sum-times-w", "en").exercise(folder / "exercise.html")
    page.goto((folder / "exercise.html").as_uri())
    for i, answer in enumerate(["5", "20", "1", "4", "20"]):
        page.fill(f"#q{i}", answer)
        page.press(f"#q{i}", "Enter")
    page.screenshot(path=FOLDER / "exercise.png")


def main():
    for name, picture in DRAWN.items():
        picture().save(FOLDER / name)
    descent()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        photograph(browser.new_page(viewport=SIZE), Path(folder))
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
