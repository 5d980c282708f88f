"""Frames of a network on a page: a click on the title closes one, another opens it, and keys do the same."""

import pytest

from autograd_mini import steps
from autograd_mini.nn import MLP

pytestmark = pytest.mark.slow  # a real browser

FRAMES = "[...document.querySelectorAll('.frame')].map(f => [f.ariaLabel, f.ariaExpanded, f.classList.contains('closed')])"
PICTURE = "document.querySelector('#panel svg').innerHTML"
# What lies on top in the middle of a frame: a lid, or something inside.
ON_TOP = """(name => {
  const frame = [...document.querySelectorAll('.frame')].find(f => f.ariaLabel === name);
  const box = frame.getBoundingClientRect();
  const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  return frame.contains(top);
})"""


def network():
    return steps(MLP(2, [3, 1], activation="tanh", seed=1)([1.0, 2.0]), style="compact")


def test_a_click_closes_a_frame_and_opens_it(open_page):
    """The lid covers all that is inside, with the name on it; the order of the picture is the same afterwards."""
    page = open_page(network().html())
    before = page.evaluate(PICTURE).replace("<!---->", "")
    names = [name for name, *_ in page.evaluate(FRAMES)]
    assert ["layer 2", "neuron 1", "layer 1", "neuron 1", "neuron 2", "neuron 3"] == names
    assert not page.evaluate(f"{ON_TOP}('layer 1')")

    page.click(".frame:nth-of-type(3) text")
    assert ["layer 1", "false", True] in page.evaluate(FRAMES)
    assert page.evaluate(f"{ON_TOP}('layer 1')")

    page.click(".frame.closed text")
    assert not any(closed for *_, closed in page.evaluate(FRAMES))
    after = page.evaluate(PICTURE).replace("<!---->", "").replace('class="frame"', "")
    assert before.replace('class="frame"', "") == after


def test_keys_close_a_frame_and_do_not_play(open_page):
    """Enter and space are those of the frame that has the focus."""
    page = open_page(network().html())
    page.evaluate("document.querySelector('.frame').focus()")
    page.keyboard.press("Enter")
    assert ["layer 2", "false", True] in page.evaluate(FRAMES)
    assert page.evaluate("document.activeElement.ariaLabel") == "layer 2"
    page.keyboard.press(" ")
    assert ["layer 2", "true", False] in page.evaluate(FRAMES)
    assert page.evaluate("count.textContent").startswith("0")


def test_steps_go_on_under_a_lid(open_page):
    """Numbers arrive in what is closed as well."""
    page = open_page(network().html(), "#step=5")
    page.click(".frame:nth-of-type(3) text")
    page.click("#last")
    page.click(".frame.closed text")
    assert 0 == page.evaluate(
        "[...document.querySelectorAll('.node .value')].filter(b => !b.classList.contains('known')).length"
    )
