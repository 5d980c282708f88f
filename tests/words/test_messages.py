"""The table of words: complete in every language, and used."""

import re
from pathlib import Path

import pytest

import autograd_mini
from autograd_mini.stepping.mistakes import KINDS
from autograd_mini.words.messages import LANGUAGES, MESSAGES, message


@pytest.mark.parametrize("key", MESSAGES)
def test_every_message_is_in_every_language(key):
    """No language lacks a message, and none is empty."""
    assert set(LANGUAGES) == set(MESSAGES[key])
    assert all(MESSAGES[key].values())


@pytest.mark.parametrize("key", MESSAGES)
def test_placeholders_are_the_same(key):
    """What is filled into a message is the same in every language."""
    assert 1 == len({tuple(sorted(re.findall(r"\{\w*\}", words))) for words in MESSAGES[key].values()})


def test_unknown_language():
    """A language without a table is an error that lists those with one."""
    with pytest.raises(ValueError, match="no words for the language 'de'; choose one of: en, fr"):
        message("if", "de")


def test_no_message_is_left_over():
    """Every key of the table stands somewhere else in the package."""
    package = Path(autograd_mini.__file__).parent
    sources = "".join(
        p.read_text("utf-8")
        for p in package.rglob("*.*")
        if p.name != "messages.py" and p.suffix in (".py", ".js")
    )

    mistakes = {f"mistake {kind}" for kind in KINDS}  # which are asked for by their kind
    assert mistakes == {key for key in MESSAGES if key.startswith("mistake ")}
    others = [key for key in MESSAGES if key not in mistakes and not key.startswith("help ")]
    assert [] == [key for key in others if f'"{key}"' not in sources and f"'{key}'" not in sources]


def test_languages_with_another_decimal_sign():
    """A tag such as fr-x-point changes how numbers are written, and nothing else."""
    for key in MESSAGES:
        tagged, usual = message(key, "fr-x-point"), message(key, "fr")
        assert tagged == (message(key, "en") if key in ("decimal point", "between arguments") else usual)
    assert message("decimal point", "en-x-comma") == ","
    for wrong in ("fr-x-", "fr-x-dot", "de-x-point", "fr-point", ""):
        with pytest.raises(ValueError, match="no words for the language"):
            message("if", wrong)
