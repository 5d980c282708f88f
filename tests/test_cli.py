"""The command line: results to standard output, messages to standard error, exit codes 0, 1 and 2."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.metadata import version

import pexpect
import pytest

from autograd_mini.cli import main
from autograd_mini.nn import MLP


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line in this process: (exit code, standard output, standard error)."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*arguments):
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_draw_writes_the_picture(run, tmp_path):
    """draw -o writes an SVG with every gradient of the lecture's example."""
    path = tmp_path / "f.svg"
    code, out, err = run("draw", "f=(u+v)*w", "u=2", "v=3", "w=4", "-o", str(path))

    assert (0, "") == (code, out)
    assert str(path) in err
    assert "∂f/∂t1" in "".join(ET.parse(path).getroot().itertext())


def test_draw_without_output_prints_the_svg(run):
    """Without -o the SVG goes to standard output, and nothing else does."""
    code, out, _ = run("draw", "u*v")

    assert 0 == code
    assert ET.fromstring(out.encode()).tag.endswith("svg")


def test_draw_in_another_look_in_the_dark_and_in_french(run, tmp_path):
    """--style, --theme and --lang reach the drawing, and --style the page of steps."""
    svg = run("draw", "u*v", "u=0.5", "v=3", "--style", "compact", "--theme", "dark", "--lang", "fr")[1]
    page = tmp_path / "f.html"
    run("step", "u*v", "u=1", "v=3", "--style", "compact", "--html", str(page))

    assert 'class="node input leaf"' in svg
    assert "×0,5" in svg
    assert "#1C2127" in svg
    assert 'class="compact"' in page.read_text("utf-8")


def test_draw_can_leave_gradients_empty(run):
    """--no-backward leaves the gradient boxes empty: the local partials are not on the edges."""
    filled, empty = run("draw", "u*v", "u=2", "v=3")[1], run("draw", "u*v", "u=2", "v=3", "--no-backward")[1]

    assert filled != empty


def test_step(run):
    """step prints the two passes, one chain-rule product a line."""
    code, out, err = run("step", "f=(u+v)*w", "u=2", "v=3", "w=4")

    assert (0, "") == (code, err)
    assert "   4  t1 = u + v = 2 + 3 = 5\n" in out
    assert "   9  ∂f/∂u = ∂(u + v)/∂u · ∂f/∂t1 = 1 · 4 = 4\n" in out


SHEET = ["h = sigmoid(w*x + b); f = (y - h)**2 / 2", "w=1", "x=2", "b=0", "y=1", "--data", "x,y"]


def test_step_by_definitions(run, tmp_path):
    """A line for each named result, and backward for each of these and each input; --expand opens some."""
    code, out, err = run("step", *SHEET, "--detail", "definitions")
    assert (0, "") == (code, err)
    assert (
        """Forward pass
   1  h = sigmoid(w × x + b) = sigmoid(1 × 2 + 0) = 0.8808
   2  f = (y − h)^2 / 2 = (1 − 0.8808)^2 / 2 = 0.007105

Backward pass
   3  ∂f/∂f = 1
   4  ∂f/∂h = −(y − h) = −(1 − 0.8808) = −0.1192
   5  ∂f/∂w = ∂h/∂w · ∂f/∂h = h (1 − h) x · (−0.1192) = 0.21 · (−0.1192) = −0.02503
   6  ∂f/∂b = ∂h/∂b · ∂f/∂h = h (1 − h) · (−0.1192) = 0.105 · (−0.1192) = −0.01252
"""
        == out
    )
    out = run("step", *SHEET, "--detail", "definitions", "--expand", "h")[1]
    assert "t2 = t1 + b = 2 + 0 = 2" in out
    assert "f = (y − h)^2 / 2 = " in out
    assert "t3 = " in run("step", *SHEET, "--detail", "definitions", "--expand", "h, f")[1]
    assert "∂h/∂h = 1" in run("step", *SHEET, "--of", "h")[1]
    for suffix in ("html", "tex", "gif"):
        path = tmp_path / f"f.{suffix}"
        assert 0 == run("step", *SHEET, "--detail", "definitions", "-o", str(path))[0]
        assert path.stat().st_size > 1000


