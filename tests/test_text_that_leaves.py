"""Labels, file names and expressions come from anywhere: what they do to text that leaves."""

import os
import subprocess
import sys

import pexpect
import pytest

from autograd_mini import Value, detect_anomaly, draw, gradcheck, steps
from autograd_mini.cli import main
from autograd_mini.errors import AutogradError

EVIL = "x\x1b[2J\x07\n\r\u202ey\u2066\x9b\x00"
SHOWN = r"x\x1b[2J\x07\n\r\u202ey\u2066\x9b\x00"
CLASSES = AutogradError.__subclasses__()


def evil():
    x, y = Value(2.0, label=EVIL), Value(3.0, label="v")
    f = (x * y).exp()
    f.backward()
    return f


def message(call):
    with pytest.raises(AutogradError) as caught:
        call()
    return str(caught.value)


def unbound():
    return message(lambda: (Value(label=EVIL) * 2).data)


def anomaly():
    with detect_anomaly():
        return message((Value(0.0, label=EVIL) * 2).log)


PLACES = {
    "steps": lambda: str(steps(evil())),
    "steps in a notebook": lambda: steps(evil())._repr_mimebundle_()["text/plain"],
    "forward mode": lambda: str(steps(evil(), by="v")),
    "a step": lambda: steps(evil())[2].line,
    "gradcheck": lambda: str(gradcheck(lambda x, y: x * y, (1.0, 2.0), names=(EVIL, "y"))),
    "a kink": lambda: str(gradcheck(lambda x: x.relu(), (0.0,), names=(EVIL,))),
    "unbound": unbound,
    "unknown": lambda: message(lambda: evil().forward(q=1)),
    "anomaly": anomaly,
    "repr": lambda: repr(Value(2.0, label=EVIL)),
    "svg": lambda: draw(evil()).svg(),
    "page": lambda: steps(evil()).html(),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_cannot_be_shown_is_written_out(place):
    """No control character, escape sequence or turn of the writing leaves; the label can still be read."""
    text = PLACES[place]()

    assert [] == [c for c in EVIL if c in text and c not in "xy[2J\n"]
    assert SHOWN in text


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_of_ours_is_fit_to_be_shown(error):
    """Whatever a message quotes; only where an expression is shown it has lines."""
    shown = str(error(EVIL)) if error.__name__ != "UnboundError" else unbound()
    lines = error.__name__ in ("ExpressionError", "LectureError")  # a lecture has expressions

    assert (SHOWN.replace(r"\n", "\n") if lines else SHOWN) in shown


def test_an_expression_is_shown_without_what_disturbs(capsys):
    """An error of the command line shows the expression, and cannot clear the terminal."""
    code = main(["step", "u*v\x1b[2J\u202e", "u=1"])
    err = capsys.readouterr().err

    assert 2 == code
    assert not {"\x1b", "\u202e"} & set(err)


def test_a_file_name_is_shown_without_what_disturbs(tmp_path, capsys):
    """The name of the file that was written, too."""
    path = tmp_path / "f\x1b\n\u202e.svg"
    code = main(["draw", "u*v", "-o", str(path)])
    err = capsys.readouterr().err

    assert (0, rf"{tmp_path}/f\x1b\n\u202e.svg: Value(label='f')" + "\n") == (code, err)
    assert path.exists()


# Terminals that know little


def run(encoding, *arguments):
    result = subprocess.run(
        [sys.executable, "-m", "autograd_mini", *arguments],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": encoding, "NO_COLOR": "1"},
        check=False,
    )
    return result.returncode, result.stdout.decode(encoding), result.stderr.decode(encoding)


@pytest.mark.parametrize(
    ("encoding", "lang", "expected"),
    [
        ("ascii", "en", "   6  f = t1 * t2 = 5 * 4.5 = 22.5\n\nBackward pass\n   7  df/df = 1\n"),
        (
            "ascii",
            "fr",
            "   6  f = t1 * t2 = 5 * 4,5 = 22,5\n\nPasse backward (retropropagation)\n   7  df/df = 1\n",
        ),
        ("latin-1", "en", "   6  f = t1 × t2 = 5 × 4.5 = 22.5\n\nBackward pass\n   7  df/df = 1\n"),
        (
            "latin-1",
            "fr",
            "   6  f = t1 × t2 = 5 × 4,5 = 22,5\n\nPasse backward (rétropropagation)\n   7  df/df = 1\n",
        ),
        (
            "cp1252",
            "fr",
            "   6  f = t1 × t2 = 5 × 4,5 = 22,5\n\nPasse backward (rétropropagation)\n   7  df/df = 1\n",
        ),
        (
            "utf-8",
            "fr",
            "   6  f = t1 × t2 = 5 × 4,5 = 22,5\n\nPasse backward (rétropropagation)\n   7  ∂f/∂f = 1\n",
        ),
    ],
)
def test_a_terminal_gets_what_it_can_write(encoding, lang, expected):
    """Signs that the encoding lacks are replaced by what can be read, never by a codec error."""
    code, out, err = run(encoding, "step", "f=(u+v)*relu(w)", "u=2", "v=3", "w=4.5", "--lang", lang)

    assert (0, "") == (code, err)
    assert expected in out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_messages_get_through_too(encoding):
    """Results, errors, help and pictures arrive in any encoding."""
    assert "df/du" in run(encoding, "check", "u*tanh(v)", "u=1", "v=2")[1]
    assert "no number for y; add y=..." in run(encoding, "check", "ŷ")[2]
    assert "Usage" in run(encoding, "step", "--help")[1]

    code, out, _ = run(encoding, "draw", "u*v", "u=1", "v=2")

    assert 0 == code
    assert out.isascii()
    assert "&#8706;f/&#8706;u" in out  # as it is in any XML


def test_steps_print_in_ascii():
    """What a program prints with `print()` gets through as well."""
    program = "from autograd_mini import *; steps(parse('u*v', u=2, v=3), lang='fr').print()"
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        check=False,
    )

    assert "" == result.stderr
    assert "Passe backward (retropropagation)\n   4  df/df = 1\n" in result.stdout


def test_stepping_in_a_terminal_that_knows_only_ascii():
    """The table has its pointer and the formulas their signs, in ASCII."""
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "autograd_mini", "step", "(u+v)*w", "u=2", "v=3", "w=4", "--lang", "fr"],
        encoding="ascii",
        dimensions=(30, 100),
        timeout=60,
        env=os.environ | {"TERM": "xterm", "NO_COLOR": "1", "PYTHONIOENCODING": "ascii"},
    )
    terminal.expect_exact("0/10")
    terminal.send("G")
    terminal.expect_exact("> v")
    terminal.expect_exact("df/dv")
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert 0 == terminal.exitstatus
