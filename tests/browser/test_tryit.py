"""What one can do with the inputs of a page: by keys, mouse and touch, in Chromium and the essentials in Firefox."""

import pytest

from autograd_mini import Value, opaque, parse, relu, steps, variables
from autograd_mini.formulas.drawn import drawn
from browser.test_stepper import BOXES, count, lecture

pytestmark = pytest.mark.slow  # real browsers

FIELDS = "[...document.querySelectorAll('#inputs input')].map(field => field.value)"
TABLE = "[...nudged.rows].map(row => [...row.cells].map(cell => cell.textContent))"
LIT = "[...document.querySelectorAll('.lit')].map(part => part.dataset.r)"


def boxes(page, step=10):
    page.evaluate(f"scrubber.value = {step}, scrubber.oninput()")
    return page.evaluate(BOXES)


def test_typing(open_page):
    """What is typed counts at once; what is no number is marked, and leaves all as it was."""
    page = open_page(lecture().html())
    u = page.get_by_role("textbox", name="u", exact=True)
    u.fill("-1.5")
    assert [["-1.5", "3", "4"], ["6", "4"]] == [
        page.evaluate(FIELDS),
        boxes(page)[4][:1] + boxes(page)[0][1:],
    ]
    u.fill("two")
    assert "true" == u.get_attribute("aria-invalid")
    assert "−1.5" == boxes(page)[0][0]
    u.blur()
    assert "-1.5" == u.input_value()
    assert u.get_attribute("aria-invalid") is None
    page.get_by_role("button", name="First numbers again").click()
    assert [["2", "4"], ["3", "4"], ["5", "4"], ["4", "5"], ["20", "1"]] == boxes(page)


def test_keys(open_page):
    """Up and down change a number by 1, with Shift by 10, with Alt by a tenth, without a trace of rounding."""
    page = open_page(lecture("fr").html())
    page.get_by_role("textbox", name="w").focus()
    for keys, number in [
        ("ArrowUp", "5"),
        ("Shift+ArrowDown", "-5"),
        ("Alt+ArrowUp", "-4,9"),
        ("Alt+ArrowUp", "-4,8"),
    ]:
        page.keyboard.press(keys)
        assert number == page.evaluate(FIELDS)[2]
    assert "−24" == boxes(page)[4][0]
    before = count(page)
    page.get_by_role("textbox", name="w").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    assert before == count(page)


def test_small_inputs_move_by_less(open_page):
    """An input that is no whole number moves by a tenth."""
    page = open_page(steps(parse("f = u * v", u=0.1, v=2)).html())
    page.get_by_role("textbox", name="u").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")

    assert "0.3" == page.evaluate(FIELDS)[0]


@pytest.mark.parametrize("handle", ["#inputs span", ".node.input"])
def test_dragging(open_page, handle):
    """The name of an input and its card can be dragged; a click goes to the field."""
    page = open_page(lecture().html())
    box = page.locator(handle).first.bounding_box()
    x, y = box["x"] + 12, box["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 25, y, steps=5)
    page.mouse.move(x - 17, y, steps=5)
    page.mouse.up()
    assert "0" == page.evaluate(FIELDS)[0]
    assert ["0", "12"] == [boxes(page)[0][0], boxes(page)[4][0]]
    page.mouse.move(x, y + 1)
    page.mouse.down()
    page.mouse.up()
    assert "u" == page.evaluate("document.activeElement.ariaLabel")


def test_touch(open_page):
    """On a telephone a finger drags a card sideways, a touch lights a part up, and buttons are large enough."""
    page = open_page(lecture().html(), "#step=7", width=360, height=740, has_touch=True, is_mobile=True)
    cdp = page.context.new_cdp_session(page)
    box = page.locator("#inputs span").first.bounding_box()
    x, y = box["x"] + 8, box["y"] + 10

    def touch(kind, *points):
        cdp.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]}
        )

    touch("touchStart", (x, y))
    for k in range(1, 6):
        touch("touchMove", (x + 5 * k, y))
    touch("touchEnd")
    assert float(page.evaluate(FIELDS)[0]) > 2
    page.locator("#line [data-r=e2]").first.tap()
    assert ["e2"] == sorted({*page.evaluate(LIT)})
    assert 360 == page.evaluate("document.documentElement.scrollWidth")
    page.locator("#tryit summary").tap()
    assert 360 == page.evaluate("document.documentElement.scrollWidth")
    assert 36 <= page.evaluate(
        "Math.min(...[...document.querySelectorAll('section button')].map(e => e.offsetHeight))"
    )


