"""The page of exercises in a real browser: answers, what may have gone wrong, hints, the score, what is kept, and paper."""

import math
import re
from html import escape

import pytest

from autograd_mini import Value, parse, steps
from autograd_mini.stepping.exercise import exercise_of

NUMBERS = """[...document.querySelectorAll(".node:not(.constant)")].map(node =>
  [".value", ".gradient"].map(kind => node.querySelector(kind).lastChild.textContent))"""
GIVEN = [["2", ""], ["3", ""], ["", ""], ["4", ""], ["", ""]]
SOLVED = [["2", "4"], ["3", "4"], ["5", "4"], ["4", "5"], ["20", "1"]]

pytestmark = pytest.mark.slow  # a real browser


def lecture(language="en"):
    return exercise_of(steps(parse("f = (u + v) * w", u=2, v=3, w=4), language))


def of_number(number, language="en"):
    """An exercise whose first answer is this number."""
    return exercise_of(steps(Value(number, "x") * 1, language))


def answer(page, i, text):
    """What the page says when this is written into a field."""
    page.fill(f"#q{i}", text)
    page.keyboard.press("Enter")
    return verdict(page, i)


def verdict(page, i):
    """The look of the row of a field."""
    return page.evaluate(f"q{i}.closest('li').className.split(' ').at(-1)").replace("wide", "")


def said(page, i):
    """What is said about a field."""
    return page.evaluate(f"q{i}.closest('li').querySelector('output').textContent")


def neuron(**more):
    text = "h = sigmoid(w*x + b); f = (y - h)**2 / 2"
    return exercise_of(
        steps(parse(text, w=1, x=2, b=0.5, y=1, data=["x", "y"]), detail="definitions", **more)
    )


def test_at_first_only_the_variables_are_known(open_page):
    """The numbers of the variables are given, all others are asked for."""
    page = open_page(lecture())

    assert GIVEN == page.evaluate(NUMBERS)
    assert 11 == page.locator("li input").count()
    assert page.locator("#score").text_content().startswith("0 of 11 found")


RIGHT = ["5", "20", "1", "4", "4", "5", "5", "1", "4", "1", "4"]


def test_all_right(open_page):
    """Each right answer fills its box and leads to the next field; in the end everything is known."""
    page = open_page(lecture())
    page.focus("#q0")
    for i, number in enumerate(RIGHT):
        assert f"q{i}" == page.evaluate("document.activeElement.id")
        page.keyboard.type(number)
        page.keyboard.press("Enter")

    assert SOLVED == page.evaluate(NUMBERS)
    assert "11 of 11 found, 11 at once and without hints" == page.locator("#score").text_content()
    assert ["1", "1", "4", "5"] == sorted(
        page.evaluate(
            "[...document.querySelectorAll('.partial.known')].map(label => label.lastChild.textContent)"
        )
    )
    assert ["✓"] * 11 == page.evaluate("""[...document.querySelectorAll("output")].map(output =>
        getComputedStyle(output, "::before").content.replace(/["\\s]/g, ""))""")


def test_a_wrong_answer_that_a_mistake_gives(open_page):
    """It is told what may have been left out, stays, fills no box, counts as a try, and can be made right."""
    page = open_page(lecture())

    assert "wrong" == answer(page, 0, "6")
    assert "This number comes out with another operation in t₁." == said(page, 0)
    assert "true" == page.get_attribute("#q0", "aria-invalid")
    assert GIVEN == page.evaluate(NUMBERS)
    assert "wrong" == answer(page, 0, "7")
    assert "not right yet" == said(page, 0)
    assert "right" == answer(page, 0, "5")
    assert "false" == page.get_attribute("#q0", "aria-invalid")
    assert (
        "1 of 11 found, 0 at once and without hints, wrong tries: 2" == page.locator("#score").text_content()
    )


