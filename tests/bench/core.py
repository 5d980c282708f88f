"""Speed and memory of the core, against micrograd in the same run: `python tests/bench/core.py`.

Every figure stands beside its target. Ours and micrograd's runs take turns (A B A B), so that a slow
moment of the machine meets both; a ratio is that of the medians, and the spread is shown. The numbers
computed are compared before anything is timed.

A run is a few steps in a row, as in training: micrograd's graphs are reference cycles, and with the
garbage collector on, the steps after the first pay for freeing them. With it off nobody does.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import threading
import time
import tracemalloc
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import micrograd.engine
import micrograd.nn

import autograd_mini as am

if TYPE_CHECKING:
    from collections.abc import Callable

CHAIN = 20_000
POINTS = 100
CHAIN_STEPS, MLP_STEPS = 12, 4  # in a row, in one run
LAYERS = [2, 16, 16, 1]


# What is computed. Each task returns a loss after its backward pass, and the leaves with gradients.


def chain(value: type) -> tuple:
    """A chain of 20,000 operations, o a + b again and again, and its backward pass."""
    x, a, b = value(1.0), value(0.9999), value(0.001)
    o = x
    for _ in range(CHAIN // 2):
        o = o * a + b
    o.backward()
    return o, [x, a, b]


class Network:
    """micrograd's MLP(2, [16, 16, 1]) in the words of one Value class, with its summed hinge loss.

    neuron(weights, inputs, bias): how a weighted sum is written.
    """

    def __init__(self, value: type, neuron: Callable, total: Callable) -> None:
        draw = random.Random(1337).uniform
        self.value, self.neuron, self.total = value, neuron, total
        self.layers = [
            [([value(draw(-1, 1)) for _ in range(n_in)], value(0.0)) for _ in range(n_out)]
            for n_in, n_out in pairwise(LAYERS)
        ]
        self.parameters = [p for layer in self.layers for w, b in layer for p in (*w, b)]
        self.points = [((draw(-1, 1), draw(-1, 1)), draw(-1, 1)) for _ in range(POINTS)]

    def score(self, point: tuple[float, ...]):
        *hidden, last = self.layers
        xs = [self.value(x) for x in point]
        for layer in hidden:
            xs = [self.neuron(w, xs, b).relu() for w, b in layer]
        return self.neuron(*(last[0][0], xs, last[0][1]))

    def __call__(self) -> tuple:
        for p in self.parameters:
            p.grad = 0.0
        losses = [(1 + -math.copysign(1.0, y) * self.score(point)).relu() for point, y in self.points]
        loss = self.total(losses) * (1.0 / POINTS)
        loss.backward()
        return loss, self.parameters


def binary_neuron(w: list, xs: list, b):
    return sum((wi * xi for wi, xi in zip(w, xs)), b)


def dot_neuron(w: list, xs: list, b):
    return am.dot(w, xs) + b


def agree(ours: tuple, theirs: tuple) -> None:
    """Stop if the loss or a gradient differ by more than 1e-9."""
    for name, x, y in [
        ("loss", ours[0].data, theirs[0].data),
        *[(f"gradient {i}", p.grad, q.grad) for i, (p, q) in enumerate(zip(ours[1], theirs[1]))],
    ]:
        if not math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9):
            sys.exit(f"the {name} is {x!r} here and {y!r} in micrograd")


# Timing


class Sample(NamedTuple):
    """Times of repetitions, in seconds."""

    times: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    def shown(self, unit: float, per: float = 1) -> str:
        low, _, high = statistics.quantiles(self.times, n=4)
        scale = 1 / unit / per
        return f"{self.median * scale:8.2f} ({low * scale:.2f} to {high * scale:.2f})"


def take_turns(tasks: dict[str, Callable[[], object]], repetitions: int, steps: int) -> dict[str, Sample]:
    """The times of a step of the tasks, run in turns, several steps in a row."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _ in range(repetitions):
        for name, task in tasks.items():
            gc.collect()  # what an earlier run has left behind is not charged to this one
            start = time.perf_counter()
            for _ in range(steps):
                task()
            times[name].append((time.perf_counter() - start) / steps)
    return {name: Sample(ts) for name, ts in times.items()}


def verdict(figure: float, target: float, *, at_least: bool) -> str:
    met = figure >= target if at_least else figure <= target
    return f"target {'>=' if at_least else '<='} {target:g}: {'met' if met else 'MISSED'}"


