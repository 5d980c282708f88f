"""The page that steps in a real browser: every control, both languages, light and dark, large and small."""

import json
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import Value, exp, parse, relu, sin, steps, tanh, variables
from autograd_mini.nn import MLP
from autograd_mini.stepping.moments import scene_after

BOXES = """[...document.querySelectorAll(".node:not(.constant)")].map(node =>
  [".value", ".gradient"].map(kind => node.querySelector(kind).lastChild.textContent))"""
LABELS = """[...document.querySelectorAll(".partial")].map(label =>
  getComputedStyle(label).visibility === "visible" ? label.lastChild.textContent : "")"""
# All that a reader can see or hear of a moment.
STATE = f"""[{BOXES}, {LABELS}, ["line", "phase", "what", "said", "count"].map(id =>
  document.getElementById(id).textContent), document.getElementById("scrubber").value,
  [...document.querySelectorAll(".now, .source, [aria-current]")].map(e => e.outerHTML)]"""

pytestmark = pytest.mark.slow  # a real browser


def lecture(language="en", **more):
    return steps(parse("f = (u + v) * w", u=2, v=3, w=4), language, **more)


def fan_out():
    x, y = variables(x=0.5, y=-1.25)
    return steps(x * x * y + exp(y) * relu(x - 3.5))


def unknown():
    """What flows is known at first, and then only by a formula."""
    return steps(parse("f = (u - 1) * u * w", w=2))


def boxes_after(trace, count):
    """What stands in the boxes when the first steps are done, by the other road to it: replay.py."""
    return [
        [card.number(card.value), card.gradient_text]
        for card in scene_after(trace, count).cards
        if not card.is_constant
    ]


def sides(step):
    """The signs of an equation in the order in which they stand in its MathML."""
    return "=".join("".join(ET.fromstring(side).itertext()) for side in step.mathml).replace("-", "−")


def count(page):
    return int(page.locator("#count").text_content().split()[0])


@pytest.mark.parametrize("trace", [lecture(), lecture("fr"), lecture(by="v"), fan_out(), unknown()])
def test_forth_and_back_again(open_page, trace):
    """Step by step the boxes fill as the records say, and backwards every moment is the same as before."""
    page = open_page(trace.html())
    moments = [page.evaluate(STATE)]
    for i in range(1, len(trace) + 1):
        page.evaluate("next.click()")
        moments.append(page.evaluate(STATE))

        assert boxes_after(trace, i) == moments[-1][0]
    for expected in moments[-2::-1]:
        page.evaluate("previous.click()")

        assert expected == page.evaluate(STATE)
    assert boxes_after(trace, 0) == moments[0][0]


def test_the_first_moment_is_the_empty_graph(open_page):
    """Nothing is known: no number in a box, no label on an edge, no formula."""
    page = open_page(lecture().html())

    assert [["", ""]] * 5 == page.evaluate(BOXES)
    assert [""] * 4 == page.evaluate(LABELS)
    assert "" == page.locator("#line").text_content()
    assert "0 / 10" == page.locator("#count").text_content()


def test_a_product_shows_its_edge_and_its_factors(open_page):
    """At ∂f/∂t1 the edge to f is marked, its label is there, and so is the gradient it comes from."""
    page = open_page(lecture().html(), "#step=7")

    assert ["", "", "4", ""] == page.evaluate(LABELS)
    assert [2] == page.evaluate(
        "[...document.querySelectorAll('.edge')].map((e, i) => e.classList.contains('now') ? i : -1).filter(i => i >= 0)"
    )
    assert "t1" == page.locator(".node.now .name").text_content()
    assert "1" == page.locator(".source text").last.text_content()
    assert "Backward pass" == page.locator("#phase").text_content()
    assert "4px" == page.evaluate("getComputedStyle(document.querySelector('.node.now rect')).strokeWidth")


def test_the_line_is_mathematics(open_page):
    """The sides of the equation are MathML: fractions with a bar, indices below."""
    page = open_page(lecture().html(), "#step=7")

    assert 5 == page.locator("#line > math").count()
    assert 3 == page.locator("#line mfrac").count()
    assert "t1" == page.locator("#line msub").first.text_content()
    bar = page.evaluate("""(([above, below]) => below.getBoundingClientRect().top
        - above.getBoundingClientRect().bottom)([...document.querySelector("#line mfrac").children])""")
    assert bar >= 0


