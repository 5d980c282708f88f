"""The pages in Chromium and in Firefox: the same steps, keys and paper, and formulas that are set well."""

from io import BytesIO

import pytest

from autograd_mini import parse, steps
from autograd_mini.stepping.exercise import exercise_of
from browser.test_stepper import BOXES, STATE, boxes_after, fan_out, lecture, sides

pytestmark = pytest.mark.slow  # real browsers


def formulas():
    """A trace with functions, powers, fractions in fractions, and indices."""
    return steps(parse("f = log(x1) / (x1 * w) + sigmoid(x1 / w) ** 2 - max(x1, -w)", x1=2, w=3))


@pytest.mark.parametrize("trace", [lecture("fr"), fan_out()])
def test_forth_and_back_again(open_anywhere, trace):
    """Step by step the boxes fill as the records say, and backwards every moment is the same as before."""
    page = open_anywhere(trace.html())
    moments = [page.evaluate(STATE)]
    for i in range(1, len(trace) + 1):
        page.press("ArrowRight")
        moments.append(page.evaluate(STATE))

        assert boxes_after(trace, i) == moments[-1][0]
    for expected in moments[-2::-1]:
        page.press("ArrowLeft")

        assert expected == page.evaluate(STATE)


def test_a_moment_by_its_address(open_anywhere):
    """#step=9 opens there, at 360 pixels too, where nothing sticks out."""
    page = open_anywhere(lecture().html(), "#step=9", width=360, height=740)

    assert boxes_after(lecture(), 9) == page.evaluate(BOXES)
    assert 360 >= page.evaluate("document.documentElement.scrollWidth")


def test_brackets_stand_close(open_anywhere):
    """No gaps in log(x): a bracket that need not grow is as narrow as a letter."""
    trace = formulas()
    page = open_anywhere(trace.html())
    page.press("End")
    widths = """[...document.querySelectorAll("#line mo")].filter(mo => "()".includes(mo.textContent) &&
        !mo.parentNode.querySelector("mfrac")).map(mo => mo.getBoundingClientRect().width
        / parseFloat(getComputedStyle(mo).fontSize))"""
    seen = []
    for _ in trace:
        seen += page.evaluate(widths)
        page.press("ArrowLeft")

    assert len(seen) > 10
    assert max(seen) < 0.5


def ink_around_bars(page):
    """For every fraction of the line, whether a row of paper lies above and below its bar."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    places = page.evaluate("""[...document.querySelectorAll("#line mfrac")].map(e => e.getBoundingClientRect())
        .map(r => [r.left, r.top, r.right, r.bottom].map(Math.round))""")
    shot = image.open(BytesIO(page.screenshot())).convert("L")
    clear = []
    for place in places:
        rows = [list(row) for row in _rows(shot.crop(place))]
        paper = max(map(max, rows))
        inked = [sum(x < paper - 40 for x in row) / len(row) for row in rows]
        bar = [i for i, share in enumerate(inked) if share > 0.84]
        clear.append(bool(bar) and inked[bar[0] - 1] == 0 == inked[bar[-1] + 1])
    return clear


def _rows(picture):
    wide, high = picture.size
    pixels = picture.tobytes()
    return [pixels[i * wide : (i + 1) * wide] for i in range(high)]


def test_fractions_do_not_touch_their_bars(open_anywhere):
    """Above and below every bar there is at least one row of paper."""
    trace = formulas()
    page = open_anywhere(trace.html(), f"#step={len(trace)}")
    seen = []
    for _ in trace:
        seen += ink_around_bars(page)
        page.press("ArrowLeft")

    assert len(seen) > 20
    assert all(seen)


def test_paper(open_anywhere):
    """Printing writes every step as mathematics."""
    page = open_anywhere(lecture().html())
    page.pdf()

    assert [sides(step) for step in lecture()] == page.evaluate(
        "[...document.querySelectorAll('#list li')].map(item => item.textContent)"
    )


def test_an_answer(open_anywhere):
    """On the page of exercises a right answer is right, in the box as well."""
    page = open_anywhere(exercise_of(lecture()))
    page.evaluate("document.getElementById('q0').focus()")
    page.press("5", "Enter")

    assert "right" == page.evaluate("document.querySelector('li').className")
    assert ["5", ""] == page.evaluate(BOXES)[2]
