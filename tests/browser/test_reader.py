"""What students type, read and judged by the page: on thousands of answers it says what Python says."""

import json
import math
import random

import pytest

import autograd_mini as am
from autograd_mini import parse
from autograd_mini.engine.graph import toposort
from autograd_mini.errors import ExpressionError
from autograd_mini.stepping.answers import (
    ALIASES,
    Reading,
    _arities,
    judge_formula,
    judge_number,
    measured,
    reading_program,
    spellings,
    tidy,
)
from autograd_mini.stepping.live import graph_of, program_of
from autograd_mini.viz.document import document
from browser.test_live import text

pytestmark = pytest.mark.slow  # a real browser

HOOKS = """
const careful = (answer, ...more) => { try { return answer(...more) } catch (error) { if (!error.kind) throw error; return [error.kind, error.at] } };
const shown = x => Array.isArray(x) ? x.map(shown) : typeof x === "number" ? (Object.is(x, -0) ? "-0" : x + "") : x ?? null;
window.asked = {
  read: ([names, ...texts]) => texts.map(text => shown(careful(() => readAnswer(text, name => spelled(names, name) ?? own(constants, name))))),
  measure: texts => texts.map(text => shown(careful(() => measured(text)))),
  number: questions => questions.map(([text, exact, others, right, slack]) => careful(() => judgeNumber(text, +exact, others.map(Number), right, +slack))),
  formula: questions => questions.map(question => shown(careful(() => judgeFormula(...question)))),
};
"""


@pytest.fixture
def ask(open_anywhere):
    def asked(kind, questions, program=""):
        scripts = ["stepping/assets/live.js", "stepping/assets/reader.js"]
        page = open_anywhere(
            document("Reader", "en", "", [], scripts, program=f"{program}\n{reading_program()}\n{HOOKS}")
        )
        return json.loads(page.evaluate(f"JSON.stringify(asked.{kind}({json.dumps(questions)}))"))

    return asked


NAMES = {"h[1]": 0.25, "w[3,1]": -1.5, "y_hat": 2.0, "rho": 0.75, "x": 3.0, "W[2,1]": 0.5, "σ": 0.1, "t_1": 4.0, "t1": 5.0, "lambda": 6.0}  # fmt: skip


def read(answer):
    """The number, None for what cannot be read."""
    try:
        return Reading(tidy(answer), spellings(NAMES).get).at(NAMES)
    except ExpressionError:
        return None


def agree(ours, theirs):
    if ours is None or isinstance(theirs, list):
        return ours is None and isinstance(theirs, list)
    return ours == pytest.approx(float(theirs), rel=1e-12, abs=1e-300, nan_ok=True)


PIECES = [
    "1", "2", "0,5", ".25", "1.5", "3e-2", "1.2E3", "007", "½", "10", "1,", "e", "pi", "π", "inf", "∞", "h1", "h_1", "h[1]", "w31", "w_31", "w[3,1]",
    "w[3, 1]", "w₃₁", "ŷ", "y_hat", "y\u0302", "ρ", "rho", "x", "X", "W[2,1]", "W21", "σ", "t1", "t_1", "lambda", "foo", "+", "-", "−", "–", "*", "·", "×", "/", "÷",
    "^", "**", "²", "⁻¹", "(", ")", "(", ")", "|", "√", ",", ";", " ", "  ", "exp(", "σ(", "max(", "ln(", "tg(", "ch(", "where(", "sum(", "relu(", "mean(", "=", "[", "'", "2x",
]  # fmt: skip


