"""A training step of micrograd's demo, ours against micrograd 0.1.0: `python tests/bench/training.py`.

An MLP(2, [16, 16, 1]) on 100 points of two moons, hinge loss and L2 penalty on all parameters, gradient
descent. Both begin with the same weights, and their losses are compared before anything is timed.
How the two take turns, and why several steps in a row, is told in core.py.
"""

from __future__ import annotations

import argparse
import gc
import math
import sys

import micrograd.engine
import micrograd.nn
from core import machine, report, take_turns

from autograd_mini import data
from autograd_mini.losses import hinge, l2
from autograd_mini.nn import MLP
from autograd_mini.optim import SGD

STEPS = 4  # in a row, in one run
LAYERS = [16, 16, 1]
L2 = 1e-4
RATE = 0.1
POINTS = data.moons(100, seed=1)
SIGNS = [2 * target - 1 for target in POINTS.y]


class Ours:
    """expanded: single products and sums, as micrograd has them, instead of dot nodes."""

    def __init__(self, expanded: bool) -> None:
        self.model = MLP(2, LAYERS, seed=1337, expanded=expanded)
        self.optimizer = SGD(lr=RATE)

    def __call__(self) -> float:
        scores = [self.model(x) for x in POINTS.X]
        loss = hinge(scores, SIGNS) + l2(self.model.parameters(), L2)
        self.model.zero_grad()
        loss.backward()
        self.optimizer.step(self.model.parameters())
        return loss.data


class Theirs:
    """The lines of micrograd's notebook demo.ipynb."""

    def __init__(self) -> None:
        self.model = micrograd.nn.MLP(2, LAYERS)
        for theirs, ours in zip(self.model.parameters(), MLP(2, LAYERS, seed=1337).parameters()):
            theirs.data = ours.data

    def __call__(self) -> float:
        inputs = [list(map(micrograd.engine.Value, x)) for x in POINTS.X]
        scores = list(map(self.model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(SIGNS, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        loss = data_loss + L2 * sum(p * p for p in self.model.parameters())
        self.model.zero_grad()
        loss.backward()
        for p in self.model.parameters():
            p.data -= RATE * p.grad
        return loss.data


def agree() -> None:
    """Stop if the losses of five steps differ by more than 1e-9."""
    theirs, *ours = [[task() for _ in range(5)] for task in (Theirs(), Ours(False), Ours(True))]
    for losses in ours:
        for x, y in zip(losses, theirs):
            if not math.isclose(x, y, rel_tol=1e-9):
                sys.exit(f"the loss is {x!r} here and {y!r} in micrograd")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-n", "--repetitions", type=int, default=9, help="runs of each (default: 9)")
    repetitions = parser.parse_args().repetitions
    machine()
    print(f"{repetitions} runs of each, in turns, of {STEPS} steps in a row")
    agree()
    for collector in (True, False):
        (gc.enable if collector else gc.disable)()
        tasks = {"dot nodes": Ours(False), "single operations": Ours(True), "micrograd": Theirs()}
        times = take_turns(tasks, repetitions, STEPS)
        print(f"\nA training step, gc {'on' if collector else 'off'}: ms, median (quartiles)")
        report(times, 1e-3, 1, {"dot nodes": 25} if collector else {})
    gc.enable()


if __name__ == "__main__":
    main()
