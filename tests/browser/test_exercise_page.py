"""The page of exercises in a real browser: right and wrong answers, hints, the score, and paper."""

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
    return page.locator("li").nth(i).get_attribute("class")


def test_at_first_only_the_variables_are_known(open_page):
    """The numbers of the variables are given, all others are asked for."""
    page = open_page(lecture())

    assert GIVEN == page.evaluate(NUMBERS)
    assert 7 == page.locator("input").count()
    assert page.locator("#score").text_content().startswith("0 of 7 found")


def test_all_right(open_page):
    """Each right answer fills its box and leads to the next field; in the end everything is known."""
    page = open_page(lecture())
    page.focus("#q0")
    for i, number in enumerate(["5", "20", "1", "4", "5", "4", "4"]):
        assert f"q{i}" == page.evaluate("document.activeElement.id")
        page.keyboard.type(number)
        page.keyboard.press("Enter")

    assert SOLVED == page.evaluate(NUMBERS)
    assert "7 of 7 found, 7 without hints" == page.locator("#score").text_content()
    assert ["✓"] * 7 == page.evaluate("""[...document.querySelectorAll("output")].map(output =>
        getComputedStyle(output, "::before").content.replace(/["\\s]/g, ""))""")


def test_a_wrong_answer(open_page):
    """It is told, stays, fills no box, and can be made right."""
    page = open_page(lecture())

    assert "wrong" == answer(page, 0, "6")
    assert "not right yet" == page.locator("output").first.text_content()
    assert "true" == page.get_attribute("#q0", "aria-invalid")
    assert GIVEN == page.evaluate(NUMBERS)
    assert "right" == answer(page, 0, "5")
    assert "false" == page.get_attribute("#q0", "aria-invalid")


@pytest.mark.parametrize(
    ("number", "right", "wrong", "imprecise"),
    [
        (1 / 3, ["0.33", "0,33", "1/3", "3.3e-1", " .333 ", "0,3333", "2/6", "⅓"], ["0.4", "1/4", "-1/3", "0.34"], ["0.3"]),
        (-0.5, ["-0.5", "-1/2", "−0,5", "-½", "-.5", "-5e-1"], ["0.5", "-2"], ["-1", "0"]),
        (20.0, ["20", "20.0", "2e1", "2 × 10^1", "20.1"], ["21", "2", "-20", "20000"], []),
        (0.0, ["0", "0.0", "-0", "0/5"], ["0.01", "1"], []),
        (1.2345e-9, ["1.2e-9", "1,23E-09", "1.2*10^-9", "1.2×10⁻⁹"], ["1.2", "1.2e9", "1.5e-9"], ["1e-9", "0"]),
        (0.196612, ["0.2/1.0172", "0.20", "0.197", "0,196612"], ["0.21"], ["0.2"]),
    ],
)  # fmt: skip
def test_which_answers_are_right(open_page, number, right, wrong, imprecise):
    """Within 1 %, or rounded to what is written with two significant digits; comma, fraction and power of ten."""
    page = open_page(of_number(number))
    judged = page.evaluate(
        """(texts) => texts.map(text => {
            again.click();
            q0.value = text;
            q0.onchange();
            return q0.parentNode.className;
        })""",
        right + wrong + imprecise,
    )

    assert ["right"] * len(right) + ["wrong"] * len(wrong) + ["imprecise"] * len(imprecise) == judged


@pytest.mark.parametrize("text", ["", "abc", "1/2/3", "1.2.3", "alert(1)", "1e", "--1", "1 2/"])
def test_what_is_no_number(open_page, text):
    """It is not judged but asked again."""
    page = open_page(of_number(0.5))

    assert ("" if not text else "unreadable") == answer(page, 0, text)


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 1e300])
def test_numbers_that_are_none(open_page, number):
    """Infinity and nan are answered as they are shown."""
    page = open_page(exercise_of(steps(Value(number, "x") * 1)))

    assert "wrong" == answer(page, 0, "7")
    assert "right" == answer(page, 0, {float("inf"): "inf", 1e300: "1e300"}.get(number, "nan"))