def test_two_mistakes_with_the_same_number(open_page):
    """Both are named, neither as what somebody did; and in French."""
    page = open_page(exercise_of(steps(parse("f = a * b + a * c", a=2, b=3, c=3), "fr")))
    row = page.evaluate(
        "[...document.querySelectorAll('label')].findIndex(label => label.textContent === '∂f∂a')"
    )

    assert "wrong" == answer(page, row, "3")
    assert "On trouve ce nombre si l’on oublie le chemin par t₂ ou si l’on oublie le chemin par t₁." == said(
        page, row
    )


def test_a_number_that_follows_from_a_wrong_one(open_page):
    """It is right from what was typed before, and becomes wrong when that is corrected."""
    page = open_page(lecture())
    answer(page, 0, "6")

    assert "follows" == answer(page, 1, "24")
    assert "right from your t₁, which is not right yet" == said(page, 1)
    assert page.locator("#score").text_content().startswith("0 of 11 found")
    answer(page, 0, "5")
    assert "wrong" == verdict(page, 1)


def test_rounding_on_the_way_is_right(open_page):
    """Three digits at every step are right, also where they lead away from the exact number; two are too few."""
    page = open_page(exercise_of(steps(parse("h = exp(x); f = h * h", x=1.7), detail="definitions")))

    assert "imprecise" == answer(page, 0, "5.5")
    assert "right" == answer(page, 0, "5.47")
    assert "right" == answer(page, 1, "29.9")  # 29.96 exactly, 29.92 from 5.47


@pytest.mark.parametrize(
    ("number", "right", "wrong", "close", "imprecise"),
    [
        (1 / 3, ["0.333", "0,333", "1/3", "3.33e-1", " .333 ", "0,3333", "2/6", "⅓"], ["0.4", "1/4", "-1/3", "0.34"], ["0.332"], ["0.3", "0.33"]),
        (-0.5, ["-0.5", "-1/2", "−0,5", "-½", "-.5", "-5e-1"], ["0.5", "-2", "-0.55", "0"], [], ["-1"]),
        (math.exp(5) + 1, ["149.41", "149", "e^5+1", "149,413"], ["148.41", "151"], ["148", "150"], []),
        (20.0, ["20", "20.0", "2e1", "2 × 10^1", "4*5", "√400"], ["21", "2", "-20", "20000"], ["20.1"], []),
        (0.0, ["0", "0.0", "-0", "0/5"], ["0.01", "1"], [], []),
        (1.2345e-9, ["1.23e-9", "1,23E-09", "1.23*10^-9", "1.23×10⁻⁹"], ["1.2", "1.2e9", "1.5e-9", "0"], [], ["1.2e-9"]),
    ],
)  # fmt: skip
def test_which_answers_are_right(open_page, number, right, wrong, close, imprecise):
    """Half a unit of the last digit, three digits unless the number is shorter; expressions of numbers are read."""
    page = open_page(of_number(number))
    judged = page.evaluate(
        """(texts) => texts.map(text => {
            again.click();
            q0.value = text;
            q0.onchange();
            return q0.className;
        })""",
        right + wrong + close + imprecise,
    )
    expected = (
        ["right"] * len(right)
        + ["wrong"] * len(wrong)
        + ["close"] * len(close)
        + ["imprecise"] * len(imprecise)
    )

    assert [*zip(right + wrong + close + imprecise, expected, strict=True)] == [
        *zip(right + wrong + close + imprecise, judged, strict=True)
    ]


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "alert(1)", "1e", "1 2/", "constructor", "x"])
def test_what_is_no_number(open_page, text):
    """It is not judged but asked again."""
    page = open_page(of_number(0.5))

    assert ("" if not text else "unreadable") == answer(page, 0, text)


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 1e300])
def test_numbers_that_are_none(open_page, number):
    """Infinity and nan are answered as they are shown."""
    page = open_page(exercise_of(steps(Value(number, "x") * 1)))

    assert "wrong" == answer(page, 0, "7")
    assert "right" == answer(page, 0, {float("inf"): "∞", 1e300: "1e300"}.get(number, "nan"))


