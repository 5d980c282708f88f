"""A descent as steps: w ← w − η ∂L/∂w with its numbers, and W beside ΔW."""

import re

import pytest

from autograd_mini import lectures
from autograd_mini.cli import main
from autograd_mini.lectures.updates import moves_of, scaled

DESCENTS = [x for document in lectures.all() for x in document.examples if x.descents]
every_descent = pytest.mark.parametrize("example", DESCENTS, ids=lambda example: example.id)


def flat(x):
    return [each for part in x for each in flat(part)] if isinstance(x, list) else [x]


def test_which_examples_descend():
    assert [example.id for example in DESCENTS] == [
        "saddle-point-nearby",
        "mlp-regression-td1-update",
        "zero-init-three-steps",
        "dropout-breaks-symmetry",
        "dropout-mirrored-masks",
        "dropout-useless-when-f0-is-0",
        "batch-gradient-descent",
    ]


@every_descent
def test_every_update_adds_up(example):
    """What was, and minus the rate times the derivative, is what becomes; each step goes on where the last ended."""
    last = {}
    for move in moves_of(example.descents, example.run()):
        for name, before, slope, change, after in move.updates:
            for x, d, delta, y in zip(*map(flat, (before, slope, change, after)), strict=True):
                assert delta == -move.rate * d
                assert y == pytest.approx(x + delta, rel=1e-12, abs=1e-15)
            assert move.step == 1 or last[name] == before
            last[name] = after


@every_descent
def test_first_slopes_are_the_gradients(example):
    run = example.run()
    first = [move for move in moves_of(example.descents, run) if move.step == 1]
    for update in [each for move in first for each in move.updates]:
        assert flat(update.slope) == pytest.approx(flat(run.gradients[update.name]))


@every_descent
def test_steps_end_with_updates(example):
    """In both languages, numbered on, in the list and on the page."""
    for lang in ("fr", "en"):
        trace = example.speaking(lang).steps()
        lines = [line for _, lines in trace.closing for line in lines]
        assert f"{len(trace) + len(lines):4}  {lines[-1]}" in str(trace)
        assert trace.html().count("<section id=closing>") == 1
        assert f"<ol start={len(trace) + 1}>" in trace.html()


def test_an_update_in_words(capsys):
    assert main(["lecture", "td1", "ex2-q3", "--step", "w_31=0,5"]) == 0
    out = capsys.readouterr().out

    assert "w_31 ← w_31 − η ∂loss/∂w_31 = 0,5 − 1 × 0,0" in out
    assert "Actualisation 1\u00a0: η = 1, loss = 0,0" in out
    assert "loss = 0,04951, ceux-ci aussi\n  30  b_1 ← b_1" in out
    assert main(["lecture", "td1", "ex2-q3", "--step", "--lang", "en"]) == 0
    assert "  28  w_31 ← w_31 − η ∂loss/∂w_31 = 0.3 − 1 × 0.08027 = 0.2197" in capsys.readouterr().out


def test_arrays_beside_their_change(capsys):
    assert main(["lecture", "tp2", "b-q6", "--step"]) == 0
    steps = capsys.readouterr().out
    assert main(["lecture", "tp2", "b-q6"]) == 0
    listed = capsys.readouterr().out

    assert "b2 ← b2 − η ∂risk/∂b2\n      b2                     Δb2" in steps
    row = next(line for line in listed.splitlines() if line.startswith("b2") and "0,07264" in line)
    assert re.split(r" {2,}", row)[1:] == [
        "[0,2 ; −0,26 ; 0,04]",
        "[0,07264 ; −0,0414 ; −0,03123]",
        "[0,2726 ; −0,3014 ; 0,008767]",
    ]
    assert "actualisation, η = 0,3" in listed


def test_without_descent_there_is_nothing_more():
    example = lectures.get("mlp-regression-td1")

    assert moves_of(example.descents, example.run()) == []
    assert example.steps().closing == ()
    assert "id=closing" not in example.steps().html()


def test_scaled():
    assert scaled([[1.0, -2.0], [0.5, 0.0]], 2.0) == [[2.0, -4.0], [1.0, 0.0]]