def test_buttons(open_page):
    """First, back, next and last go where they say, and no further than the ends."""
    page = open_page(lecture().html())

    def press(*names):
        for name in names:
            page.click(f"#{name}")
        return count(page)

    assert 0 == press("previous")
    assert 2 == press("next", "next")
    assert 10 == press("last")
    assert 10 == press("next")
    assert 9 == press("previous")
    assert 0 == press("first")


def test_keys(open_page):
    """Arrows, Home, End and space do what the buttons do; with Ctrl or Alt they are the browser's."""
    page = open_page(lecture().html())

    def press(*keys):
        for key in keys:
            page.keyboard.press(key)
        return count(page)

    assert 3 == press("ArrowRight", "ArrowRight", "ArrowRight")
    assert 2 == press("ArrowLeft")
    assert 10 == press("End")
    assert 10 == press("Alt+ArrowLeft", "Control+Home")
    assert 0 == press("Home")
    assert 0 == press(" ")
    page.clock.run_for(2000)
    assert 2 == count(page)
    assert 2 == press(" ")
    page.clock.run_for(5000)
    assert 2 == count(page)


def test_the_keyboard_alone_reaches_everything(open_page):
    """Tab goes to every control, which can be seen to have the focus; Enter and space press it once."""
    page = open_page(lecture().html())
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.closest('[id]').id")
        )
        if reached[-1] == "next":
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            page.keyboard.press("Enter")
            page.keyboard.press(" ")
        if reached[-1] == "list":
            page.keyboard.press("Enter")
            break
    expected = [
        "larger",
        "smaller",
        "whole",
        "first",
        "previous",
        "play",
        "next",
        "last",
        "scrubber",
        "speed",
        "inputs",
        "inputs",
        "inputs",
        "inputs",
        "tryit",
        "list",
    ]

    assert expected == [name for name in reached if name in expected]
    assert 2 == count(page)
    assert page.locator("#list li a").first.is_visible()


def test_playing_and_its_speeds(open_page):
    """It plays a step a second, or as fast as one says, stops at the end, and then starts again."""
    page = open_page(lecture().html())
    page.click("#play")
    page.clock.run_for(3000)
    assert 3 == count(page)
    assert "Pause (space)" == page.get_attribute("#play", "title")
    page.select_option("#speed", "250")
    page.clock.run_for(1000)
    assert 7 == count(page)
    page.clock.run_for(5000)
    assert 10 == count(page)
    assert "Play (space)" == page.get_attribute("#play", "title")
    page.click("#play")
    assert 0 == count(page)
    page.click("#next")
    page.clock.run_for(5000)
    assert 1 == count(page)


def test_the_scrubber(open_page):
    """It goes to any step, by mouse and by keys, and follows the others."""
    page = open_page(lecture().html())
    page.fill("#scrubber", "8")
    assert 8 == count(page)
    page.focus("#scrubber")
    page.keyboard.press("ArrowLeft")
    assert 7 == count(page)
    page.click("#last")

    assert "10" == page.input_value("#scrubber")


def test_the_address(open_page):
    """#step=4 opens there, a changed address goes there, and the address follows when the steps rest."""
    page = open_page(lecture().html(), "#step=4")
    assert 4 == count(page)
    page.evaluate("location.hash = '#step=9'")
    page.wait_for_function("document.getElementById('count').textContent.startsWith('9')")
    page.click("#previous")
    page.clock.run_for(300)
    assert page.url.endswith("#step=8")
    page.evaluate("location.hash = '#step=99'")
    page.wait_for_function("document.getElementById('count').textContent.startsWith('10')")
    page.evaluate("location.hash = '#elsewhere'")
    page.clock.run_for(300)

    assert 10 == count(page)


def test_the_list_of_steps(open_page):
    """Every line of the list is mathematics and goes to its step, and the step of the moment is marked in it."""
    trace = lecture()
    page = open_page(trace.html())
    page.click("#list summary")
    page.click("#list li:nth-child(5) a")

    assert 5 == count(page)
    assert "f=t1×w=5×4=20" == page.locator("[aria-current=step]").text_content()
    assert [sides(step) for step in trace] == page.locator("#list li > a").all_text_contents()
    assert 3 == page.locator("#list li:last-child mfrac").count()


def test_zoom_and_pan(open_page):
    """Buttons and Ctrl with the wheel zoom about the middle; dragging pans; the last button shows all."""
    page = open_page(lecture().html())

    def width():
        return page.evaluate("panel.firstChild.getBoundingClientRect().width")

    fitted = width()
    page.click("#larger")
    page.click("#larger")
    larger = width()
    assert larger == pytest.approx(1.25**2 * fitted, rel=0.01)
    page.mouse.move(500, 400)
    left = page.evaluate("panel.scrollLeft")
    page.mouse.down()
    page.mouse.move(460, 400)
    page.mouse.up()
    assert left + 40 == page.evaluate("panel.scrollLeft")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function(f"panel.firstChild.getBoundingClientRect().width > {larger}")
    page.click("#whole")
    assert fitted == pytest.approx(width(), rel=0.01)
    page.click("#smaller")
    assert width() < fitted