def test_a_comma_in_french(open_page):
    """The French page takes 2,25 and 2.25 alike, writes a comma itself and speaks French."""
    page = open_page(of_number(2.25, "fr"))

    assert "right" == answer(page, 0, "2,25")
    assert ["2,25", "2,25"] == [values for values, _ in page.evaluate(NUMBERS)]
    assert "juste" == said(page, 0)
    assert "1 sur 4 trouvés, dont 1 du premier coup et sans indice" == page.locator("#score").text_content()


def test_hints(open_page):
    """The local partial, then the chain rule, then the answer, which does not count as found."""
    page = open_page(lecture())
    row = page.locator("li").nth(4)
    hint, lines = row.locator("button"), row.locator("div p")
    hint.click()
    assert ["∂(t1×w)∂t1=w=4"] == lines.all_text_contents()
    hint.click()
    assert ["∂(t1×w)∂t1=w=4", "∂f∂t1=∂(t1×w)∂t1·∂f∂f=w·1=4·1"] == lines.all_text_contents()
    assert "Answer" == hint.text_content()
    assert GIVEN == page.evaluate(NUMBERS)
    hint.click()

    assert "4" == page.input_value("#q4")
    assert ["", "4"] == page.evaluate(NUMBERS)[2]
    assert "0 of 11 found, 0 at once and without hints, shown: 1" == page.locator("#score").text_content()
    assert "the answer was shown" == said(page, 4)


def test_an_answer_with_a_hint_counts_as_such(open_page):
    """It is found, but not without hints."""
    page = open_page(lecture())
    page.locator("li button").first.click()
    answer(page, 0, "5")
    answer(page, 1, "20")

    assert "2 of 11 found, 1 at once and without hints" == page.locator("#score").text_content()


def test_the_solution_and_back(open_page):
    """One button shows every line and number, which then count as shown; what was found stays."""
    page = open_page(lecture())
    answer(page, 0, "5")
    page.click("#solution")
    assert SOLVED == page.evaluate(NUMBERS)
    assert "∂f∂u=∂(u+v)∂u·∂f∂t1=1·4=4" in page.locator("li div").nth(8).text_content()
    assert "1 of 11 found, 1 at once and without hints, shown: 10" == page.locator("#score").text_content()
    page.click("#solution")

    assert page.locator("#q0").is_visible()
    page.click("#again")
    assert GIVEN == page.evaluate(NUMBERS)
    assert "" == page.input_value("#q0")
    assert page.locator("#score").text_content().startswith("0 of 11 found, 0 at")


def test_local_partials_can_be_left_out(open_page):
    """One button takes them away, from the score too, and brings them back."""
    page = open_page(lecture())
    page.click("#locals")

    assert 7 == page.locator("li input:visible").count()
    assert page.locator("#score").text_content().startswith("0 of 7 found")
    page.click("#locals")
    assert 11 == page.locator("li input:visible").count()


def test_what_was_written_is_there_after_a_reload(open_page):
    """Answers, tries, hints and what is open are kept, and gone after starting again."""
    page = open_page(neuron())
    answer(page, 0, "0.924")
    page.locator("li button").nth(1).click()
    score = page.locator("#score").text_content()
    page.reload()

    assert "0.924" == page.input_value("#q0")
    assert "right" == verdict(page, 0)
    assert score == page.locator("#score").text_content()
    page.click("#again")
    page.reload()
    assert "" == page.input_value("#q0")


def test_where_nothing_can_be_kept_the_page_works(open_page):
    """In the frame of a notebook storage is refused."""
    frame = f'<!DOCTYPE html><meta charset="utf-8"><iframe sandbox="allow-scripts" width="900" height="700" srcdoc="{escape(lecture())}"></iframe>'
    page = open_page(frame).frames[1]
    page.fill("#q0", "5")
    page.press("#q0", "Enter")

    assert "value right" == page.locator("li").first.get_attribute("class")