def speed(repetitions: int) -> None:
    binary = Network(am.Value, binary_neuron, sum)
    with_dot = Network(am.Value, dot_neuron, am.sum)
    theirs = Network(micrograd.engine.Value, binary_neuron, sum)
    agree(chain(am.Value), chain(micrograd.engine.Value))
    agree(binary(), theirs())
    agree(with_dot(), theirs())
    check_against_the_real_mlp(theirs)
    for collector in (True, False):
        (gc.enable if collector else gc.disable)()
        state = "on" if collector else "off"
        both = {"ours": lambda: chain(am.Value), "micrograd": lambda: chain(micrograd.engine.Value)}
        times = take_turns(both, repetitions, CHAIN_STEPS)
        print(
            f"\nChain of {CHAIN:,} operations, build and backward, gc {state}: µs an operation, median (quartiles)"
        )
        report(times, 1e-6, CHAIN, {"ours": 3} if collector else {})
        times = take_turns(
            {"binary operations": binary, "dot nodes": with_dot, "micrograd": theirs}, repetitions, MLP_STEPS
        )
        print(
            f"\nMLP(2, [16, 16, 1]) on {POINTS} points, one loss and its gradients, gc {state}: ms, median (quartiles)"
        )
        report(times, 1e-3, 1, {"binary operations": 5, "dot nodes": 25} if collector else {})
    gc.enable()


def report(times: dict[str, Sample], unit: float, per: int, targets: dict[str, float]) -> None:
    for name, sample in times.items():
        ratio = times["micrograd"].median / sample.median
        line = f"  {name:18} {sample.shown(unit, per):32}{ratio:6.1f} x micrograd"
        if name in targets:  # they are for the collector on, as Python starts
            line += f"   {verdict(ratio, targets[name], at_least=True)}"
        print(line)


def check_against_the_real_mlp(network: Network) -> None:
    """Stop if the network written out here is not what micrograd.nn.MLP computes."""
    model = micrograd.nn.MLP(LAYERS[0], LAYERS[1:])
    for p, q in zip(model.parameters(), network.parameters):
        p.data = q.data
    for point, _ in network.points[:5]:
        if model([micrograd.engine.Value(x) for x in point]).data != network.score(point).data:
            sys.exit("the network of this script is not micrograd's MLP")


# Memory


def bytes_a_node(grow: Callable, nodes: int = 100_000) -> float:
    """The bytes that each new node keeps in use after a backward pass."""
    x = am.Value(0.5)
    gc.collect()
    tracemalloc.start()
    f = x
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(nodes):
        f = grow(f, x)
    f.backward()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / nodes


def memory() -> None:
    print("\nBytes a node after backward, over 100,000 nodes of a chain")
    turn = iter(range(1_000_000))
    mixed = bytes_a_node(lambda f, x: f * x if next(turn) % 2 else f + x)
    print(f"  {'mul and add':18} {mixed:8.0f}   {verdict(mixed, 260, at_least=False)}")
    kinds = {
        "add": lambda f, x: f + x,
        "mul": lambda f, x: f * x,
        "add a number": lambda f, x: f + 0.5,  # two nodes: the sum and the constant
        "pow 2": lambda f, x: f**2,
        "tanh": lambda f, x: f.tanh(),
        "relu": lambda f, x: f.relu(),
        "dot of 4 and 4": lambda f, x: am.dot([f, x, x, x], [x, x, x, x]),
    }
    for name, grow in kinds.items():
        print(f"  {name:18} {bytes_a_node(grow):8.0f}")


# Import


def import_time(repetitions: int) -> None:
    def python(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)

    alone, importing = "python alone", "with the import"
    tasks = {alone: lambda: python("-c", "pass"), importing: lambda: python("-c", "import autograd_mini")}
    times = take_turns(tasks, repetitions, steps=1)
    added = [1e3 * (ours - bare) for ours, bare in zip(times[importing].times, times[alone].times)]
    listing = [python("-X", "importtime", "-c", "import autograd_mini").stderr for _ in range(5)]
    cumulative = [
        float(re.search(r"\|\s+(\d+) \| autograd_mini$", text, re.MULTILINE)[1]) / 1e3 for text in listing
    ]
    figure = statistics.median(added)
    print(f"\nimport autograd_mini in a fresh interpreter: ms, median of {repetitions} runs (quartiles)")
    for name, sample in times.items():
        print(f"  {name:18} {sample.shown(1e-3)}")
    print(f"  {'the import alone':18} {figure:8.2f}   {verdict(figure, 50, at_least=False)}")
    print(f"  {'by -X importtime':18} {statistics.median(cumulative):8.2f}")


def machine() -> None:
    try:
        model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        model = platform.processor() or "unknown"
    print(f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}")
    print(f"{platform.python_implementation()} {platform.python_version()}", end="")
    print(f", autograd-mini {version('autograd-mini')}, micrograd {version('micrograd')}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "-n", "--repetitions", type=int, default=9, help="runs of each timed task (default: 9)"
    )
    repetitions = parser.parse_args().repetitions
    machine()
    print(f"{repetitions} runs of each, in turns, of {CHAIN_STEPS} chains or {MLP_STEPS} networks in a row")
    speed(repetitions)
    memory()
    import_time(max(repetitions, 20))


if __name__ == "__main__":
    # micrograd sorts by recursion: a chain of 20,000 operations needs a deep stack.
    sys.setrecursionlimit(10 * CHAIN)
    threading.stack_size(512 * 1024 * 1024)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