def test_a_large_graph_follows_the_step(open_page):
    """Where the graph is larger than its panel, the node of the moment is brought into view."""
    f = Value(1.0, "x")
    for _ in range(40):
        f = f * 1.5 + 1
    page = open_page(steps(f).html(), reduced_motion="reduce")

    def visible():
        return page.evaluate("""(([node, room]) => node.left >= room.left && node.right <= room.right)(
            [document.querySelector(".node.now"), panel].map(e => e.getBoundingClientRect()))""")

    for button in ("next", "last", "previous"):
        page.click(f"#{button}")
        if button == "last":
            page.fill("#scrubber", "80")
        assert visible()


def of_forty_nodes():
    x, y = variables(x=0.5, y=-1.2)
    a, b = x * y, y + x
    for _ in range(5):
        a, b = tanh(a + x), sin(b) * y + 0.5
        a, b = a * b, b + a
    return steps(a * b)


def of_a_network():
    return steps(MLP(2, [3, 1], activation="tanh", seed=0)([1.0, -2.0]) ** 2)


def in_view(page, trace):
    """Whether the card of the moment, the one its gradient comes from, and the arrow between are within the panel."""
    shown = {i: [step.node, step.sources, step.arrows] for i, step in enumerate(trace, 1)}
    return page.evaluate(f"""(([node, sources, joined]) => {{
      const [room, all] = [panel.getBoundingClientRect(), (kind) => document.querySelectorAll(kind)];
      const seen = [all(".node")[node], ...sources.map(i => all(".node")[i]), ...joined.map(edge => all(".edge")[edge])];
      return seen.filter(part => part && part.getBBox().height).every(part => {{
        const box = part.getBoundingClientRect();
        return box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom;
      }});
    }})({json.dumps(shown)}[scrubber.value])""")


def jump(step):
    """The script that goes to a step."""
    return f"scrubber.value = {step}, scrubber.oninput()"


ZOOM = "parseFloat(panel.firstChild.style.width) / panel.firstChild.viewBox.baseVal.width"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("trace", [lecture(), of_forty_nodes(), of_a_network()])
def test_the_whole_of_a_step_is_in_view(open_page, trace, width):
    """From the first view on: both ends of a product and its arrow, however far apart they are."""
    first = open_page(trace.html(), f"#step={len(trace)}", width=width, height=740)
    assert in_view(first, trace)

    for i in range(1, len(trace) + 1, 1 if len(trace) < 20 else 7):
        first.evaluate(jump(i))
        assert in_view(first, trace)
    again = open_page(trace.html(), "#step=7", width=width, height=740)
    assert in_view(again, trace)


def test_a_step_larger_than_the_panel_is_made_smaller_and_the_next_one_larger_again(open_page):
    """The zoom that the reader chose comes back."""
    trace = of_forty_nodes()
    page = open_page(trace.html(), "#step=1", width=360, height=740)
    chosen = page.evaluate(ZOOM)
    far = next(i for i, step in enumerate(trace, 1) if step.edge and step.node == 0)

    assert page.evaluate(f"{jump(far)}, {ZOOM}") < chosen
    assert page.evaluate(f"{jump(1)}, {ZOOM}") == pytest.approx(chosen)


FLOWS = """[...document.querySelectorAll(".edge path")].map(line => {
  const style = getComputedStyle(line);
  return [style.markerStart !== "none", style.markerEnd !== "none", style.strokeWidth, style.stroke];
})"""


def test_gradients_flow_backward(open_page):
    """Of f = u v - w: heads change ends, lines are as wide as gradients are large, colour and label tell the sign."""
    page = open_page(steps(parse("f = u * v - w", u=1, v=4, w=3)).html(), "#step=5")
    forward = page.evaluate(FLOWS)
    assert {(False, True)} == {(start, end) for start, end, *_ in forward}

    page.evaluate(jump("scrubber.max"))
    backward, labels = page.evaluate(FLOWS), page.evaluate(LABELS)
    widths = [float(width.removesuffix("px")) for _, _, width, _ in backward]

    assert {(True, False)} == {(start, end) for start, end, *_ in backward}
    assert ["4", "1", "1", "−1 ⊖"] == labels
    assert widths[0] > widths[2]
    assert backward[0][3] == backward[1][3] == "rgb(213, 94, 0)"
    assert backward[3][3] == "rgb(123, 50, 148)"

    page.click("#flows")
    assert 1 == len({tuple(look[3:]) for look in page.evaluate(FLOWS)})
    assert ["4", "1", "1", "−1 ⊖"] == page.evaluate(LABELS)


