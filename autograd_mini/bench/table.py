"""The table of `autograd-mini bench`: compiled functions beside other ways to compute the same, on this machine.

The contenders of a row are first compared with each other, then run in turns, so that a slow moment of the machine
meets all of them. Packages that are not installed are left out and named.
"""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.bench import functions, gpt, networks
from autograd_mini.bench.work import OURS, Measured, Work
from autograd_mini.compiler.arguments import numpy
from autograd_mini.errors import AutogradError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autograd_mini.bench.work import Task

LEAST = 0.1  # seconds that a contender runs at a time


class BenchError(AutogradError, ArithmeticError):
    """Two contenders computed different numbers."""


class Timing(NamedTuple):
    """Seconds for one run: the least and the middle of several."""

    least: float
    median: float


def works() -> list[Work]:
    """The rows."""
    demo, digits = networks.demo(), networks.digits()
    return [
        Work(
            "training step of micrograd's demo, inside fit",
            {OURS: demo.ours, "NumPy by hand": demo.numpy, "JAX jit": demo.jax, "PyTorch": demo.torch},
            {"NumPy by hand": 4, "JAX jit": 4, "PyTorch": 25},
        ),
        Work(
            "the same by loss.backward, p.grad written",
            {OURS: networks.backward_ours, "NumPy by hand": networks.backward_numpy},
            {"NumPy by hand": 1.5},
        ),
        Work(
            "one example of MLP 2-16-16-1 and its gradient",
            {
                OURS: functions.one_bound,
                "as a call": functions.one_ours,
                "JAX jit": functions.one_jax,
                "eager": functions.one_eager,
            },
            {"JAX jit": 10, "eager": 500},
        ),
        Work(
            "digits 64-32-10, 256 examples, a step inside fit",
            {
                OURS: digits.ours,
                "NumPy by hand": digits.numpy,
                "JAX jit": digits.jax,
                "PyTorch": digits.torch,
            },
            {"NumPy by hand": 1.25, "JAX jit": 1.4, "PyTorch": 4},
        ),
        Work(
            "Black-Scholes and 5 derivatives, 100,000 points",
            {
                OURS: functions.price_ours,
                "JAX jit": functions.price_jax,
                "PyTorch": functions.price_torch,
                "CasADi": functions.price_casadi,
                "two threads of ours": lambda: functions.price_ours(threads=2),
            },
            {"JAX jit": 1.8, "PyTorch": 7, "CasADi": 80},
        ),
        Work(
            "random graph of 300 operations, 20,000 points",
            {
                OURS: functions.graph_ours,
                "NumPy, no gradient": functions.graph_numpy,
                "PyTorch": functions.graph_torch,
            },
            {"NumPy, no gradient": 1.5, "PyTorch": 4},
        ),
        Work(
            "graph of 100,000 operations, one example",
            {OURS: functions.large_ours, "eager": functions.large_eager, "first call": functions.large_first},
            {"eager": 150},
        ),
        Work(
            "first call of a new program of 1,000 operations",
            {OURS: functions.first_ours, "JAX jit": functions.first_jax},
            {"JAX jit": 10},
        ),
        Work(
            "a scalar GPT, one step on 8 characters",
            {OURS: gpt.ours, "plain class": gpt.plain},
            {"plain class": 100},
        ),
    ]


def report(*, repetitions: int = 7, only: str = "") -> Iterator[str]:
    """The table, line by line as it is measured.

    repetitions: turns of each contender. only: rows whose name has this in it.

    Raises ValueError if there is no such row, BenchError if two contenders compute different numbers.
    """
    chosen = [work for work in works() if only in work.name]
    if not chosen:
        msg = f"no row has {shown(only)} in its name; there are " + "; ".join(work.name for work in works())
        raise ValueError(msg)
    yield f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    for work in chosen:
        yield ""
        yield from rows(work, repetitions)


def rows(work: Work, repetitions: int) -> Iterator[str]:
    """The title of one piece of work, and a line for each contender."""
    made = {name: make() for name, make in work.contenders.items()}
    tasks = {name: task for name, task in made.items() if task is not None}
    _compare(work, tasks)
    timings = take_turns(tasks, repetitions)
    ours = timings[OURS]
    yield f"{work.name}{' ' * max(2, 52 - len(work.name))}least    median   times ours (asked)"
    for name, timing in timings.items():
        asked = f" ({work.reach[name]:g})" if name in work.reach else ""
        ratio = "" if name == OURS else f"{timing.least / ours.least:8.2f}{asked}"
        yield f"  {name:<48}{_shown(timing.least):>9}{_shown(timing.median):>9} {ratio}"
    for name, task in made.items():
        if task is None:
            yield f"  {name:<48} not installed"


def take_turns(tasks: dict[str, Task], repetitions: int) -> dict[str, Timing]:
    """The times of the tasks, run in turns."""
    counts = {name: _count(task) for name, task in tasks.items()}
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repetitions):
        for name, task in tasks.items():
            gc.collect()
            start = time.perf_counter()
            for _ in range(counts[name]):
                result = task()
            seconds = (time.perf_counter() - start) / counts[name]
            times[name].append(result.seconds if isinstance(result, Measured) else seconds)
    return {name: Timing(min(ts), statistics.median(ts)) for name, ts in times.items()}


def _count(task: Task) -> int:
    """How often a task runs in a turn."""
    start = time.perf_counter()
    if isinstance(task(), Measured):
        return 1
    return max(1, min(10_000, int(LEAST / (time.perf_counter() - start + 1e-7))))


def _compare(work: Work, tasks: dict[str, Task]) -> None:
    np = numpy()

    def numbers(task: Callable[[], Any]) -> Any:
        result = task()
        result = result.numbers if isinstance(result, Measured) else result
        return np.concatenate([np.ravel(np.asarray(x, dtype=float)) for x in _leaves(result)])

    ours = numbers(tasks[OURS])
    for name, task in tasks.items():
        theirs = numbers(task)
        count = min(len(ours), len(theirs))  # some compute the value alone
        if not np.allclose(ours[:count], theirs[:count], rtol=work.tolerance, atol=work.tolerance):
            worst = np.abs(ours[:count] - theirs[:count]).max()
            msg = f"{work.name}: {name} computes other numbers than {OURS}, by {worst:g}"
            raise BenchError(msg)


def _leaves(x: Any) -> list[Any]:
    """Numbers and arrays of any package, out of lists and tuples."""
    return [leaf for part in x for leaf in _leaves(part)] if isinstance(x, list | tuple) else [x]


def _shown(seconds: float) -> str:
    """A time with a unit of its size."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
