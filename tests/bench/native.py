"""The native core beside the pure class and micrograd: `python tests/bench/native.py`.

Two processes do the same work, one of them under AUTOGRAD_MINI_PURE=1, which also runs micrograd. They take turns,
a few runs each, and the ratios are those of the fastest runs, with the garbage collector off and on.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import threading
import time
import tracemalloc
from functools import partial
from typing import TYPE_CHECKING, Any

import micrograd.engine
from core import CHAIN, Network, agree, binary_neuron, chain, dot_neuron

import autograd_mini as am
from autograd_mini.bench.gpt import Model, Plain, _document
from autograd_mini.data import moons
from autograd_mini.engine import native
from autograd_mini.losses import hinge
from autograd_mini.nn import MLP
from autograd_mini.optim import SGD
from autograd_mini.train import fit

if TYPE_CHECKING:
    from collections.abc import Callable

REACH = {  # times micrograd, times pure, with the collector off
    "chain of 20,000": (22, 14),
    "MLP, single operations": (22, 12),
    "MLP, dot nodes": (50, 11),
    "demo's step, single operations": (22, 12),
    "demo's step, dot nodes": (45, 10),
    "a GPT, 20 steps": (20, 20),
    "fit on moons, ten epochs": (None, 7),
    "no_grad": (None, 4),
    "forward() again": (None, 4),
    "a user's primitive": (None, 1),
    "chain of 1,000,000, also freed": (None, None),
}
STEPS = 4  # in a row, as in training, where they are short
THEIRS = {  # which work of micrograd's, or of a plain class, ours stands beside
    "MLP, dot nodes": "MLP, single operations",
    "demo's step, dot nodes": "demo's step, single operations",
}


def demo(network: Network) -> Callable[[], Any]:
    """A step of micrograd's demo: scores, loss with its penalty, accuracy, gradients, and the update."""

    def step() -> None:
        for p in network.parameters:
            p.grad = 0.0
        scores = [network.score(point) for point, _ in network.points]
        signs = [1.0 if y > 0 else -1.0 for _, y in network.points]
        losses = [(1 + -y * score).relu() for y, score in zip(signs, scores)]
        loss = network.total(losses) * (1.0 / len(losses))
        loss = loss + 1e-4 * network.total([p * p for p in network.parameters])
        accuracy = [(y > 0) == (score.data > 0) for y, score in zip(signs, scores)]
        assert accuracy
        loss.backward()
        for p in network.parameters:
            p.data -= 1e-9 * p.grad

    return step


def gpt(scalar: type) -> Callable[[], Any]:
    """Twenty steps of a small language model, written with + * ** and three functions."""

    def total(xs: Any) -> Any:
        result = xs[0]
        for x in xs[1:]:
            result = result + x
        return result

    model = Model(scalar, lambda xs, ys: total([x * y for x, y in zip(xs, ys)]), total)
    parameters, (read, wanted) = model.parameters(), _document()

    def steps() -> None:
        for _ in range(20):
            for p in parameters:
                p.grad = 0.0
            model.loss(read, wanted).backward()
            for p in parameters:
                p.data -= 1e-3 * p.grad

    return steps