def test_before_gradients_have_come_lines_are_pale(open_page):
    """In the backward pass what it has not reached has no heads."""
    page = open_page(lecture().html(), "#step=7")

    assert [False, False, True, False] == [start for start, *_ in page.evaluate(FLOWS)]
    assert "0.4" == page.evaluate("getComputedStyle(document.querySelector('.edge path')).opacity")


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a\n\0<b>"]
)
def test_a_hostile_name_is_a_name(open_page, name):
    """It is shown in the picture, the formula and the list, makes no element, and nothing runs."""
    page = open_page(steps(Value(2.0, name) * Value(3.0, "v")).html(), "#step=5")
    start = name.split("\n")[0][:6]

    page.click("#list summary")
    for place in ("#line", "li:last-child", ".node .name"):
        assert start in "".join(page.locator(place).all_text_contents())
    assert 0 == page.locator("img, b:not(#phase)").count()
    assert 4 == page.locator("script").count() + page.locator("style").count()


def test_what_gets_in_does_not_run(open_page):
    """The policy stops scripts, styles and addresses that are not those of the page."""
    page = open_page(lecture().html(), silent=False)
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'><p style='color:red' id=p>");
    }""")
    page.wait_for_timeout(50)

    assert page.evaluate("window.ran") is None
    assert "rgb(255, 0, 0)" != page.evaluate("getComputedStyle(document.getElementById('p')).color")


def test_french(open_page):
    """Everything that is shown or read out is French, and numbers have a comma."""
    page = open_page(steps(parse("f = 0.5 * x + 1", x=2.25), "fr").html(), "#step=3")

    assert "fr" == page.get_attribute("html", "lang")
    assert "2,125" in page.locator("#line").text_content()
    assert [["2,25", ""], ["1,125", ""], ["2,125", ""]] == page.evaluate(BOXES)
    assert "Étape 3. f égale t1 plus 1 égale 1,125 plus 1 égale 2,125" == page.locator("#said").text_content()
    assert page.get_by_role("button", name="Étape suivante (→)").is_visible()
    assert page.get_by_role("slider", name="Étape").is_visible()


SPOKEN = [
    ("(u + v) * w", 6, "partial f over partial f equals 1"),
    ("exp(-x) / (x + 1)", 3, "t2 equals exp bracket t1 end bracket equals exp bracket minus 2 end bracket equals 0.1353"),
    ("sqrt(x) - 1", 2, "t1 equals root of x equals root of 2 equals 1.4142"),
    ("(x + 1) / 4", 3, "f equals t1 over 4 equals 3 over 4 equals 0.75"),
    ("abs(x) * max(x, 1)", 2, "t1 equals bar x bar equals bar 2 bar equals 2"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "at", "spoken"), SPOKEN)
def test_a_formula_is_read_out_in_words(open_page, source, at, spoken):
    """Every sign has a word, and a part is bracketed where only its place on the screen shows where it ends."""
    f = parse(source)
    f.forward(**{node.label: {"v": 3, "w": 4}.get(node.label, 2) for node in f.unbound()})
    page = open_page(steps(f).html(), f"#step={at}")

    assert spoken == page.get_attribute("#line", "aria-label")


def tree_of(page):
    """The accessibility tree, as (role, name, properties); what is ignored is left out."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [
        (
            node["role"]["value"],
            node.get("name", {}).get("value", ""),
            {each["name"]: each["value"].get("value") for each in node.get("properties", [])},
        )
        for node in nodes
        if not node["ignored"]
    ]


