"""The terminal: what a view holds, and the keys, pressed at a pseudo-terminal."""

import io
import os
import re
import sys

import pytest
from rich.console import Console

from autograd_mini import Value, parse, steps
from autograd_mini.formulas.text import text
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.terminal import listing, step_through, view
from autograd_mini.words.numbers import number

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a thing of POSIX")

SCRIPT = """
from autograd_mini import parse, steps
from autograd_mini.stepping.terminal import is_interactive, step_through
import termios
before = termios.tcgetattr(0)
if is_interactive():
    step_through(steps(parse("f=(u+v)*w", u=2, v=3.5, w=4), lang={lang!r}))
    print("the terminal is", "as before" if termios.tcgetattr(0) == before else "changed")
else:
    print("a list")
"""


@pytest.fixture
def trace():
    return steps(parse("f = (u + v) * w", u=2, v=3, w=4))


def printed(trace, count, width=80, height=24, **options):
    """The view as plain lines."""
    file = io.StringIO()
    console = Console(file=file, width=width, height=height, highlight=False, **options)
    console.print(view(trace, count, console))
    return file.getvalue().splitlines()


def rows(lines):
    """The rows of the table as words."""
    table = lines[2 : lines.index(next(line for line in lines[2:] if not line.strip()))]
    return [line.replace("▶", " ").split() for line in table]


def test_a_view_has_every_node_with_what_is_known(trace):
    """Name, formula, value and gradient after each step; what is unknown is empty."""
    for count in range(len(trace) + 1):
        cards = scene_after(trace, count, text).cards
        expected = [
            [*f"{c.name} {c.formula or 'input'} {c.number(c.value)} {c.gradient_text}".split()] for c in cards
        ]

        assert expected == rows(printed(trace, count))


def test_a_view_points_at_its_step(trace):
    """A pointer, not only a colour, is before the node of the step, and the equation is below."""
    assert not any("▶" in line for line in printed(trace, 0))
    for count, step in enumerate(trace, 1):
        lines = printed(trace, count)

        assert [step.text[0].split("/∂")[-1]] == [line.split()[1] for line in lines if "▶" in line]
        assert step.line in [line.strip() for line in lines]
        assert lines[0].split() == [*lines[0].split()[:-1], f"{count}/{len(trace)}"]


def test_rows_that_are_left_out_are_counted():
    """Above and below the rows that fit stands how many more there are; together they are all nodes."""
    f = Value(1.0, "x")
    for _ in range(30):
        f = f * 2
    long = steps(f)
    for count in range(len(long) + 1):
        table = [line.strip() for line in printed(long, count, height=14)[2:-2]]
        shown = [line for line in table if "×" in line or "input" in line]
        above, below = (
            re.fullmatch(r"… (\d+) more", line)
            for line in (table[0], table[len(shown) + table[0].startswith("…")])
        )

        assert 31 == len(shown) + sum(int(mark[1]) for mark in (above, below) if mark)
        assert above or below
        assert count == 0 or any("▶" in line for line in shown)
    assert not any("more" in line for line in printed(long, 0, height=60))
    assert "… encore" in "\n".join(printed(steps(f, "fr"), 0, height=14))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_the_way_out_is_always_named(language, width):
    """The key that leaves is in the last line, whole, however narrow the terminal is; on a wide one all keys are."""
    trace = steps(parse("f = (u + v) * w", u=2, v=3, w=4), language)
    last = printed(trace, 1, width=width)[-1]

    assert last.endswith({"en": "q quit", "fr": "q quitter"}[language])
    assert "…" not in last
    assert (" G " in last) == (width >= 60)


def test_what_is_new_is_reversed(trace):
    """The box that a step has filled stands out without colour, with NO_COLOR too."""
    file = io.StringIO()
    console = Console(file=file, width=80, height=24, force_terminal=True, no_color=True, highlight=False)
    console.print(view(trace, 4, console))
    output = file.getvalue()

    assert re.search(r"\x1b\[1;7m *5 *\x1b\[0m", output)
    assert not re.search(r"\x1b\[[\d;]*(?:3[0-8]|4[0-8])[\d;]*m", output)


@pytest.mark.parametrize(("width", "height"), [(40, 15), (80, 12), (30, 10)])
def test_small_terminals(width, height):
    """No view is larger than its terminal, and the node of the step is always in it."""
    u = Value(1.5, label="a_name_that_takes_a_lot_of_room")
    f = u
    for _ in range(15):
        f = f * u
    trace = steps(f)
    for count, step in enumerate(trace, 1):
        lines = printed(trace, count, width, height)

        assert height >= len(lines)
        assert width >= max(map(len, lines))
        assert 1 == sum("▶" in line for line in lines)
        assert any(number(step.result) in line for line in lines)


def test_french():
    """Headings, captions, numbers and keys are French."""
    trace = steps(parse("f = u * 0.5", u=3), lang="fr")
    lines = printed(trace, len(trace))

    assert lines[0].startswith("Passe backward (rétropropagation)")
    assert ["nœud", "formule", "valeur", "gradient"] == lines[1].split()
    assert ["u", "entrée", "3", "0,5"] == rows(lines)[0]
    assert lines[-1].startswith("Entrée suite")


def test_forward_mode_has_tangents():
    """The last column is named for what it holds."""
    assert "tangent" in printed(steps(parse("u * v", u=2, v=3), by="u"), 1)[1]


def test_a_name_cannot_write_to_the_terminal():
    """Control characters and rich's markup in a name are shown, never obeyed."""
    trace = steps(Value(1.0, label="a\x1b[2J[red]b") * 2)
    text = "\n".join("\n".join(printed(trace, count)) for count in range(len(trace) + 1))

    assert "\x1b" not in text
    assert r"a\x1b[2J[red]b" in text


