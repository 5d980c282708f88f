"""Compiled functions: `python tests/bench/compiled.py`, the table of `autograd-mini bench`, micrograd, and growth.

Medians and minima, each row in turns, what is computed compared first. `--growth FILE` draws how time and memory grow
with the batch and with the operations, `--first` says what the tiers cost to compile.
"""

from __future__ import annotations

import argparse
import gc
import time
import tracemalloc

import matplotlib as mpl
import numpy as np
from training import Theirs

from autograd_mini.bench import functions, networks
from autograd_mini.bench.table import report, take_turns
from autograd_mini.compiler import compile, machine
from autograd_mini.derivatives.transforms import value_and_grad


def micrograd(repetitions: int) -> None:
    """A training step of the demo beside micrograd's own."""
    for collecting in (True, False):
        (gc.enable if collecting else gc.disable)()
        times = take_turns({"ours": networks.demo().ours(), "micrograd": Theirs()}, repetitions)
        ours, theirs = times["ours"], times["micrograd"]
        print(
            f"micrograd, collector {'on' if collecting else 'off'}: {theirs.least * 1e3:.1f} ms at least,"
            f" {theirs.median * 1e3:.1f} in the middle; {theirs.least / ours.least:,.0f} and"
            f" {theirs.median / ours.median:,.0f} times ours"
        )
    gc.enable()


def program(operations: int):
    """The value and gradient of a random graph."""
    f = functions.random_graph(operations)
    fast = compile(value_and_grad(lambda *xs: f(functions._OurGraph, *xs), argnums=range(8)))
    fast(*functions._points(1))
    return fast.structures().popitem()[1].known[0].program("values", exact=False)


def first() -> None:
    """What the tiers cost to compile."""
    for operations in (100, 1000, 10_000, 100_000):
        made = program(operations)
        costs = []
        for tier in ("tape", "straight"):
            if tier == "straight" and operations > 1000:
                continue
            start = time.perf_counter()
            machine.kernel(made, tier=tier)
            costs.append(f"{tier} {(time.perf_counter() - start) * 1e3:.1f} ms")
        print(f"{operations:>7,} operations, {len(made.instructions):>7,} instructions: {', '.join(costs)}")


def growth(path: str) -> None:
    """Time and memory by the batch, and by the operations."""
    mpl.use("agg")
    from matplotlib import pyplot as plt

    figure, (by_batch, by_operations) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    made = program(300)
    sizes = [2**k for k in range(4, 19, 2)]
    by_batch.loglog(sizes, [seconds(made, n) for n in sizes], "o-", label="seconds")
    by_batch.set(xlabel="examples", title="300 operations, value and gradient")
    counts = [100, 300, 1000, 3000, 10_000, 30_000]
    by_operations.loglog(
        counts, [seconds(program(n), 256) for n in counts], "o-", label="seconds, 256 examples"
    )
    by_operations.loglog(counts, [traced(n) for n in counts], "s-", label="MB to trace")
    by_operations.set(xlabel="operations")
    for axes in (by_batch, by_operations):
        axes.legend()
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def seconds(made, n: int) -> float:
    kernel = machine.kernel(made, tier="tape").bound(n)
    kernel.inputs[:] = np.random.default_rng(0).uniform(0.5, 1.0, kernel.inputs.shape)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        kernel()
        times.append(time.perf_counter() - start)
    return min(times)


def traced(operations: int) -> float:
    tracemalloc.start()
    program(operations)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-n", "--repetitions", type=int, default=7, help="turns of each (default: 7)")
    parser.add_argument("--only", default="", help="rows with this in their name")
    parser.add_argument("--growth", default="", metavar="FILE", help="draw growth instead")
    parser.add_argument("--first", action="store_true", help="time the tiers' compiling instead")
    arguments = parser.parse_args()
    if arguments.growth:
        growth(arguments.growth)
    elif arguments.first:
        first()
    else:
        for line in report(repetitions=arguments.repetitions, only=arguments.only):
            print(line, flush=True)
        if arguments.only in "micrograd":
            micrograd(arguments.repetitions)


if __name__ == "__main__":
    main()