def test_no_answer_is_within_reach_of_the_console(open_page):
    """The words of the script are its own, and no number of an answer stands in the page."""
    page = open_page(exercise_of(steps(parse("h = exp(x); f = h * h", x=1.7))))
    globals_ = [
        "questions",
        "content",
        "verdicts",
        "state",
        "judgeAll",
        "makeSheet",
        "graph",
        "rules",
        "fields",
        "exactOf",
    ]

    assert ["undefined"] * len(globals_) == page.evaluate(f"{globals_}.map(name => eval('typeof ' + name))")
    assert not [part for part in ("5.47", "29.9", "59.9") if part in page.content()]


def test_operations_inside_of_a_definition(open_page):
    """A button asks for them and takes them away; values and derivatives then follow from them."""
    page = open_page(neuron())
    count = page.locator("li input:visible").count()
    page.locator(".open").first.click()

    assert page.locator("li input:visible").count() > count
    assert "true" == page.locator(".open").first.get_attribute("aria-expanded")
    assert (
        ["2", "2.5"]
        == page.evaluate("""[...document.querySelectorAll(".inner.value:not([hidden]) input")].map((input, i) => {
        input.value = ["2", "2.5"][i]; input.onchange(); return input.className === "right" && input.value; })""")
    )
    page.locator(".open").first.click()
    assert count == page.locator("li input:visible").count()


def test_the_numbers_on_edges_stay_those_of_definitions(open_page):
    """What lies on an edge is the derivative of the whole line, also while that is open."""
    page = open_page(neuron())
    labels = "[...document.querySelectorAll('.partial')].map(label => label.lastChild.textContent)"
    page.click("#solution")
    closed = page.evaluate(labels)
    page.click("#solution")
    page.locator(".open").first.click()
    page.click("#solution")

    assert closed == page.evaluate(labels)
    assert {"0.1402", "0.0701"} <= {label.split(" ")[0] for label in closed}


def test_arrays(open_page):
    """Every entry is judged; the box fills when all are right."""
    text = "a = W @ x; f = sum(a)"
    page = open_page(exercise_of(steps(parse(text, W=[[1, 2], [3, 4]], x=[1, 0.5]), detail="definitions")))
    for field, number in (("#q0", "2"), ("#q0-1", "4")):
        page.fill(field, number)
        page.press(field, "Enter")

    assert "wrong" == page.get_attribute("#q0-1", "class")
    assert said(page, 0).startswith("a₂: ")
    page.fill("#q0-1", "5")
    page.press("#q0-1", "Enter")
    assert "right" == verdict(page, 0)
    assert ["2", "5"] == page.evaluate(
        """[...document.querySelectorAll(".node .value.known:not(.given)")].map(box => [...box.lastChild.children].map(part => part.textContent)).flat()"""
    )


def test_formulas(open_page):
    """Without numbers formulas are asked; what is the same function is right, ∂f/∂h may be used."""
    page = open_page(
        exercise_of(
            steps(parse("h = sigmoid(w*x + b); f = (y - h)**2 / 2", data=["x", "y"]), detail="definitions")
        )
    )
    names = page.evaluate(
        "[...document.querySelectorAll('li:not([hidden]) input')].map(input => [input.id.slice(1), input.ariaLabel])"
    )
    row = {name: int(i) for i, name in names}

    assert "unreadable" == answer(page, row["h"], "h")
    assert "write a formula of what comes before" in said(page, row["h"])
    assert "wrong" == answer(page, row["h"], "tanh(w*x + b)")
    assert "right" == answer(page, row["h"], "1/(1 + e^-(b + x*w))")
    assert "right" == answer(page, row["∂f/∂h"], "h - y")
    assert "right" == answer(page, row["∂f/∂w"], "df/dh*h*(1-h)*x")
    assert "✓" == page.locator(".node .value.known").first.evaluate("box => box.lastChild.textContent")


