"""The native core where several things happen at once: threads, tasks, subinterpreters and forks."""

import asyncio
import gc
import importlib.util
import multiprocessing
import random
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from two_engines import needs_core

import autograd_mini as am
from autograd_mini import Value, no_grad
from autograd_mini.engine.graph import toposort

pytestmark = needs_core
ROOT = Path(am.__file__).parents[1]


def work(seed, rounds=60):
    """The gradients of some graphs that belong to nobody else, one of them big."""
    draw, found = random.Random(seed), []
    for i in range(rounds):
        x, y = Value(draw.uniform(-1, 1), "x"), Value(draw.uniform(1, 2))
        z = x
        for _ in range(3000 if i == 0 else 20):
            z = am.tanh(z * y + x) - am.maximum(z, y) / (y**2 + 3)
        f = am.sum([x, y, z] * 3) + am.dot([x, y], [z, z])
        with no_grad():
            g = f * 2
        f.backward()
        f.forward(x=0.5)
        found.append((f.data, g.data, g.parents, x.grad, y.grad, len(toposort(f))))
    return found


def test_a_graph_for_each_thread():
    """Eight threads with graphs of their own, switched as often as can be, compute what one after the other does."""
    expected = [work(seed) for seed in range(8)]
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(50)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = [*pool.map(work, range(8))]
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*threshold)

    assert expected == found


def test_graphs_freed_by_another_thread():
    """A graph can be freed where it was not made, while others are made."""
    made, kept = [], threading.Event()

    def make():
        while not kept.is_set():
            x = Value(1.0)
            for _ in range(1000):
                x = x * 1.01 + 1.0
            made.append(x)

    thread = threading.Thread(target=make)
    thread.start()
    count = 0
    try:
        while count < 200:
            if made:
                count += made.pop().data > 0
    finally:
        kept.set()
        thread.join()

    assert count == 200


def test_modes_of_threads():
    """no_grad in one thread is none of another's."""
    inside, seen = threading.Event(), threading.Event()
    results = []

    def quiet():
        with no_grad():
            inside.set()
            seen.wait(30)
            results.append((Value(2.0) * 3).parents)

    thread = threading.Thread(target=quiet)
    thread.start()
    inside.wait(30)
    here = [
        (Value(2.0) * 3).parents,
        am.exp(Value(1.0)).parents,
        am.sum([Value(1.0)] * 3).parents,
        (Value(2.0) ** 2).parents,
    ]
    seen.set()
    thread.join()

    assert [2, 1, 3, 1] == [len(parents) for parents in here]
    assert results == [()]


def test_modes_of_tasks():
    """no_grad belongs to the task that enters it, also while another one runs in between."""

    async def quiet(found):
        with no_grad():
            for _ in range(5):
                await asyncio.sleep(0)
                found.append(len((Value(2.0) * 3.0 + Value(1.0).exp()).parents))

    async def loud(found):
        for _ in range(5):
            await asyncio.sleep(0)
            x = Value(2.0)
            f = x * 3.0 + x.exp()
            f.backward()
            found.append((len(f.parents), x.grad > 3))

    async def both():
        found = [], [], []
        await asyncio.gather(quiet(found[0]), loud(found[1]), quiet(found[2]))
        return found

    with ThreadPoolExecutor(1) as pool:  # in this one a browser of other tests may have a loop
        found = pool.submit(asyncio.run, both()).result()
    assert found == ([0] * 5, [(2, True)] * 5, [0] * 5)


def in_fresh_python(code):
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(code)],
        capture_output=True, text=True, cwd=ROOT, timeout=300, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.skipif(
    importlib.util.find_spec("_testcapi") is None, reason="subinterpreters are started by CPython's _testcapi"
)
def test_subinterpreters():
    """In a subinterpreter the package is pure Python, and works; the main one goes on with its core."""
    printed = in_fresh_python("""
        import sys
        import _testcapi
        from autograd_mini import Value, exp
        from autograd_mini.engine import native

        x = Value(2.0)
        program = f'''
        import sys
        sys.path[:0] = {sys.path!r}
        from autograd_mini import Value, exp
        from autograd_mini.engine import native
        assert native.core is None, native.status
        x = Value(2.0)
        f = exp(x * x) + x**3
        f.backward()
        print(native.status, f.data, x.grad, flush=True)
        '''
        for _ in range(2):
            print(_testcapi.run_in_subinterp("\\n".join(line.strip() for line in program.splitlines())), flush=True)
            f = exp(x * x) + x**3
            f.backward()
        print(native.status, f.data, x.grad)
    """)
    lines = printed.splitlines()

    assert ["0", "0"] == [lines[1], lines[3]]
    assert all(line.startswith("pure Python") and "main interpreter" in line for line in (lines[0], lines[2]))
    assert lines[4].startswith("works")
    numbers = [line.split()[-2:] for line in (lines[0], lines[4])]
    assert numbers[0][0] == numbers[1][0]
    assert 2 * float(numbers[0][1]) == float(numbers[1][1])


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
def test_forks():
    """A child goes on with the graphs of its parent, and neither disturbs the other."""
    printed = in_fresh_python("""
        import os
        from autograd_mini import Value

        x = Value(2.0, "x")
        f = x * x
        for _ in range(1000):
            f = f * 0.99 + x
        f.backward()
        before = x.grad
        read, write = os.pipe()
        if os.fork() == 0:
            f.forward(x=3.0)
            x.zero_grad()
            f.backward()
            del f
            os.write(write, repr(x.grad).encode())
            os._exit(0)
        os.wait()
        child = float(os.read(read, 100))
        assert (x.data, x.grad) == (2.0, before)
        f.forward(x=3.0)
        x.zero_grad()
        f.backward()
        print(child == x.grad)
    """)

    assert printed == "True\n"
