"""Arrays on the page that steps, and definitions that open by a click, in a real browser."""

import pytest

from autograd_mini import draw, parse, steps
from autograd_mini.stepping.moments import scene_after
from autograd_mini.viz.grids import cells_of

pytestmark = pytest.mark.slow  # a real browser

CELLS = """[...document.querySelectorAll("#panel .node")].map(node =>
  [...node.querySelectorAll(".value, .gradient")].map(box => {
    const around = box.querySelector("rect").getBoundingClientRect();
    const cells = [...box.lastChild.children].filter(cell => cell.hasAttribute("x"));
    return [(cells.length ? cells : [box.lastChild]).map(cell => cell.textContent), cells.every(cell => {
      const inside = cell.getBoundingClientRect();
      return inside.left >= around.left && inside.right <= around.right && inside.top >= around.top - 2 &&
        inside.bottom <= around.bottom + 2;
    })];
  }))"""


def network():
    text = "a = W @ x + b; h = tanh(a); loss = sum(h * h)"
    return parse(text, W=[[0.1, -0.8], [0.4, 0.6]], x=[1, 1e-9], b=[0.1, 0.1], data="x")


@pytest.mark.parametrize("style", ["cards", "compact"])
def test_entries_stand_in_rows_inside_of_their_box(open_page, style):
    """At the last step every box holds its array, entry by entry, and nothing sticks out."""
    trace = steps(network(), detail="definitions", style=style)
    page = open_page(trace.html(), f"#step={len(trace)}")
    read = page.evaluate(CELLS)

    for card, boxes in zip(scene_after(trace).cards, read, strict=True):
        filled = [card.filled(card.value)] + [card.filled(card.gradient)] * (card.kind != "data")
        for text, (cells, is_inside) in zip(filled, boxes, strict=False):
            assert [each for row in cells_of(text) for each in row] == [
                cell.replace("10−", "10⁻").replace("⁻9", "⁻⁹").replace("⁻10", "⁻¹⁰") for cell in cells
            ]
            assert is_inside


def test_a_click_opens_a_definition_and_another_closes_it(open_page):
    """The card leads to its operations, the frame back; no script is needed."""
    f = network()
    f.backward()
    page = open_page(draw(f, detail="definitions").html(), java_script_enabled=False)
    seen = [page.locator("main section:visible .frame").count()]
    page.locator("#closed .node", has_text="tanh").first.click()
    seen.append(page.locator("main section:visible .frame").count())
    opened = page.locator("main section:visible").get_attribute("id")
    page.locator("main section:visible .frame text").first.click()
    seen.append(page.locator("main section:visible .frame").count())

    assert seen == [0, 1, 0]
    assert opened == "open-h"
    assert page.url.endswith("#closed")