def uses():
    return steps(parse("f = u * u * w - u / w", u=2, w=4))


def test_nudge(open_page):
    """As h shrinks Δf/h settles on the gradient, and every branch on its product."""
    page = open_page(uses().html())
    page.click("#tryit summary")
    assert "Move u by h = 1" == page.locator("#nudge").text_content()
    for _ in range(7):
        page.click("#nudge")
    table = page.evaluate(TABLE)

    assert ["h", "t1, 1st factor", "t1, 2nd factor", "t3", "Δfh"] == table[0]
    assert ["1", "8", "8", "−0.25", "19.75"] == table[1]
    assert ["10−6", "8", "8", "−0.25", "15.75"] == table[7]
    assert ["∂f∂u", "8", "8", "−0.25", "15.75"] == table[8]
    assert page.locator("#nudge").is_disabled()
    page.get_by_role("textbox", name="w").fill("2")
    assert ["∂f∂u", "4", "4", "−0.5", "7.5"] == page.evaluate(TABLE)[8]


def test_paths(open_page):
    """Each path is a product, the products add up to the gradient, and each lights up."""
    page = open_page(uses().html())
    page.click("#tryit summary")
    rows = page.locator("#paths > *").all_text_contents()

    assert ["u→t1→t2→f2·4·1=8", "u→t1→t2→f2·4·1=8", "u→t3→f0.25·(−1)=−0.25"] == rows[:3]
    assert "∂f∂u=8+8+(−0.25)=15.75" == rows[3]
    everything = {*page.evaluate(LIT)}
    page.locator("#paths button").nth(2).focus()
    one = {*page.evaluate(LIT)}
    assert 2 == len([part for part in one if part[0] == "e"])
    assert one < everything
    assert (
        "Products of two numbers for u: path by path 8, in forward mode 6. For all 2 variables: in forward mode 10, in reverse mode 8."
        == page.locator("#cost").text_content()
    )
    page.select_option("#subject", label="w")
    assert "w→t2→f4·1=4" == page.locator("#paths button").first.text_content()


def test_many_paths(open_page):
    """Of very many the first are shown, how many more there are, and what all add up to."""
    f = x = Value(1.0, "x")
    for _ in range(40):
        f = f + f * 0.5
    page = open_page(steps(f).html())
    page.click("#tryit summary")

    assert 12 == page.locator("#paths button").count()
    assert f"({2**40 - 12} more paths)" in page.locator("#paths p").text_content()
    assert x.grad == 0


def test_a_path_that_is_shut(open_page):
    """Where a choice lets nothing through, the product of a path is 0."""
    u, v = variables(u=-2, v=3)
    page = open_page(steps(relu(u) * v + u).html())
    page.click("#tryit summary")

    assert "∂f∂u=0+1=1" == page.locator("#paths p").text_content()


def test_descent(open_page):
    """w ← w − η ∂f/∂w, for variables and not for data, as often as one likes, with the curve of what becomes of f."""
    source, given = "h = w * x + b; f = (y - h)**2", {"w": 1, "x": 1, "b": 0, "y": 0}
    page = open_page(steps(parse(source, data=["x", "y"], **given)).html())
    page.click("#tryit summary")
    w, b, losses = 1.0, 0.0, [1.0]
    for _ in range(5):
        page.click("#descend")
        slope = 2 * (w + b)
        w, b = w - 0.1 * slope, b - 0.1 * slope
        losses.append((w + b) ** 2)
    shown = [drawn.constant(x) for x in (w + 0.1 * slope, slope, w)]
    assert "w←{}−0.1·{}={}".format(*shown) in page.locator("#updates").text_content()
    fields = [page.get_by_role("textbox", name=name, exact=True).input_value() for name in "wbxy"]
    assert [w, b, 1, 0] == pytest.approx([float(field) for field in fields])
    curve = " → ".join([str(drawn.constant(x)) for x in losses])
    assert f"f: {curve}" == page.get_attribute("#curve", "aria-label")
    assert 6 == len(page.get_attribute("#curve polyline", "points").split())
    page.fill("#rate", "none")
    page.click("#descend")
    assert "true" == page.get_attribute("#rate", "aria-invalid")