def test_step_by_definitions_without_numbers(run):
    out = run("step", SHEET[0], "--detail", "definitions", "--data", "x,y")[1]

    assert "∂f/∂w = ∂h/∂w · ∂f/∂h = h (1 − h) x · ∂f/∂h\n" in out
    assert not re.search(r"= \d", out.replace("∂f/∂f = 1", ""))


def test_step_without_numbers(run, tmp_path):
    """Formulas alone, and numbers as far as they are known, in the list and on the page."""
    code, out, _ = run("step", "(u+v)*w", "w=2", "--html", str(tmp_path / "f.html"))
    assert (0, "") == (code, out)
    code, out, _ = run("step", "(u+v)*w", "w=2")
    assert 0 == code
    assert "f = t1 × w = t1 × 2" in out
    assert "∂f/∂w = ∂(t1 × w)/∂w · ∂f/∂f = t1\n" in out


def test_step_in_french_and_in_forward_mode(run):
    """--lang and --by reach the trace."""
    out = run("step", "u*v", "u=0.5", "v=3", "--lang", "fr", "--by", "u")[1]

    assert "Mode forward" in out
    assert "u = 0,5" in out


def test_check(run):
    """check prints a table and exits with 0 when all agree."""
    code, out, _ = run("check", "u*tanh(v)", "u=1", "v=2", "--order", "2")

    assert 0 == code
    assert out.startswith("derivative")
    assert out.endswith("all 6 agree\n")


def test_failed_check(run):
    """check exits with 1 when a derivative is not confirmed, here at a kink, and says why."""
    code, out, _ = run("check", "relu(v)", "v=0")

    assert 1 == code
    assert "relu(v) sits on a kink; convention: relu'(0) = 0" in out


