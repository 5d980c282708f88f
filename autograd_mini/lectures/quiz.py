"""Questions for a course site: Moodle XML, a Cloze question for each variant, and GIFT, a question for each number.

A right answer is within half a unit of its third digit; what a typical mistake gives is worth nothing and is told what
it leaves out. The variants of an example have a category of their own, from which a quiz draws. Both files are read by
Moodle; neither needs scripts or pictures.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from autograd_mini.lectures.questions import Number, numbers_of, plain, room_of
from autograd_mini.lectures.sheets import floats_in
from autograd_mini.lectures.updates import written
from autograd_mini.lectures.variants import variants
from autograd_mini.words.messages import message
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from autograd_mini.lectures.documents import Example


def numbers_for(example: Example, count: int) -> list[dict[str, Any]]:
    """The inputs of so many variants; of one, the example's own."""
    if count == 1:
        return [{}]
    students = [f"variant {i}" for i in range(1, count + 1)]
    return [*variants(example.id, example.vary, example.run, students, example.language).values()]


def moodle(examples: Sequence[Example], count: int = 1) -> str:
    """The examples as a file of Moodle XML."""
    questions = []
    for example in examples:
        category = f"<category><text>$course$/{escape(example.id)}</text></category>"
        questions.append(f'<question type="category">\n{category}\n</question>\n')
        questions += [_cloze(example, numbers, i) for i, numbers in enumerate(numbers_for(example, count), 1)]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(questions)}</quiz>\n'


def _cloze(example: Example, numbers: Mapping[str, Any], i: int) -> str:
    trace = example.steps(numbers)
    rows = [f"<li>{_html(each.name)} = {gap(each, example.language)}</li>" for each in numbers_of(trace)]
    text = f"{_task(example, numbers)}<ol>{''.join(rows)}</ol>"  # no ]]> in it, as every > of a text is &gt;
    return (
        f'<question type="cloze">\n<name><text>{escape(example.id)} {i}</text></name>\n'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>\n</question>\n'
    )


def _task(example: Example, numbers: Mapping[str, Any]) -> str:
    """Title, question, text and numbers, as HTML."""
    point = message("decimal point", example.locale)
    given = " &nbsp; ".join(
        [
            _html(f"{name} = {written(floats_in(x), point)}".replace("\n", ", "))
            for name, x in {**example.inputs, **numbers}.items()
        ]
    )
    return (
        f"<h4>{_html(example.title)}</h4><p>{_html(example.question)}</p>"
        f"<pre>{_html(example.cases[0].definitions)}</pre>"
        f"<p>{given}</p><p>{_html(message('how to answer', example.language))}</p>"
    )


def _html(text: str) -> str:
    """Text of which nothing is taken for markup, nor for a gap."""
    return escape(visible(text, keep="\n")).replace("{", "&#123;").replace("}", "&#125;")


def gap(number: Number, language: str) -> str:
    """The gap of a number in a Cloze text: the right answer first, then mistakes, then all others.

    >>> gap(Number("h", 0.7310585786, 0.0005, ()), "en")
    '{1:NUMERICAL:=0.7310585786:0.0005#OK~*#Look at the chain once more.}'
    """
    answers = [f"={plain(number.exact)}:{plain(number.room)}#OK"]
    answers += [f"%0%{plain(x)}:{plain(room_of(x))}#{_escaped(said)}" for x, said in number.wrong]
    answers.append(f"*#{_escaped(message('look again', language))}")
    return f"{{1:NUMERICAL:{'~'.join(answers)}}}"


def _escaped(text: str) -> str:
    """Text in a gap: Moodle finds its end and the next answer first, then reads entities, and then it is HTML."""
    return re.sub(
        r"[\\{}~#]", lambda found: f"&#{ord(found[0])};", escape(escape(text, quote=False), quote=False)
    )


def gift(examples: Sequence[Example], count: int = 1) -> str:
    """The examples as a file of GIFT."""
    return "\n".join([line for example in examples for line in _gift(example, count)])


def _gift(example: Example, count: int) -> Iterator[str]:
    yield f"$CATEGORY: $course$/{example.id}\n"
    other = f"~#{_of_gift(escape(message('look again', example.language)))}"
    for i, numbers in enumerate(numbers_for(example, count), 1):
        task = _task(example, numbers).replace("\n", "<br>")
        for each in numbers_of(example.steps(numbers)):
            title = _of_gift(f"{example.id} {i} {each.name}")
            text = _of_gift(f"{task}<p>{_html(each.name)} = ?</p>")
            answers = [f"={plain(each.exact)}:{plain(each.room)}#OK"]
            answers += [
                f"=%0%{plain(x)}:{plain(room_of(x))}#{_of_gift(escape(said, quote=False))}"
                for x, said in each.wrong
            ]
            yield f"::{title}::[html]{text}{{#{' '.join([*answers, other])}}}\n"


def _of_gift(text: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", text)
