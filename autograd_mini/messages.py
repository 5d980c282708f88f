"""Every word that pictures, pages and terminals say, in each language: one table.

Formulas and views ask for a message by its key. A test proves that no language lacks one.
"""

from __future__ import annotations

LANGUAGES = ("en", "fr")

MESSAGES: dict[str, dict[str, str]] = {
    # in formulas
    "if": {"en": "if", "fr": "si"},
    "else": {"en": "else", "fr": "sinon"},
    "otherwise": {"en": "otherwise", "fr": "sinon"},
    "through": {"en": "through", "fr": "via"},
    # in numbers
    "decimal point": {"en": ".", "fr": ","},
    "between arguments": {"en": ", ", "fr": " ; "},
    # headings of the steps
    "values": {"en": "Forward", "fr": "Passe avant"},
    "gradients": {"en": "Backward", "fr": "Rétropropagation"},
    "tangents": {"en": "Forward mode", "fr": "Mode direct"},
}


def message(key: str, language: str = "en") -> str:
    """What is said in a language. Raises ValueError for a language there is no table for.

    >>> message("gradients", "fr")
    'Rétropropagation'
    """
    if language not in LANGUAGES:
        msg = f"no words for the language {language!r}; choose one of: {', '.join(LANGUAGES)}"
        raise ValueError(msg)
    return MESSAGES[key][language]