def without_gradients() -> None:
    x, a = am.Value(1.0), am.Value(0.9999)
    with am.no_grad():
        for _ in range(CHAIN // 2):
            x = x * a + a


def again() -> Callable[[], Any]:
    x, a = am.Value(1.0, "x"), am.Value(0.9999)
    o = x
    for _ in range(CHAIN // 2):
        o = o * a + a
    return lambda: o.forward(x=2.0)


def declared() -> Callable[[], Any]:
    cubic = am.primitive("cubic", lambda xp, x: x * x * x, lambda xp, z, x: (3.0 * x * x,))

    def work() -> None:
        x = am.Value(0.5)
        for _ in range(2000):
            x = cubic(x)
        x.backward()

    return work


def ten_epochs() -> Callable[[], Any]:
    X, y = moons(100, seed=0)

    def work() -> None:
        model = MLP(2, [16, 16, 1], seed=1)
        fit(model, (X, y), loss=hinge, optimizer=SGD(0.01), epochs=10, progress=False)

    return work


def long_chain() -> None:
    x, a, b = am.Value(1.0), am.Value(0.999999), am.Value(1e-6)
    o = x
    for _ in range(500_000):
        o = o * a + b
    o.backward()


def tasks() -> dict[str, Callable[[], Any]]:
    single, dots = (
        partial(Network, am.Value, binary_neuron, sum),
        partial(Network, am.Value, dot_neuron, am.sum),
    )
    ours = {
        "chain of 20,000": lambda: chain(am.Value),
        "MLP, single operations": single(),
        "MLP, dot nodes": dots(),
        "demo's step, single operations": demo(single()),
        "demo's step, dot nodes": demo(dots()),
        "a GPT, 20 steps": gpt(am.Value),
        "fit on moons, ten epochs": ten_epochs(),
        "no_grad": without_gradients,
        "forward() again": again(),
        "a user's primitive": declared(),
        "chain of 1,000,000, also freed": long_chain,
    }
    if native.core:
        return ours
    theirs = Network(micrograd.engine.Value, binary_neuron, sum)
    agree(single()(), theirs())
    micro = {
        "chain of 20,000": lambda: chain(micrograd.engine.Value),
        "MLP, single operations": theirs,
        "demo's step, single operations": demo(Network(micrograd.engine.Value, binary_neuron, sum)),
        "a GPT, 20 steps": gpt(Plain),
    }
    return ours | {f"micrograd: {name}": task for name, task in micro.items()}


def work() -> None:
    """Read which task to run and whether the collector is on, and say how long a run took."""
    known = tasks()
    print(native.status, flush=True)
    for line in sys.stdin:
        collector, name = line.rstrip("\n").split(" ", 1)
        if name == "bytes":
            x = o = am.Value(0.5)
            tracemalloc.start()
            for _ in range(50_000):
                o = o * x + x
            o.backward()
            print(tracemalloc.get_traced_memory()[0] / 100_000, flush=True)
            tracemalloc.stop()
            continue
        gc.collect()
        (gc.enable if collector == "on" else gc.disable)()
        start, runs = time.process_time(), 0
        while runs < STEPS and time.process_time() - start < 0.2:
            known[name]()
            runs += 1
        print((time.process_time() - start) / runs, flush=True)
        gc.enable()


class Worker:
    """A process that does the tasks, with the core or without."""

    def __init__(self, pure: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--work"],
            env={**os.environ, native.PURE: pure},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.status = self.process.stdout.readline().strip()

    def time(self, name: str, collector: str) -> float:
        self.process.stdin.write(f"{collector} {name}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def main(repetitions: int, only: str) -> None:
    fast, pure = Worker("0"), Worker("1")
    print(f"one: {fast.status}; the other: {pure.status}")
    if fast.status != "works":
        sys.exit("there is no native core to measure: install the package where there is a C compiler")
    print(
        f"milliseconds of the processor, the least of {repetitions} runs in turns; ratios, and what they should reach\n"
    )
    print(
        f"{'':32}gc {'native':>9} {'pure':>9} {'others':>9}   {'x others':>9} {'reach':>5}   {'x pure':>7} {'reach':>5}"
    )
    for name, (beside, above) in REACH.items():
        if only not in name:
            continue
        for collector in ("off", "on"):
            other = f"micrograd: {THEIRS.get(name, name)}" if beside else None
            times: dict[str, list[float]] = {"native": [], "pure": [], "others": []}
            for _ in range(repetitions if "1,000,000" not in name else 3):
                times["native"].append(fast.time(name, collector))
                times["pure"].append(pure.time(name, collector))
                if other:
                    times["others"].append(pure.time(other, collector))
            n, p, o = (1e3 * min(ts, default=float("nan")) for ts in times.values())
            print(
                f"{name:32}{collector:3}{n:9.2f} {p:9.2f} {o:9.2f}   {o / n:9.1f} {beside or '':>5}   {p / n:7.1f} {above or '':>5}",
                flush=True,
            )
    print(f"\nbytes a node: native {fast.time('bytes', 'on'):.0f}, pure {pure.time('bytes', 'on'):.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-n", "--repetitions", type=int, default=7, help="runs of each task (default: 7)")
    parser.add_argument("--only", default="", help="only the rows with this in their name")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sys.setrecursionlimit(10 * CHAIN)  # micrograd sorts by recursion
    threading.stack_size(512 * 1024 * 1024)
    thread = threading.Thread(
        target=work if arguments.work else partial(main, arguments.repetitions, arguments.only)
    )
    thread.start()
    thread.join()