def test_a_comma_in_french(open_page):
    """The French page takes 2,25 and 2.25 alike, writes a comma itself and speaks French."""
    page = open_page(of_number(2.25, "fr"))

    assert "right" == answer(page, 0, "2,25")
    assert ["2,25", "2,25"] == [values for values, _ in page.evaluate(NUMBERS)]
    assert "juste" == page.locator("output").first.text_content()
    assert "1 sur 3 trouvés, dont 1 sans indice" == page.locator("#score").text_content()


def test_hints(open_page):
    """The local partial, then the chain rule, then the answer, which does not count as found."""
    page = open_page(lecture())
    row = page.locator("li").nth(3)
    hint, said = row.locator("button"), row.locator("div p")
    hint.click()
    assert ["∂(t1×w)∂t1=w=4"] == said.all_text_contents()
    hint.click()
    assert ["∂(t1×w)∂t1=w=4", "∂f∂t1=∂(t1×w)∂t1·∂f∂f=w·1=4·1"] == said.all_text_contents()
    assert "Answer" == hint.text_content()
    assert GIVEN == page.evaluate(NUMBERS)
    hint.click()

    assert "4" == page.input_value("#q3")
    assert ["5", "4"] != page.evaluate(NUMBERS)[2] == ["", "4"]
    assert "0 of 7 found, 0 without hints" == page.locator("#score").text_content()
    assert "the answer was shown" == row.locator("output").text_content()


def test_an_answer_with_a_hint_counts_as_such(open_page):
    """It is found, but not without hints."""
    page = open_page(lecture())
    page.locator("li button").first.click()
    answer(page, 0, "5")
    answer(page, 1, "20")

    assert "2 of 7 found, 1 without hints" == page.locator("#score").text_content()


def test_the_solution_and_back(open_page):
    """One button shows every line and number, and takes them away again; what was found stays."""
    page = open_page(lecture())
    answer(page, 0, "5")
    page.click("#solution")
    assert SOLVED == page.evaluate(NUMBERS)
    assert "∂f∂u=∂(u+v)∂u·∂f∂t1=1·4=4" in page.locator("li div").nth(5).text_content()
    page.click("#solution")

    assert [["2", ""], ["3", ""], ["5", ""], ["4", ""], ["", ""]] == page.evaluate(NUMBERS)
    page.click("#again")
    assert GIVEN == page.evaluate(NUMBERS)
    assert "" == page.input_value("#q0")


def test_the_field_of_the_moment_is_marked_in_the_graph(open_page):
    """Who writes into a field sees which box it is, and the edges that matter."""
    page = open_page(lecture())
    page.focus("#q3")

    assert "t1" == page.locator(".node.now .name").text_content()
    assert 1 == page.locator(".gradient.now").count()
    assert 1 == page.locator(".edge.now").count()


VISIBLE = """[...document.querySelectorAll(".value, .gradient")].map(box =>
    getComputedStyle(box.lastChild).visibility === "visible" ? box.lastChild.textContent : "").join(" ").trim()"""


def test_paper(open_page):
    """Printed it is an empty work sheet, whatever was answered; printed with the solution it has all."""
    page = open_page(lecture())
    answer(page, 0, "5")
    answer(page, 3, "7")
    page.emulate_media(media="print")

    assert ["2", "3", "4"] == page.evaluate(VISIBLE).split()
    assert "rgba(0, 0, 0, 0)" == page.evaluate("getComputedStyle(document.getElementById('q0')).color")
    assert not page.locator("li button, #score, #zoom").first.is_visible()
    assert page.get_by_text("Name:").is_visible()
    page.emulate_media(media="screen")
    page.click("#solution")
    page.emulate_media(media="print")
    assert [number for pair in SOLVED for number in pair] == page.evaluate(VISIBLE).split()


def test_the_button_prints(open_page):
    """It asks the browser to print, and nothing is marked on the paper."""
    page = open_page(lecture())
    page.evaluate("window.print = () => { window.printed = true; dispatchEvent(new Event('beforeprint')); }")
    page.focus("#q3")
    page.click("#sheet")

    assert page.evaluate("window.printed")
    assert 0 == page.locator(".now").count()


def test_a_telephone(open_page):
    """At 360 pixels nothing sticks out, and the graph stays above the questions."""
    page = open_page(lecture("fr"), width=360, height=740)
    page.focus("#q6")

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