def test_by_touch(open_page):
    """Fingers open a definition, take a hint and go to a field."""
    page = open_page(neuron(), width=360, height=740, has_touch=True)
    page.tap(".open >> nth=0")
    assert page.locator(".inner.value").first.is_visible()
    page.tap("li button >> nth=0")
    assert page.locator("li div p").first.is_visible()
    page.tap("#q0")
    assert "q0" == page.evaluate("document.activeElement.id")


def test_by_keys_alone(open_page):
    """Tab goes from field to hint to field; what was left behind is judged."""
    page = open_page(lecture())
    page.focus("#q0")
    page.keyboard.type("5")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")

    assert "right" == verdict(page, 0)
    page.focus("#again")
    page.keyboard.press("Enter")
    assert "" == page.input_value("#q0")


def test_the_field_of_the_moment_is_marked_in_the_graph(open_page):
    """Who writes into a field sees which box it is, and the edges that matter."""
    page = open_page(lecture())
    page.focus("#q4")

    assert "t1" == page.locator(".node.now .name").text_content()
    assert 1 == page.locator(".gradient.now").count()
    assert 1 == page.locator(".edge.now").count()


VISIBLE = """[...document.querySelectorAll("main .value, main .gradient")].map(box =>
    getComputedStyle(box.lastChild).visibility === "visible" ? box.lastChild.textContent : "").join(" ").trim()"""


def test_paper(open_page):
    """Printed it is an empty work sheet, whatever was answered, with boxes for a hand, and the solution behind it."""
    page = open_page(lecture())
    answer(page, 0, "5")
    answer(page, 4, "7")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")

    assert ["2", "3", "4"] == page.evaluate(VISIBLE).split()
    assert "rgba(0, 0, 0, 0)" == page.evaluate("getComputedStyle(document.getElementById('q0')).color")
    assert not page.locator("li button, #score").first.is_visible()
    assert page.get_by_text("Name:").is_visible()
    sizes = page.evaluate(
        "[...document.querySelectorAll('li input')].map(input => [input.offsetWidth, input.offsetHeight])"
    )
    assert all(wide >= 22 * 96 / 25.4 - 1 and high >= 8 * 96 / 25.4 for wide, high in sizes)
    assert [number for pair in SOLVED for number in pair] == page.evaluate(
        VISIBLE.replace("main ", "#solved ")
    ).split()
    assert "t1=u+v=2+3=5" == page.locator("#solved li").first.text_content()
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert 4 == len(pages)


def test_the_button_prints(open_page):
    """It asks the browser to print, and nothing is marked on the paper."""
    page = open_page(lecture())
    page.evaluate("window.print = () => { window.printed = true; dispatchEvent(new Event('beforeprint')); }")
    page.focus("#q3")
    page.click("#sheet")

    assert page.evaluate("window.printed")
    assert 0 == page.locator(".now").count()


def test_sizes():
    """The lecture's page stays below 50 kB."""
    assert len(lecture().encode()) < 50_000


def test_a_telephone(open_page):
    """At 360 pixels nothing sticks out, and the graph stays above the questions."""
    page = open_page(lecture("fr"), width=360, height=740)
    page.focus("#q8")

    assert 360 == page.evaluate("document.documentElement.scrollWidth")
    assert page.evaluate(
        "panel.getBoundingClientRect().top >= 0 && panel.getBoundingClientRect().bottom < 400"
    )


def test_a_hostile_name_is_a_name(open_page):
    """It labels its field and shows in hints, makes no element, and nothing runs."""
    name = "</script><img src=x onerror=alert(1)>"
    page = open_page(exercise_of(steps(Value(2.0, name) * Value(3.0, "v"))))
    for button in page.locator("li button").all():
        button.click()

    assert 0 == page.locator("img").count()
    assert any(name in label for label in page.locator("label").all_text_contents())