def test_doctor(run):
    """doctor names the version, both renderers and every extra."""
    code, out, _ = run("doctor")

    assert 0 == code
    assert "wasm   works, used unless you ask for another" in out
    assert {"png", "fast", "test"} <= {line.split()[0] for line in out.split("Extras\n")[1].splitlines()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["step", "(u+v).w", "u=1", "v=1"], "attributes are not allowed"),
        (["step", "u*v", "u=1", "--exercise", "f.html"], "no number for v yet; give it one"),
        (["step", "u*v", "u=one", "v=1"], "cannot read 'u=one'; write NAME=NUMBER"),
        (["step", "u*v", "u", "v=1"], "cannot read 'u'; write NAME=NUMBER"),
        (["step", "u*v", "u=", "v=1"], "cannot read 'u='; write NAME=NUMBER"),
        (["step", "u*v", "=2", "v=1"], "cannot read '=2'; write NAME=NUMBER"),
        (["step", "u*v", "2u=2", "v=1"], "cannot read '2u=2'; write NAME=NUMBER"),
        (["step", "u*v", "u=1/2/3", "v=1"], "cannot read 'u=1/2/3'; write NAME=NUMBER"),
        (["step", "u", "u=1/0"], "'u=1/0' divides by 0; write a number, such as u=0.5"),
        (["step", "2u", "u=1"], "a product needs its sign: write 2*u"),
        (
            ["step", "u*v", "u=2", "v=1", "u=3"],
            "u is given two numbers, the second by 'u=3'; leave out one of them",
        ),
        (
            ["step", "u", "u=1e999"],
            "'u=1e999' is too large for a float; write one below 1.8e308, or u=inf",
        ),
        (["step", "u", f"u=-{'9' * 400}"], "is too large for a float"),
        (["step", "u", "u=1_0"], "cannot read 'u=1_0'; write u=10"),
        (["step", "u", "u=0x10"], "cannot read 'u=0x10'; write u=16"),
        (["step", "u", "u=١٢"], "cannot read 'u=١٢'; write u=12"),
        (["step", "u", "u=-1,5"], "cannot read 'u=-1,5'; write u=-1.5"),
        (["step", "u", "u=2−2"], "cannot read 'u=2−2'; write NAME=NUMBER"),
        (["step", "u", "u=NaN"], "cannot read 'u=NaN'; write u=nan"),
        (["step", ""], "there is no expression: write one such as f = (u + v) * w"),
        (["step", "-"], "cannot read this"),
        (["step", "-x.y"], "attributes are not allowed"),
        (["step", "u*v", "u=1", "v=1", "q=1"], "no variable is called 'q'"),
        (["step", "u", "u=1", "--lang", "de"], "no words for the language 'de'"),
        (["draw", "u", "u=1", "--theme", "pink"], "no theme is called 'pink'"),
        (["draw", "u", "u=1", "--style", "network"], "cannot be drawn as a network"),
        (["step", "h=u*u", "u=1", "--expand", "h"], "add detail='definitions'"),
        (["step", "h=u*u", "u=1", "--detail", "lines"], "detail"),
        (
            ["step", "h=u*u", "u=1", "--detail", "definitions", "--expand", "q"],
            "no definition is called 'q'; this graph has: h",
        ),
        (["step", "h=u*u", "u=1", "--of", "q"], "no node is called 'q'"),
        (["step", "u", "u=1", "--by", "q"], "no variable is called 'q'"),
        (["check", "u", "u=1", "--order", "3"], "order must be 1 or 2, got 3"),
        (["draw", "u*v", "-o", "f.pdf"], "cannot save a drawing as 'f.pdf'"),
        (["draw", "u*v", "--renderer", "gif"], "no renderer is called 'gif'"),
        (["draw", "__import__('os').system('x')"], "not allowed"),
        (
            ["step", "W @ x", "W=[[1,2]]", "x=[1,2,3]"],
            "W is 1 x 2, x has 3 entries; they need the same inner size",
        ),
        (
            ["step", "sum(x)", "x=[1,5; 2]", "--lang", "fr"],
            "numbers have a point, in every language, and commas",
        ),
        (
            ["step", "sum(x)", "x=[1,2"],
            "cannot read 'x=[1,2'; write x='[1, 2]' or, for a matrix, x='[[1, 2], [3, 4]]'",
        ),
        (["step", "sum(x)", "x=[[[1]]]"], "write x='[1, 2]' or, for a matrix"),
        (["step", "sum(x)", "x=[1,]"], "cannot read 'x=[1,]': a number is missing"),
        (["step", "sum(x)", "x=[1,two]"], "the entry 'two' is no number"),
        (["step", "sum(x)", "x=[1,1/0]"], "'x=[1,1/0]' divides by 0"),
        (["step", "sum(x)", "x=[]"], "the numbers for x: it is empty"),
        (["step", "sum(x)", "x=[[1,2],[3]]"], "row 1 has 2 entries, row 2 has 1"),
        (["step", "u", "u=1", "--data", "v"], "data 'v': no input is called so; the inputs are: u"),
        (
            ["step", "u*v", "u=1", "v=2", "--data", "u", "--by", "u"],
            "'u' is data, by which nothing is differentiated",
        ),
        (["check", "2 * x", "x=[1,2]"], "the last result has 2 entries: add sum(...)"),
        (
            ["step", "lambda*u", "lambda=1", "lambda_=2", "u=1"],
            "lambda_ is given two numbers, the second by 'lambda_=2'",
        ),
    ],
)
def test_what_was_not_understood(run, arguments, message):
    """A mistake in what was asked for exits with 2, says what to write on standard error, and no more."""
    code, out, err = run(*arguments)
    (first, *place) = err.splitlines()

    assert (2, "") == (code, out)
    assert first.startswith("autograd-mini: ")
    assert message in first
    assert not place or place[1].strip() == "^"  # below the message, the line and its place


@pytest.mark.parametrize(
    ("expression", "number"), [("-x", -3), ("-x*x", -9), ("--(x)", 3), ("-o*x", -6), ("-.5*x", -1.5)]
)
@pytest.mark.parametrize(
    "before", [[], ["--lang", "en"], ["--lang=en"], ["--by", "x", "--lang", "en"], ["--"]], ids=" ".join
)
def test_expression_that_begins_with_a_minus(run, before, expression, number):
    """What begins with a minus is the expression, alone or after options, and is no option."""
    code, out, _ = run("step", *before, expression, "x=3", *["o=2"] * ("o" in expression))

    assert 0 == code
    assert re.search(rf"  f = .* = {f'{number}'.replace('-', '−')}\n", out)


