"""Text made fit to leave: what cannot be shown is written out, what a terminal lacks is replaced.

Labels, file names and expressions come from anywhere. Shown as they are, a control character could clear a
terminal, and a mark that turns the direction of writing could show another formula than the one computed.
"""

from __future__ import annotations

import codecs
import re
import sys

# What XML forbids or what would disturb the text beside it: controls, surrogates, characters that
# are none, and the marks that turn the direction of writing.
_UNSHOWABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)

# What a terminal that knows little reads in place of our signs. Greek letters are called by their names,
# and other letters lose their accents.
_PLAIN = str.maketrans({
    "∂": "d", "·": "*", "⋅": "*", "×": "*", "−": "-", "√": "sqrt", "∞": "inf", "∇": "grad ", "∈": " in ",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "±": "+-", "→": "->", "←": "<-", "↑": "up", "↓": "down", "↔": "<->", "▶": ">", "…": "...",
    "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "œ": "oe", "Œ": "OE", "æ": "ae", "ß": "ss",
    "□": "[]", "⊖": "(-)", "⊙": "(*)", "ᵀ": "^T", "‖": "||", "⊤": "^T", "′": "'", "\xa0": " ", "\u202f": " ", "─": "-", "━": "-", "│": "|",
})  # fmt: skip

# Unicode's small digits, which stand for indices and powers; few fonts have them all.
_SMALL = "0123456789-()"
RAISED, LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾", "₀₁₂₃₄₅₆₇₈₉₋₍₎"
_PLAIN |= dict(zip(map(ord, LOWERED), _SMALL, strict=True))
_POWER = re.compile(f"[{RAISED}]+")

READABLE = "autograd_mini.readable"  # the name of the error handler that does this for a stream


def visible(name: str, *, keep: str = "") -> str:
    r"""The name with every character that cannot be shown written as Python writes it.

    keep: characters that are meant as they are, such as the line ends of a message.

    >>> print(visible("a\nb\0c\u202ed"))
    a\nb\x00c\u202ed
    """
    return _UNSHOWABLE.sub(
        lambda found: found[0] if found[0] in keep else found[0].encode("unicode_escape").decode(), name
    )


def raised(digits: str) -> str:
    """The digits above the line.

    >>> "10" + raised("-5")
    '10⁻⁵'
    """
    return digits.translate(str.maketrans(_SMALL, RAISED))


def lowered(digits: str) -> str:
    """The digits below the line."""
    return digits.translate(str.maketrans(_SMALL, LOWERED))


def on_the_line(small: str) -> str:
    """Digits above or below the line as ordinary ones, with a true minus."""
    return small.translate(str.maketrans(RAISED + LOWERED, _SMALL * 2)).replace("-", "−")


def plain(text: str) -> str:
    r"""The text in ASCII, as well as it can be read there.

    >>> plain("∂f/∂t1 = σ(x²) · 10⁻⁵ · Règle"), plain("数")
    ('df/dt1 = sigma(x^2) * 10^-5 * Regle', '\\u6570')
    """
    text = _POWER.sub(lambda found: f"^{on_the_line(found[0])}", text)
    return "".join([_plain(character) for character in text.translate(_PLAIN)])


def _plain(character: str) -> str:
    import unicodedata  # only for a terminal that lacks a sign

    if character.isascii():
        return character
    name = unicodedata.name(character, "")
    if greek := re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", name):
        return greek[2].lower() if greek[1] == "SMALL" else greek[2].title()
    if unicodedata.combining(character):
        return ""
    parts = unicodedata.normalize("NFKD", character)
    if character.isalpha() and parts != character:  # of a letter, not of a number: ½ would be read as 12
        return plain(parts)
    return character.encode("unicode_escape").decode()


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """For the codecs: what stands in place of that part of a text which a stream cannot write."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error(READABLE, _replaced)


def readable(text: str) -> str:
    """The text as standard output can write it."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, READABLE).decode(encoding)
