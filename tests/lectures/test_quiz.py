"""Questions for Moodle, read back as Moodle's own importers read them.

What they demand was read in Moodle's question/format/xml/format.php, question/type/multianswer/questiontype.php,
question/type/numerical/question.php and question/format/gift/format.php, and in their fixtures; none of it is here.
"""

import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import lectures
from autograd_mini.cli import main
from autograd_mini.lectures import quiz
from autograd_mini.lectures.questions import numbers_of

VARYING = [example for document in lectures.all() for example in document.examples if example.vary]
every_varying = pytest.mark.parametrize("example", VARYING, ids=lambda example: example.id)

# By type of question: the paths that Moodle's reader of XML asks for, and what else it knows.
NEEDED = {"category": {"category/text"}, "cloze": {"name/text", "questiontext/text"}}
KNOWN = {"generalfeedback", "penalty", "hidden", "idnumber", "tags", "hint", "info"}
NUMBER = r"-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"

NASTY = r"""
title = "Course"
[[example]]
id = "nasty"
title = 'a < b & c > d ]]> {1:NUMERICAL:=3:0.1} \{ ~%100%0 # = : \ "é" ’ // $CATEGORY: x'
question = '''::f::

What is {#3} at "u" -> ∂f/∂u\n? \frac{1}{2}'''
definitions = '''
h = u * v

f = sigmoid(h)'''
inputs = {u = 0.5, v = -1.5}
vary = {u = {from = 0.2, to = 0.9, step = 0.1}}
"""


@pytest.fixture
def nasty(tmp_path):
    """An example whose texts have all signs that mean something in these files."""
    path = tmp_path / "nasty.toml"
    path.write_text(NASTY, "utf-8")
    return lectures.load(path).examples[0]


def gaps(html):
    """The answers of every gap of a Cloze text: number and tolerance, None for all others, worth, what is said."""
    for gap in re.findall(r"\{[0-9]*:NUMERICAL:(.*?)(?<!\\)\}", html, re.DOTALL):
        found = []
        for each in re.split(r"(?<!\\)~", gap):
            answer, _, said = each.partition("#")
            worth, number = re.fullmatch(r"(=|%-?[0-9]+(?:[.,][0-9]*)?%|)(.*)", answer).groups()
            x, room = re.fullmatch(rf"({NUMBER}):({NUMBER})|\*", number).groups()
            said = unescape(said).replace(r"\}", "}").replace(r"\#", "#")
            found.append((x and float(x), room and float(room), 1.0 if worth == "=" else float(worth.strip("%") or 0) / 100, unescape(said)))  # fmt: skip
        yield found


def questions_of_xml(text):
    """Names, texts and categories of a file of Moodle XML, of which every part is one that Moodle knows."""
    category = ""
    root = ET.fromstring(text)
    assert root.tag == "quiz"
    for question in root:
        kind = question.get("type")
        assert question.tag == "question"
        assert all(question.find(path) is not None for path in NEEDED[kind])
        assert {part.tag for part in question} <= KNOWN | {path.partition("/")[0] for path in NEEDED[kind]}
        if kind == "category":
            category = question.findtext("category/text")
            continue
        assert question.find("questiontext").get("format") == "html"
        yield category, question.findtext("name/text").strip(), question.findtext("questiontext/text").strip()


def read(part):
    """A part of a file of GIFT with the signs that were hidden."""
    return re.sub(r"[\ue000-\ue07f]", lambda found: chr(ord(found[0]) - 0xE000), part).strip()


def questions_of_gift(text):
    """Categories, names, texts as HTML and answers of a file of GIFT with numerical questions."""
    category = ""
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line for line in block.split("\n") if not line.strip().startswith("//")]
        hidden = re.sub(r"\\([\\:#={}~])", lambda found: chr(0xE000 + ord(found[1])), "\n".join(lines))

        if hidden.startswith("$CATEGORY:"):
            category = read(hidden.removeprefix("$CATEGORY:"))
            continue
        _, name, rest = hidden.split("::", 2)
        prompt, _, answers = rest.partition("{")
        assert prompt.startswith("[html]")
        assert answers[0] == "#"
        assert answers.index("}") == len(answers) - 1
        answers, _, others = answers[1:-1].partition("~")
        found = []
        for each in answers.strip().removeprefix("=").split("="):
            worth, x, room, said = re.fullmatch(
                rf"(?:%([0-9]+)%)?({NUMBER}):({NUMBER})#(.*)", each.strip()
            ).groups()
            found.append((float(x), float(room), float(worth or 100) / 100, unescape(read(said))))
        found.append((None, None, 0.0, unescape(read(others.partition("#")[2]))))
        yield category, read(name), read(prompt.removeprefix("[html]")), found


