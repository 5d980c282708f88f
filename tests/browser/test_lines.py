"""A page of definitions in real browsers: what is given is there, lines open to their operations and close again."""

from time import sleep

import pytest

from autograd_mini import parse, steps

NETWORK = "a = W @ x + b; h = tanh(a); p = softmax(V @ h); loss = -log(p[y])"
NUMBERS = {"W": [[0.1, 0.8], [0.4, 0.6]], "x": [1, 1], "b": [0.1, 0.1], "V": [[0.1, 0.2], [0.3, 0.4]], "y": 2}
OPENED = "opened.open && opened.querySelector('.inside > summary').textContent"
# What the opened part says, whether it is mathematics, and how large the picture of it is.
SHOWN = """(box => [box.querySelectorAll("li math").length > 0, box.querySelector("li").textContent,
  box.querySelector("div").shadowRoot.querySelector("svg").getBoundingClientRect().width > 100])"""

pytestmark = pytest.mark.slow  # a real browser


def wait(page, expression):
    """Until it is true in the page, but not for ever."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        sleep(0.05)
    pytest.fail(f"never true: {expression}")


def network(language="en"):
    return steps(parse(NETWORK, NUMBERS, data=["x"]), language, detail="definitions")


def test_what_is_given_stands_there_before_the_first_step(open_page):
    """Inputs have their numbers, nothing else has, and going forth and back does not take them away."""
    page = open_page(network().html())
    texts = """[...document.querySelectorAll(".node")].map(node => node.querySelector(".value").lastChild.textContent)"""
    before = page.evaluate(texts)
    page.click("#last")
    page.click("#first")

    assert ["0.10.80.40.6", "11", "0.10.1", "0.10.20.30.4"] == [text for text in before if text]
    assert before == page.evaluate(texts)


def test_keys_open_a_line_and_close_it(open_anywhere):
    """o opens the line of the step, o and Escape close it, and the step stays what it was."""
    trace = network()
    page = open_anywhere(trace.html(), "#step=2")
    assert page.evaluate("!opened.open")
    for close in ("o", "Escape"):
        page.press("o")
        assert "h: its operations" == page.evaluate(OPENED)
        wait(page, "opened.querySelector('math') !== null")
        assert [True, True] == page.evaluate(f"{SHOWN}(opened)")[::2]
        page.press(close)
        assert page.evaluate("!opened.open")
    assert page.evaluate("count.textContent").startswith("2 ")


def test_a_click_on_a_card_opens_its_line(open_page):
    """By mouse, and by the keyboard from the card; the button and the title close it."""
    page = open_page(network().html(), "#step=9")
    page.locator(".node.opens .name").first.click()
    assert "a: its operations" == page.evaluate(OPENED)
    page.click("#shut")
    assert page.evaluate("!opened.open")
    page.locator(".node.opens").nth(2).focus()
    page.keyboard.press(" ")
    assert "p: its operations" == page.evaluate(OPENED)
    wait(page, "opened.querySelector('math') !== null")
    page.click("dialog summary")
    wait(page, "!opened.open")

    assert "9" == page.evaluate("scrubber.value")
    assert "►" == page.text_content("#play")


def test_a_finger_opens_a_line(open_page):
    """On a telephone the card and the button do, and nothing sticks out."""
    page = open_page(network("fr").html(), "#step=1", width=360, height=740, has_touch=True)
    page.tap("#into")
    assert "a : ses opérations" == page.evaluate(OPENED)
    assert page.evaluate("opened.scrollWidth <= opened.clientWidth")
    page.tap("#shut")
    page.locator(".node.opens .name").nth(1).tap()

    assert "h : ses opérations" == page.evaluate(OPENED)
    assert 360 == page.evaluate("document.documentElement.scrollWidth")


def test_lines_open_in_the_list(open_anywhere):
    """Every line of several operations has them below it, as mathematics; in the window above the page they are the same."""
    trace = network()
    page = open_anywhere(trace.html(), "#step=3")
    page.evaluate("list.open = true")
    wait(page, "list.querySelectorAll('.inside').length > 1")
    page.evaluate("list.querySelectorAll('.inside')[1].open = true")
    wait(page, "list.querySelectorAll('.inside')[1].querySelector('math') !== null")
    page.press("o")

    assert len(trace.inside) - 1 == page.evaluate("list.querySelectorAll('.inside').length")
    assert [True, "h1=tanh(a1)=tanh(1)=0.7616", True] == page.evaluate(
        f"{SHOWN}(list.querySelectorAll('.inside')[1])"
    )
    page.press("o")
    assert len(trace.inside) == page.evaluate("list.querySelectorAll('.inside').length")


def test_what_has_no_operations_inside_does_not_open(open_page):
    """The seed, and a line that is one operation: the button is off."""
    page = open_page(steps(parse("h = tanh(x); f = 2 * h + h", x=1), detail="definitions").html(), "#step=1")
    assert page.is_disabled("#into")
    page.keyboard.press("o")
    assert page.evaluate("!opened.open")
    page.click("#next")

    assert page.is_enabled("#into")


def test_a_drag_over_a_card_opens_nothing(open_page):
    """It moves the picture."""
    page = open_page(network().html(), "#step=2")
    page.click("#larger")
    box = page.locator(".node.opens").first.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"] + 60, steps=4)
    page.mouse.up()

    assert page.evaluate("!opened.open")


def test_a_matrix_has_brackets_around_all_of_it(open_page):
    """They are as high as its rows."""
    page = open_page(network().html(), "#step=9")
    heights = page.evaluate("""[...line.querySelectorAll("mtable")].map(table =>
      [table, table.previousSibling].map(part => part.getBoundingClientRect().height))""")

    assert heights
    assert all(bracket > 0.9 * table for table, bracket in heights)


def test_a_hostile_name_opens_as_a_name(open_page):
    """In the title of the window and in its lines."""
    x, name = parse("x", x=2), "<img src=x onerror=alert(1)>"
    h = x * x + 1
    h.label = name
    page = open_page(steps(h * h + h, detail="definitions").html(), "#step=1")
    page.keyboard.press("o")

    assert name in page.evaluate(OPENED)
    assert 0 == page.locator("img").count()


def test_printed_only_what_is_open(open_page):
    """On paper a closed line is one line."""
    page = open_page(network().html())
    page.click("#list > summary")
    page.locator("li a").first.wait_for()
    page.locator("#list .inside summary").first.click()
    page.emulate_media(media="print")

    assert [True, False] == [page.locator("#list .inside").nth(i).is_visible() for i in (0, 1)]
    assert page.locator("#list .inside li").first.is_visible()
