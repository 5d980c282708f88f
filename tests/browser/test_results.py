"""The button that saves results, in Chromium and in Firefox: from disk to disk, under the policy of the page."""

import json
import time

import pytest

from autograd_mini import lectures, parse, steps
from autograd_mini.cli import main
from autograd_mini.lectures.grade import result_in
from autograd_mini.stepping.exercise import exercise_of

pytestmark = pytest.mark.slow  # real browsers
PATIENCE = 30  # seconds until a file is there


def of_student(tmp_path, lang="fr"):
    """The exercise of a student of a lecture."""
    example = lectures.get("sum-times-w", lang)
    return example.exercise(tmp_path / "exercise.html", student="Zoé Ø").read_text("utf-8")


def answer(page, i, *texts):
    for text in texts:
        page.fill(f"#q{i}", text)
        page.keyboard.press("Enter")


def saved(page, path):
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(path)
    return download.value.suggested_filename


def test_results_of_a_student(open_page, tmp_path, capsys):
    """Who, of what, when, the score, and for every number what was written last; and they are graded."""
    page = open_page(of_student(tmp_path), accept_downloads=True)
    numbers = lectures.get("sum-times-w").variant("Zoé Ø")
    answer(page, 0, "123", f"{numbers['u'] + numbers['v']:g}".replace(".", ","))
    answer(page, 1, "321")
    page.click("li:nth-of-type(2) button")
    path = tmp_path / "results.json"

    assert saved(page, path) == "sum-times-w-Zoé-Ø.json"
    result = result_in(path)
    assert (result.document, result.example) == ("glo4030", "sum-times-w")
    assert result.student == result.variant == "Zoé Ø"
    assert page.get_attribute("#student", "readonly") is not None
    assert (result.asked, result.found, result.at_once, result.wrong_tries, result.shown) == (11, 1, 0, 2, 0)
    first, second, *others = result.questions
    assert (first["verdict"], first["wrong_tries"], second["verdict"]) == ("right", 1, "wrong")
    assert (second["answer"], second["hints"]) == ("321", 1)
    assert {each["verdict"] for each in others} == {""}
    assert f"{result.found} sur {result.asked} trouvés" in page.locator("#score").text_content()
    assert main(["lecture", "grade", str(path)]) == 0
    said = capsys.readouterr()
    assert "Zoé Ø     glo4030   sum-times-w  1/11     0                2 " in said.out
    assert "Rien ne signe ces fichiers" in said.err


def test_results_of_anybody(open_page, tmp_path):
    """A page that was made for nobody asks for the name, and keeps it; its results name no document."""
    page = open_page(exercise_of(steps(parse("f = (u + v) * w", u=2, v=3, w=4))), accept_downloads=True)
    answer(page, 0, "5")
    page.fill("#student", " Bob / a ")
    page.click("#again")
    page.click("#solution")
    page.reload()
    path = tmp_path / "results.json"

    assert saved(page, path) == "exercise-Bob-a.json"
    result = result_in(path)
    assert (result.student, result.document, result.variant) == ("Bob / a", "", "")
    assert (result.found, result.shown, result.asked) == (0, 11, 11)


def test_results_in_firefox(firefox, tmp_path):
    """The file is written, and no word is on the console."""
    from browser.firefox import Page

    firefox.words.clear()
    (tmp_path / "page.html").write_text(of_student(tmp_path, "en"), "utf-8")
    behaviour = {"type": "allowed", "destinationFolder": str(tmp_path)}
    firefox.ask("browser.setDownloadBehavior", downloadBehavior=behaviour)
    page = Page(firefox, 1100, 760)
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate("document.getElementById('save').click()")
    path = tmp_path / "sum-times-w-Zoé-Ø.json"
    end = time.monotonic() + PATIENCE
    while not (path.exists() and path.stat().st_size) and time.monotonic() < end:
        time.sleep(0.1)

    assert json.loads(path.read_text("utf-8"))["variant"] == "Zoé Ø"
    assert result_in(path).asked == 11
    page.close()
    assert [] == firefox.words