def grammatical(rng, depth):
    """A text that can mostly be read."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([piece for piece in PIECES[:38] if piece not in ("1,", "X")])
    a, b, c = [grammatical(rng, depth - 1) for _ in range(3)]
    return rng.choice([
        f"{a}+{b}", f"{a} − {b}", f"{a}*{b}", f"{a} · {b}", f"{a}/{b}", f"({a})", f"-{a}", f"({a})^2", f"({a})²", f"√{a}", f"√({a})", f"|{a}|",
        f"{a}^{b}", f"2^-{a}", f"exp({a})", f"tanh({a})", f"σ({a})", f"max({a}; {b})", f"min({a} ; {b})", f"where({a};{b};{c})", f"sum({a};{b};{c})",
        f"ln(|{a}|)", f"arctan2({a}; {b})", f"ch({a})", f"logsumexp({a};{b})", f"{a}⁻¹", f"--{a}", f"{a}×10^-3",
    ])  # fmt: skip


def test_texts_are_read_alike(ask):
    """Of 12,000 texts both read the same ones, and as the same numbers."""
    rng = random.Random(4)
    texts = [grammatical(rng, rng.randint(1, 4)) for _ in range(6000)]
    texts += ["".join(rng.choices(PIECES, k=rng.randint(1, 7))) for _ in range(5000)]
    for _ in range(1000):  # one sign is lost, doubled or another
        answer = grammatical(rng, 3)
        place = rng.randrange(len(answer))
        texts.append(
            answer[:place] + rng.choice(["", answer[place] * 2, rng.choice(PIECES)]) + answer[place + 1 :]
        )
    names = {way: NAMES[name] for way, name in spellings(NAMES).items()}
    answers = ask("read", [names, *texts])

    faults = [(t, read(t), a) for t, a in zip(texts, answers, strict=True) if not agree(read(t), a)]
    assert [] == faults[:20]
    assert 5000 < sum(read(t) is not None for t in texts) < 11_000


UNREADABLE = {
    "2x": ("product", 1), "2(x+1)": ("product", 1), "x(1-x)": ("product", 1), "(x)(x)": ("product", 3), "max(1 2)": ("product", 6),
    "foo+1": ("name", 0), "exp": ("name", 0), "1+foo(2)": ("function", 2), "exp(1;2)": ("arguments", 0), "1+max()": ("missing", 6),
    "(x+1": ("bracket", 4), "x+1)": ("bracket", 3), "|x": ("bracket", 2), "2+*3": ("missing", 2), "√-2": ("missing", 1), "": ("missing", 0),
    "x = 1": ("sign", 2), "x, 1": ("sign", 1), "x;1": ("sign", 1), "#": ("sign", 0), "1+2e999": ("large", 2), "1" * 201: ("long", 200),
    "toString(2)": ("function", 0), "constructor": ("name", 0), "__proto__": ("name", 0),
}  # fmt: skip


def test_what_cannot_be_read_says_why_and_where(ask):
    """The kind is a key for a sentence, the place that of the fault; names of JavaScript's own mean nothing."""
    answers = ask("read", [{"x": 1.0}, *UNREADABLE])

    for answer, expected, found in zip(UNREADABLE, UNREADABLE.values(), answers, strict=True):
        with pytest.raises(ExpressionError) as error:
            Reading(answer, {"x": "x"}.get)

        assert [expected[0], str(expected[1])] == found, answer
        assert expected[1] == len(str(error.value).splitlines()[-1]) - 3, answer


def test_every_function_has_its_name(ask):
    """The functions that expressions know are known to the page, aliases included, with the same numbers."""
    rng, known = random.Random(5), _arities()
    calls = []
    for name, count in known.items():
        for _ in range(5):
            inputs = [f"{rng.uniform(-2, 2):.3f}" for _ in range(count or 3)]
            calls.append(f"{name}({', '.join(inputs)})")
    answers = ask("read", [{}, *calls])

    assert [] == [(call, a) for call, a in zip(calls, answers, strict=True) if not agree(read(call), a)]
    assert {"ln", "tg", "σ", "ReLU"} <= set(known)
    assert set(ALIASES) <= set(known)


def typed_number(rng, x):
    """A way to type a number that is x, near it or not."""
    x *= rng.choice([1, 1, 1, 1, 1, -1, 2, 1 + rng.uniform(-0.02, 0.02)])
    digits = rng.randint(1, 6)
    return rng.choice([
        f"{x:.{digits}g}", f"{x:.{digits}f}", f"{x:.{digits}e}", f"{x:.{digits}f}".replace(".", ","), f"{x:.{digits}g}".replace("-", "−"),
        f"{x:.{digits}f}".rstrip("0"), f"{x / 3:.{digits}f}*3", f"3 × {x / 3:.{digits}g}", f"{x * 8 // 1}/8", f"{x:.{digits}e}".replace("e", "·10^"),
        f"e^{math.log(abs(x)):.{digits}f}", repr(x), f"{x:.0f}", f"{x:.2f}+{digits}", "1,2,3", "inf", "nan", f"+{x:.3f}",
    ])  # fmt: skip