def test_links(open_page):
    """A symbol, a number, a local partial and a gradient light up in the picture, and the other way round."""
    page = open_page(lecture().html(), "#step=7")
    page.locator("#line [data-r=e2]").first.hover()
    lit = "[...document.querySelectorAll('svg .lit')].map(part => part.getAttribute('class').split(' ')[0])"
    assert ["edge", "partial"] == page.evaluate(lit)
    page.locator("#line [data-r=g4]").first.hover()
    assert ["gradient"] == page.evaluate(lit)
    page.locator(".partial").nth(2).hover()
    assert {"e2"} == {*page.evaluate(LIT)}
    assert page.evaluate("line.querySelectorAll('.lit').length") >= 3
    page.mouse.move(2, 2)
    assert [] == page.evaluate(LIT)


def test_links_by_keys(open_page):
    """Up and down walk through the line, and say what is lit; the field of an input lights its card."""
    page = open_page(lecture().html(), "#step=4")
    page.locator("#line").focus()
    walked = []
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        walked.append((page.evaluate(LIT)[0], page.locator("#said").text_content()))
    assert 3 == len({part for part, _ in walked})
    page.get_by_role("textbox", name="u", exact=True).focus()
    assert {"v0"} == {*page.evaluate(LIT)}


def test_what_has_no_formula_stays_still(open_page, forget):
    """A page with an opaque function says so, and has no fields."""
    cube = opaque("cube_of_tests", lambda x: x**3, lambda x: 3 * x * x)
    page = open_page(steps(cube(Value(2.0, "u")) * 3).html())
    page.keyboard.press("End")

    assert page.get_by_text("it would need a formula for cube_of_tests").is_visible()
    assert 0 == page.locator("input[inputmode]").count()


def test_the_list_follows(open_page):
    """The open list is written anew, also as links and words, and on paper."""
    page = open_page(lecture().html())
    page.click("#list summary")
    page.get_by_role("textbox", name="u", exact=True).fill("7")

    assert "t1=u+v=7+3=10" == page.locator("#list li").nth(3).text_content()
    assert "t1 equals u plus v equals 7 plus 3 equals 10" == page.locator("#list li a").nth(3).get_attribute(
        "aria-label"
    )


def test_in_both_browsers(open_anywhere):
    """Typing, arrows, nudge, paths, descent and links, at 360 pixels too."""
    page = open_anywhere(lecture().html(), "#step=10", width=360, height=740)
    page.evaluate("document.querySelector('#inputs input').focus()")
    page.press("ArrowUp", "ArrowUp")
    assert [["4", "4"], ["3", "4"], ["7", "4"], ["4", "7"], ["28", "1"]] == page.evaluate(BOXES)
    assert "v0" in page.evaluate(LIT)
    page.evaluate("tryit.open = true, tryit.ontoggle(), nudge.click(), nudge.click()")
    assert [["1", "4"], ["0.1", "4"], ["∂f∂u", "4"]] == page.evaluate(TABLE)[1:]
    page.evaluate("descend.click()")
    assert ["3.6", "2.6", "3.3"] == page.evaluate(FIELDS)
    assert 360 >= page.evaluate("document.documentElement.scrollWidth")


def test_a_notebook_frame(open_page):
    """Inside a sandboxed frame fields work like everywhere."""
    page = open_page(f"<!DOCTYPE html>{lecture()._repr_mimebundle_()['text/html']}")
    frame = page.frame_locator("iframe")
    frame.get_by_role("textbox", name="u", exact=True).fill("1")
    frame.locator("#last").click()

    assert "16" == frame.locator(".node").last.locator(".value text").last.text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fields_can_be_read(open_page, scheme):
    """Fields and what is lit stand out from the page in light and dark."""
    page = open_page(lecture().html(), color_scheme=scheme)

    def lightness(property_):
        colour = page.evaluate(f"getComputedStyle(document.querySelector('#inputs input')).{property_}")
        return sum(int(part) for part in colour.split("(")[1].strip(")").split(",")[:3]) / 765

    assert abs(lightness("color") - lightness("backgroundColor")) > 0.6