def test_draw_and_check_take_an_expression_that_begins_with_a_minus(run, tmp_path):
    """draw "-log(p)" and check "-x*x" work, with options before and after."""
    path = str(tmp_path / "f.svg")

    assert 0 == run("draw", "-log(p)", "p=.2", "-o", path)[0]
    assert 0 == run("draw", "-o", path, "--no-backward", "-log(p)", "p=.2")[0]
    assert 0 == run("check", "-x*x", "x=1", "--order", "2")[0]


def test_variables_called_like_options(run):
    """A variable may have the name of an option, of an argument, or of a parameter of ours."""
    names = ["o", "h", "html", "output", "expression", "numbers", "source", "self", "help", "f", "version"]
    code, out, _ = run("step", " + ".join(names), *[f"{name}=1" for name in names])

    assert 0 == code
    assert all(f"  {name} = 1\n" in out for name in names)
    assert "   1  expression = 1\n" in run("step", "expression", "expression=1")[1]


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("2", "2"),
        ("+2.", "2"),
        (".5", "0.5"),
        ("-1E-3", "−0.001"),
        ("inf", "inf"),
        ("-inf", "−inf"),
        ("nan", "nan"),
        ("2/5", "0.4"),
        ("-1 / 4", "−0.25"),
        ("1/inf", None),
    ],
)
def test_numbers(run, digits, shown):
    """Decimal numbers and fractions are read, and inf and nan."""
    out = run("step", "u", f"u={digits}")[1]

    assert (f"   1  u = {shown}\n" in out) if shown else out == ""


def test_numbers_as_they_are_printed_are_read(run):
    """The minus and the powers of mathematics, indices, and in French the comma."""
    plain = run("step", "x1 * u ** 2 * abs(v)", "x1=-0.5", "u=2.5", "v=-4.5e-3", "--lang", "fr")[1]

    assert plain
    assert plain == run("step", "x₁ × u² · |v|", "x₁=−0,5", "u=2,5", "v=−4,5·10⁻³", "--lang", "fr")[1]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_arrays(run, language):
    """Vectors and matrices are lists in brackets, always with points and commas, with fractions, signs, inf and nan."""
    given = ["W=[[1, −2.5],[3e-1 ,1/4]]", "x=[ 2,inf]", "lambda=2"]
    code, out, _ = run("step", "f = lambda * sum(W @ x)", *given, "--lang", language, "--data", "x,lambda")

    assert 0 == code
    assert [f"W[1,2] = −2{',' if language == 'fr' else '.'}5", "x[2] = inf"] == re.findall(
        r"^ +\d+  (W\[1,2\] = \S+|x\[2\] = \S+)$", out, re.MULTILINE
    )
    assert "lambda = 2" in out
    assert "∂f/∂W" in out
    assert "∂f/∂x" not in out


def test_arrays_without_numbers(run):
    """An array is declared by its shape, x=[2] or W=[3x2]; [3, 2] are two numbers, and [2.0] is one."""
    unbound = run("step", "sum(W @ x)", "W=[3x2]", "x=[2]")[1]
    bound = run("step", "sum(x) + y[1]", "x=[3, 2]", "y=[2.0]")[1]

    assert "W[3,2]\n" in unbound
    assert ["x[1] = 3", "x[2] = 2", "y[1] = 2"] == re.findall(r"[xy]\[.\] = \d", bound)[:3]


def test_data(run, tmp_path):
    """--data reaches draw, step and check: nobody differentiates by it."""
    table = run("check", "sum(W @ x)", "W=[[1, 2]]", "x=[3, 4]", "--data", "x")[1]
    svg = run("draw", "w * x", "w=2", "x=3", "--data", "x*")[1]

    assert "∂f/∂W[1,2]" in table
    assert table.endswith("all 2 agree\n")
    assert "∂f/∂w" in "".join(ET.fromstring(svg.encode()).itertext())
    assert "∂f/∂x" not in "".join(ET.fromstring(svg.encode()).itertext())