def test_readers_of_the_screen(open_page):
    """The picture and the formula are one labelled element each, and the only thing that speaks up is the step."""
    page = open_page(lecture().html(), "#step=4")
    tree = tree_of(page)
    spoken = "t1 equals u plus v equals 2 plus 3 equals 5"

    assert [spoken, "Computation graph of f"] == [name for role, name, _ in tree if role == "image"]
    assert ["status"] == [role for role, _, properties in tree if properties.get("live")]
    assert f"Step 4. {spoken}" in [name for role, name, _ in tree if role == "StaticText"]
    assert not [role for role, _, _ in tree if role.startswith("MathML")]
    buttons = ["Zoom in", "Zoom out", "Whole graph", "Start (Home)", "Previous step (←)", "Play (space)"]
    assert {*buttons, "Next step (→)", "Last step (End)", "Gradients", "First numbers again"} == {
        name for role, name, _ in tree if role == "button"
    }
    assert [("slider", "Step"), ("combobox", "Speed")] == [
        (role, name) for role, name, _ in tree if role in ("slider", "combobox")
    ]
    assert ["u", "v", "w"] == [name for role, name, _ in tree if role == "textbox"]
    assert "f = (u + v) × w" in [name for role, name, _ in tree if role == "heading"]


def test_the_list_is_read_out(open_page):
    """Every line of the list is a link whose name is the formula in words."""
    page = open_page(lecture().html())
    page.click("#list summary")
    page.locator("#list li a").first.wait_for()
    links = [name for role, name, _ in tree_of(page) if role == "link"]

    assert 10 == len(links)
    assert "u equals 2" == links[0]
    assert "partial f over partial f equals 1" == links[5]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_telephone(open_page, language):
    """At 360 pixels nothing sticks out: the graph runs downwards, and its numbers are 10 pixels high or more."""
    page = open_page(lecture(language).html(), "#step=9", width=360, height=740, has_touch=True)

    assert 360 == page.evaluate("document.documentElement.scrollWidth")
    assert page.evaluate("panel.scrollWidth <= panel.clientWidth")
    assert page.evaluate(
        "panel.firstChild.viewBox.baseVal.height > 0.9 * panel.firstChild.viewBox.baseVal.width"
    )
    assert page.evaluate(f"14 * {ZOOM}") >= 10
    assert (
        page.evaluate("Math.min(...[...document.querySelectorAll('nav button')].map(e => e.offsetHeight))")
        >= 36
    )
    assert page.locator("#next").is_visible()


def test_paper(open_page):
    """Printed, the page is the whole graph of the moment and every step as mathematics, without the controls."""
    page = open_page(lecture().html(), "#step=9", width=600)
    page.click("#larger")
    page.emulate_media(media="print")
    inside = """[...document.querySelectorAll(".node")].every(node => (([box, room]) => box.left >= room.left
        && box.right <= room.right && box.bottom <= room.bottom)([node, panel].map(e => e.getBoundingClientRect())))"""

    assert page.evaluate(inside)
    assert not page.locator("nav, #larger, summary").first.is_visible()
    assert page.locator("#line").is_visible()
    assert 0 == page.locator("#list li math").count()
    page.pdf()  # printing writes the list
    assert page.locator("#list li:last-child math").first.is_visible()
    assert [sides(step) for step in lecture()] == page.locator("#list li").all_text_contents()


def test_light_and_dark(open_page):
    """The page follows the wish of the reader, and words stand out from what is behind them in both."""

    def lightness(page, what, property_):
        colour = page.evaluate(f"getComputedStyle(document.querySelector('{what}')).{property_}")
        return sum(int(part) for part in colour.split("(")[1].strip(")").split(",")[:3]) / 765

    for scheme, dark in (("light", False), ("dark", True)):
        page = open_page(lecture().html(), "#step=5", color_scheme=scheme)
        paper, ink = lightness(page, "figure", "backgroundColor"), lightness(page, "#panel .name", "fill")

        assert dark == (paper < ink)
        assert abs(paper - ink) > 0.6


def test_less_motion(open_page):
    """Who asks for less motion gets none: no running dashes, no gliding of the panel."""
    moving, still = (
        open_page(lecture().html(), "#step=4", reduced_motion=wish) for wish in ("no-preference", "reduce")
    )
    style = "(() => { const s = getComputedStyle(document.querySelector('.edge.now path')); return s.animationName })()"

    assert ["flow", "none"] == [moving.evaluate(style), still.evaluate(style)]
    assert "auto" == still.evaluate("getComputedStyle(panel).scrollBehavior")


def test_a_notebook_frame(open_page):
    """Inside a sandboxed frame, as notebooks show it, the page steps like any other."""
    page = open_page(f"<!DOCTYPE html>{lecture()._repr_mimebundle_()['text/html']}")
    frame = page.frame_locator("iframe")
    frame.locator("#last").click()
    frame.locator("#list summary").click()
    frame.locator("li a").nth(2).click()
    page.clock.run_for(1000)

    assert "3 / 10" == frame.locator("#count").text_content()
    assert page.url.endswith(".html")