def test_listing_numbers_all_steps(trace):
    """The plain list goes through both sweeps with one count."""
    lines = listing(trace).splitlines()

    assert "   1  u = 2" in lines
    assert "  10  ∂f/∂v = ∂(u + v)/∂v · ∂f/∂t1 = 1 · 4 = 4" in lines


class Session:
    """The script at a pseudo-terminal."""

    def __init__(self, rows=24, cols=80, lang="en", **environment):
        pexpect = pytest.importorskip("pexpect", reason="pexpect is not installed")
        self.eof = pexpect.EOF
        # A size that stands in the environment hides the one of the terminal; pytest-xdist leaves one there.
        inherited = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.child = pexpect.spawn(
            sys.executable,
            ["-c", SCRIPT.format(lang=lang)],
            dimensions=(rows, cols),
            env={**inherited, "TERM": "xterm", "PYTHONUTF8": "1", **environment},
            encoding="utf-8",
            timeout=60,
        )

    def press(self, keys, expected):
        """Press keys; what the terminal was sent, up to the counter that is expected."""
        self.child.send(keys)
        self.child.expect_exact(f"{expected}/10")
        return self.child.before

    def close(self):
        """What is left on the screen when the script has ended well."""
        self.child.expect(self.eof)
        self.child.close()

        assert 0 == self.child.exitstatus
        return self.child.before.rpartition("\x1b[?1049l")[2]


@pytest.fixture
def session():
    started = Session()
    started.child.expect_exact("0/10")
    return started


@posix_only
def test_forward_to_the_end_and_back_to_the_start(session):
    """Every key goes where it says; at the ends there is nowhere further; q leaves the last view behind."""
    for count, key in enumerate(["\r", " ", "n", "\x1b[C", "\x1bOC", "\n", "\r", "\r", "\r", "\r", "\r"], 1):
        session.press(key, min(count, 10))
    for count, key in zip(range(9, -2, -1), ["b", "p", "\x7f", "\x1b[D", "\x1bOD", *"bbbbbb"], strict=True):
        session.press(key, max(count, 0))
    session.child.send("q")
    left = session.close()

    assert "Forward pass  0/10" in left
    assert "nothing is known yet" in left
    assert "5.5" not in left
    assert "▶" not in left
    assert "the terminal is as before" in left


@posix_only
def test_both_ends_with_one_key(session):
    """G and End go to the last step, g and Home to the start; several keys at once are all obeyed."""
    for keys, expected in [
        ("G", 10),
        ("g", 0),
        ("\x1b[F", 10),
        ("\x1b[H", 0),
        ("\x1b[4~", 10),
        ("\x1b[1~b\r\r", 2),
    ]:
        session.press(keys, expected)
    session.child.send("xyz\x1b[15~q")

    assert "v = 3.5" in session.close()


@posix_only
@pytest.mark.parametrize("key", ["q", "\x03", "\x04"])
def test_leaving(session, key):
    """q, Ctrl-C and Ctrl-D leave quietly: cursor and line mode restored, no traceback, the view left behind."""
    session.press("\r", 1)
    session.child.send(key)
    session.child.expect_exact("\x1b[?25h")
    left = session.close()

    assert "Forward pass  1/10" in left
    assert "Traceback" not in left
    assert "Enter next" not in left
    assert "the terminal is as before" in left


@posix_only
def test_a_new_size_is_drawn_at_once(session):
    """When the window gets narrow the formulas leave the table."""
    session.press("G", 10)
    session.child.setwinsize(15, 40)
    session.child.expect_exact("10/10")
    session.child.send("q")
    left = session.close()

    assert "t1 × w" not in left.partition("∂f/∂v")[0]


@posix_only
def test_french_without_colour_in_a_small_terminal():
    """Language, NO_COLOR and size are all respected."""
    session = Session(rows=12, cols=40, lang="fr", NO_COLOR="1")
    session.child.expect_exact("0/10")
    session.press("G", 10)
    session.child.send("q")
    left = session.close()

    assert "Passe backward (rétropropagation)  10/10" in left
    assert "3,5" in left
    assert not re.search(r"\x1b\[[\d;]*3[0-8][\d;]*m", left)


@posix_only
def test_a_dumb_terminal_gets_a_list():
    """Where the cursor cannot be moved nothing interactive starts."""
    session = Session(TERM="dumb")

    assert "a list" in session.close()


def test_a_key_opens_a_line_and_closes_it(monkeypatch, capsys):
    """o lists the operations of the line, o again the nodes, and so does every move."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\no\no\no\n\nq\n"))
    step_through(steps(parse("h = tanh(w * x); f = h * h", w=1, x=0.5), detail="definitions"))
    views = re.split(r"(?=Forward pass)", capsys.readouterr().out)[1:]

    assert [False, False, True, False, True, False, False] == [
        "t1 = w × x = 1 × 0.5 = 0.5" in view for view in views
    ]
    assert [False, True, True, True, True, False, False] == [
        "h = tanh(w × x) = tanh(1 × 0.5)" in view for view in views
    ]


def test_a_key_for_lines_does_nothing_to_operations(trace, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("\no\nq\n"))
    step_through(trace)
    _, one, other, _ = re.split(r"(?=Forward pass)", capsys.readouterr().out)[1:]

    assert one == other


def test_lines_where_keys_cannot_be_read(trace, monkeypatch, capsys):
    """From a pipe each key is a line, and the end of the pipe leaves."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\nb\nG\nb\n"))
    step_through(trace)
    output = capsys.readouterr().out

    assert ["0", "1", "2", "1", "10", "9", "9"] == re.findall(r"(\d+)/10\b", output)