@pytest.mark.parametrize(
    "arguments", [["paint"], ["draw"], ["draw", "u", "--colour"], ["draw", "--colour", "u"], []]
)
def test_usage(run, arguments):
    """A wrong command, option or number of arguments exits with 2 and shows how it is used."""
    code, out, err = run(*arguments)

    assert 2 == code
    assert "Usage" in out + err


def test_what_could_not_be_written(run, tmp_path):
    """A file that cannot be written exits with 1 and names the file."""
    path = tmp_path / "missing" / "f.svg"
    code, _, err = run("draw", "u*v", "-o", str(path))

    assert 1 == code
    assert f"cannot write {path}: No such file or directory" in err


@pytest.mark.parametrize("command", ["draw", "step", "check", "doctor"])
def test_help(run, command):
    """Every command has a help text that begins with what it does."""
    code, out, _ = run(command, "--help")

    assert 0 == code
    assert "Usage" in out
    assert "_" not in out.split("Usage", 1)[1].splitlines()[0].replace("__main__", "")


def test_installed_script():
    """`python -m autograd_mini` runs on its own, and a mistake shows no traceback."""

    def run(*words):
        command = [sys.executable, "-m", "autograd_mini", *words]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)

    wrong = run("step", "u.v")
    twice = run("check", "-u", "u=1", "u=2")
    right = run("check", "-log(p)", "p=.2")

    assert (2, "") == (wrong.returncode, wrong.stdout)
    assert wrong.stderr.endswith("  u.v\n   ^\n")
    assert (2, 1) == (twice.returncode, len(twice.stderr.splitlines()))
    assert (0, "") == (right.returncode, right.stderr)


def test_step_is_interactive_in_a_terminal():
    """Typed in a terminal, step shows one event at a time: Enter goes on, b goes back, q leaves."""
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "autograd_mini", "step", "(u+v)*w", "u=2", "v=3", "w=4"],
        encoding="utf-8",
        dimensions=(30, 100),
        timeout=20,
        env=os.environ | {"TERM": "xterm", "NO_COLOR": "1"},
    )
    terminal.expect_exact("0/10")
    for key, place in [("\r", 1), ("\r", 2), ("b", 1)]:
        terminal.send(key)
        terminal.expect_exact(f"{place}/10")
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert 0 == terminal.exitstatus


def test_step_writes_the_pages(run, tmp_path):
    """--html, --exercise and -o write their files, and print no list."""
    files = [tmp_path / name for name in ("f.html", "td.html", "f.tex")]
    options = zip(("--html", "--exercise", "-o"), map(str, files), strict=True)
    code, out, err = run("step", "u*v", "u=2", "v=3", *[word for pair in options for word in pair])

    assert (0, "") == (code, out)
    assert all(path.stat().st_size > 1000 and str(path) in err for path in files)


def test_train_compiled(run):
    """train --compiled says the same as without."""
    said = [run("train", "xor", "--epochs", "30", *extra) for extra in ([], ["--compiled"])]

    assert said[0][:2] == said[1][:2] == (0, said[0][1])
    assert said[0][1].startswith("epoch 30, loss")


def test_train(run, tmp_path):
    """train says how it went, and saves the network and the plot."""
    model, plot = tmp_path / "m.json", tmp_path / "p.png"
    code, out, _ = run("train", "regression", "--epochs", "3", "--save", str(model), "--plot", str(plot))

    assert 0 == code
    assert out.startswith("epoch 3, loss")
    assert MLP.load(model).parameters()
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "mons"], "did you mean moons?"),
        (["train", "xor", "--plot", "x.gif"], "the ending 'gif' is not known"),
        (["train", "xor", "--epochs", "0"], "epochs"),
        (["step", "u", "u=1", "-o", "f.pdf"], "cannot save steps as 'f.pdf'"),
    ],
)
def test_more_mistakes(run, arguments, message):
    """A wrong experiment, ending or count exits with 2 before any work."""
    code, _, err = run(*arguments)

    assert 2 == code
    assert message in err


def test_version(run):
    """--version prints the version of the distribution."""
    assert (0, f"autograd-mini {version('autograd-mini')}\n", "") == run("--version")