def marked(answers, typed):
    """Worth and words of the first answer that fits what a student types, with a point or a comma."""
    x = float(typed.replace(",", "."))
    for number, room, worth, said in answers:
        if number is None or abs(x - number) <= room + 1e-14 * max(1, abs(number)):
            return worth, said
    return 0.0, ""


def check_marks(answers, number):
    """Three digits are right, what stands beside them is wrong, and so is each mistake, which has words of its own."""
    assert marked(answers, f"{number.exact:.3g}") == (1.0, "OK")
    assert marked(answers, f"{number.exact:.6g}".replace(".", ",")) == (1.0, "OK")
    for side in (-1, 1):
        assert marked(answers, f"{number.exact + side * 2.02 * number.room:.9g}")[0] == 0
    for x, said in number.wrong:
        assert marked(answers, f"{x:.3g}") == (0.0, said)
    assert len(answers) == len(number.wrong) + 2
    assert marked(answers, "123456")[1] == answers[-1][3] != ""


@every_varying
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_moodle(example, lang):
    """Every gap of the file is read back, and marks as it should."""
    example = example.speaking(lang)
    found = [*questions_of_xml(quiz.moodle([example], 2))]

    assert [name for _, name, _ in found] == [f"{example.id} 1", f"{example.id} 2"]
    for (category, _, html), numbers in zip(found, quiz.numbers_for(example, 2), strict=True):
        exact = [*numbers_of(example.steps(numbers))]
        assert category == f"$course$/{example.id}"
        assert html.count("NUMERICAL") == len(exact) > 1
        for answers, number in zip(gaps(html), exact, strict=True):
            check_marks(answers, number)


@pytest.mark.parametrize("example", VARYING[::4], ids=lambda example: example.id)
def test_gift(example):
    """A question for each number, which marks as it should."""
    found = [*questions_of_gift(quiz.gift([example]))]
    exact = [*numbers_of(example.steps())]

    assert [name for _, name, *_ in found] == [f"{example.id} 1 {each.name}" for each in exact]
    for (category, _, _, answers), number in zip(found, exact, strict=True):
        assert category == f"$course$/{example.id}"
        check_marks(answers, number)


def shown(html):
    """The text of HTML."""
    return unescape(re.sub(r"<br>", "\n", html).replace("<pre>", "\n").replace("</h4><p>", "\n"))


def test_signs_that_mean_something(nasty):
    """Braces, tildes, hashes, equal signs, colons, brackets of CDATA and blank lines of a text are text in both files."""
    exact = [*numbers_of(nasty.steps())]
    ((_, _, html),) = questions_of_xml(quiz.moodle([nasty]))
    assert len([*gaps(html)]) == len(exact) == 5
    for text in (nasty.title, nasty.question, nasty.cases[0].definitions):
        assert text in shown(html)
    found = [*questions_of_gift(quiz.gift([nasty], 3))]
    assert len(found) == 3 * len(exact)
    for _, _, prompt, _ in found:
        for text in (nasty.title, nasty.question, nasty.cases[0].definitions):
            assert text in shown(prompt)


def test_what_is_said_may_have_any_sign():
    """Feedback of a gap comes out as it went in: Moodle reads its entities once, and then it is HTML."""
    said = r"a < b & c > d } ~ # = \ {1:NM:=2} &lt; é ’"
    wrong = quiz.Number("h", 0.5, 0.0005, ((0.25, said),))
    ((_, (*_, told), _),) = gaps(quiz.gap(wrong, "en"))

    assert told == said


def test_characters_that_xml_has_not(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text(NASTY.replace("title = 'a", 'title = "a\\u0001"\nnote = \'a'), "utf-8")

    assert r"a\x01" in quiz.moodle(lectures.load(path).examples)


def test_questions_by_the_command(tmp_path, capsys):
    for option, name in (("--moodle", "q.xml"), ("--gift", "q.gift")):
        assert main(["lecture", "td1", "ex2", option, str(tmp_path / name), "--variants", "3"]) == 0
    assert len([*questions_of_xml((tmp_path / "q.xml").read_text("utf-8"))]) == 3


def test_fifty_variants_need_numbers_that_vary(tmp_path, capsys):
    """No file is written where nothing varies, nor where nothing is asked."""
    path = tmp_path / "q.xml"

    assert main(["lecture", "glo4030", "saddle-point", "--moodle", str(path), "--variants", "50"]) == 2
    assert "saddle-point" in capsys.readouterr().err
    assert not path.exists()


def test_questions_need_text(tmp_path, capsys):
    """An example that is a program asks nothing."""
    path = tmp_path / "q.gift"

    assert main(["lecture", "glo4030", "dynamic-graph", "--gift", str(path)]) == 2
    assert "aucun nombre de glo4030 dynamic-graph" in capsys.readouterr().err
    assert not path.exists()
