"""Text made fit to leave: written out where it cannot be shown, replaced where a terminal lacks it."""

import io
import sys
import unicodedata

import pytest

from autograd_mini.words.messages import LANGUAGES, MESSAGES
from autograd_mini.words.visible import READABLE, plain, readable, visible


def test_what_is_written_out():
    """Controls, surrogates, characters that are none, and marks that turn the writing; nothing else."""
    every = map(chr, range(sys.maxunicode + 1))
    changed = {character for character in every if visible(character) != character}
    turning = {c for c in map(chr, range(0x3000)) if unicodedata.bidirectional(c) in
               {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}}  # fmt: skip

    assert {
        c for c in map(chr, range(0x110000)) if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")
    } <= changed
    assert turning <= changed
    assert len(changed) == 65 + 2048 + 2 + len(turning) + 34


def test_once_is_enough():
    """What is written out stays as it is, so that no place needs to know whether another did it."""
    shown = visible("a\x1b[31m\n\u202e\ud800")

    assert shown == r"a\x1b[31m\n\u202e\ud800"
    assert visible(shown) == shown
    assert visible("a\n\x1bb", keep="\n") == "a\n\\x1bb"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("∂f/∂t1 = ∂f/∂t1 · ∂f/∂f", "df/dt1 = df/dt1 * df/df"),
        ("t1 × w ≥ −1 … 2", "t1 * w >= -1 ... 2"),
        ("▶ nœud, Rétropropagation, n’est", "> noeud, Retropropagation, n'est"),
        ("ŷ σ Δ ϕ", "y sigma Delta phi"),
        ("x² ½ x⁴ t₁", r"x^2 \xbd x^4 t1"),
        ("(−4.479·10⁻⁵) × ∂(□ × a)/∂□", "(-4.479*10^-5) * d([] * a)/d[]"),
        ("数 \U0001f600", r"\u6570 \U0001f600"),
        ("", ""),
    ],
)
def test_plain(text, expected):
    """Signs are spelt, letters lose their accents, and no number is read as another one."""
    assert plain(text) == expected


def test_plain_is_ascii_whatever_comes():
    """Every character there is has a replacement."""
    assert plain("".join(map(chr, range(sys.maxunicode + 1)))).isascii()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_can_be_read_in_ascii(language):
    """No word of ours is left as a code."""
    assert [] == [words[language] for words in MESSAGES.values() if "\\" in plain(words[language])]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("ascii", "df * e x"), ("latin-1", "df · é x"), ("utf-8", "∂f · é x")],
)
def test_a_stream_gets_what_it_can_write(monkeypatch, encoding, expected):
    """Only what the encoding lacks is replaced."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    print(readable("∂f · é x"), flush=True)

    assert expected + "\n" == raw.getvalue().decode(encoding)


def test_only_writing_is_helped():
    """What cannot be read is an error as before."""
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", READABLE)