def test_numbers_are_judged_alike(ask):
    """The verdict on 8,000 typed numbers is that of Python, and so is what was measured of them."""
    rng = random.Random(6)
    questions = []
    for _ in range(8000):
        exact = rng.choice(
            [
                rng.uniform(-2, 2),
                rng.uniform(-500, 500),
                rng.randint(-20, 20) * 1.0,
                10 ** rng.uniform(-5, 5),
                rng.randint(-9, 9) / 4,
                rng.choice([math.inf, -math.inf, math.nan]),
            ]
        )
        a, b = exact * (1 + rng.choice([0, 0.001, 0.05])), exact * (1 + rng.choice([0, 0.002, 1.0]))
        questions.append([typed_number(rng, rng.choice([exact, exact, a, b]) or 0.5), text(exact), [text(a), text(b)], rng.random() < 0.6, text(rng.choice([0, 0.01]))])  # fmt: skip
    verdicts = ask("number", questions)

    def ours(answer, exact, others, all_right, slack):
        try:
            return judge_number(
                answer, float(exact), [*map(float, others)], all_right=all_right, slack=float(slack)
            )
        except ExpressionError:
            return None

    faults = [
        (q, ours(*q), v)
        for q, v in zip(questions, verdicts, strict=True)
        if ours(*q) != (None if isinstance(v, list) else v)
    ]
    assert [] == faults[:20]
    assert {"right", "follows", "imprecise", "close", "wrong"} == {v for v in verdicts if isinstance(v, str)}
    texts = [q[0] for q in questions if ours(*q)]
    for answer, (value, half, count) in zip(texts, ask("measure", texts), strict=True):
        assert measured(answer) == pytest.approx(
            (float(value), float(half), float(count)), rel=1e-9, abs=1e-14, nan_ok=True
        ), answer


def test_formulas_are_judged_alike(ask):
    """Right and wrong forms of derivatives, with names of inputs and of what is between, are told apart by both."""
    f = parse("a = w*x + b; h = sigmoid(a); e1 = y - h; f = e1**2 / 2 + log(x*x + 1) * sqrt(u)")
    order = toposort(f)
    names = {node.label: node for node in order if node.label}
    numbers = {node: i for i, node in enumerate(order)}
    places = {way: numbers[names[name]] for way, name in spellings(names).items()}
    forms = {
        "h*(1 - h)": ["h − h²", "σ(a)·(1-σ(a))", "exp(-a)/(1+exp(-a))^2", "h*(1+h)", "h", "1-h^2", "σ(w*x+b)*(1-h)", "h(1-h)", "a"],
        "-(y - h)": ["h-y", "-e1", "-e_1", "y-h", "-y+h", "0", "(h^2-y^2)/(h+y)"],
        "e1": ["y-h", "e1*1", "h-y"],
        "sqrt(u)": ["u^(1/2)", "√u", "u^0,5", "u", "exp(ln(u)/2)"],
        "log(x)": ["ln(x)", "ln(x²)/2", "ln(2*x) - ln(2)", "log10(x)", "log10(x)*ln(10)"],
        "log(x*x)/2": ["ln(|x|)", "ln(x)", "ln(x²)/2"],
        "2*x*sqrt(u)/(x*x+1)": ["2x√u", "√u·2·x/(1+x²)", "x*√u/(1+x²)", "√u/(x/2+1/(2*x))"],
    }  # fmt: skip
    questions = [
        [answer, reference, graph_of(order), places]
        for reference, answers in forms.items()
        for answer in answers
    ]
    verdicts = ask("formula", questions, program_of(order))

    def ours(answer, reference, *_):
        try:
            return judge_formula(answer, reference, names)
        except ExpressionError:
            return None

    assert [ours(*q) for q in questions] == [None if isinstance(v, list) else v for v in verdicts]
    right = {q[0] for q, v in zip(questions, verdicts, strict=True) if v == "right"}
    assert {
        "h-y",
        "h − h²",
        "σ(a)·(1-σ(a))",
        "-e_1",
        "√u",
        "ln(x)",
        "√u·2·x/(1+x²)",
        "(h^2-y^2)/(h+y)",
        "log10(x)*ln(10)",
    } <= right
    assert not right & {"h*(1+h)", "h", "0", "u", "log10(x)", "x*√u/(1+x²)", "a"}


def test_a_reference_without_points(ask):
    """Where the reference is nowhere a number there is no verdict."""
    order = toposort(am.variables("x")[0])

    assert [None] == ask("formula", [["x", "log(-x^2)", graph_of(order), {"x": 0}]])
    with pytest.raises(ValueError, match="at 0 of 2,000 random points"):
        judge_formula("x", "log(-x^2)", ["x"])
