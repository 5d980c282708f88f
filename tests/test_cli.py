"""The command line: results to standard output, messages to standard error, exit codes 0, 1 and 2."""

import os
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


def test_draw_can_leave_gradients_empty(run):
    """--no-backward leaves the gradient boxes empty: the local partials are not on the edges."""
    filled, empty = run("draw", "u*v", "u=2", "v=3")[1], run("draw", "u*v", "u=2", "v=3", "--no-backward")[1]

    assert filled != empty


def test_step(run):
    """step prints the two passes, one chain-rule product a line."""
    code, out, err = run("step", "f=(u+v)*w", "u=2", "v=3", "w=4")

    assert (0, "") == (code, err)
    assert "   4  t1 = u + v = 2 + 3 = 5\n" in out
    assert "   9  ∂f/∂u = ∂t1/∂u · ∂f/∂t1 = 1 · 4 = 4\n" in out


def test_step_in_french_and_in_forward_mode(run):
    """--lang and --by reach the trace."""
    out = run("step", "u*v", "u=0.5", "v=3", "--lang", "fr", "--by", "u")[1]

    assert "Mode direct" in out
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
        (["step", "u*v", "u=1"], "no number for v; add v=..."),
        (["step", "u*v", "u=one", "v=1"], "cannot read 'u=one'; write NAME=NUMBER"),
        (["step", "u*v", "u", "v=1"], "cannot read 'u'; write NAME=NUMBER"),
        (["step", "u*v", "u=1", "v=1", "q=1"], "no variable is called 'q'"),
        (["step", "u", "u=1", "--lang", "de"], "no words for the language 'de'"),
        (["step", "u", "u=1", "--by", "q"], "no variable is called 'q'"),
        (["check", "u", "u=1", "--order", "3"], "order must be 1 or 2, got 3"),
        (["draw", "u*v", "-o", "f.pdf"], "cannot save a drawing as 'f.pdf'"),
        (["draw", "u*v", "--renderer", "gif"], "no renderer is called 'gif'"),
        (["draw", "__import__('os').system('x')"], "not allowed"),
    ],
)
def test_what_was_not_understood(run, arguments, message):
    """A mistake in what was asked for exits with 2, says what to write on standard error, and no more."""
    code, out, err = run(*arguments)

    assert (2, "") == (code, out)
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [["paint"], ["draw"], ["draw", "u", "--colour"], []])
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
    command = [sys.executable, "-m", "autograd_mini", "step", "u.v"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 2 == result.returncode
    assert "  u.v\n   ^\n" in result.stderr
    assert "Traceback" not in result.stderr


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
