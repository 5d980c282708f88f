"""Texts that no teacher writes: refused at once, with the place and what to write, in little memory."""

import subprocess
import sys
import textwrap

import pytest

from autograd_mini import definitions
from autograd_mini.errors import AutogradError

LARGE = {"W": [[1.0] * 1000] * 1000, "V": [[1.0] * 1000] * 1000}
HOSTILE = [
    ("u + " * 25_000 + "u", {}),
    ("a = u; " * 15_000 + "a", {}),
    ("(" * 50_000 + "u" + ")" * 50_000, {}),
    ("-" * 9_000 + "u", {}),
    ("[" * 5_000 + "u" + "]" * 5_000, {}),
    ("exp(" * 2_000 + "u" + ")" * 2_000, {}),
    ("x" * 100_000, {}),
    ("u\0v", {}),
    ("u + \ud800", {}),
    ("f'{u}'", {}),
    ("f'{__import__(\"os\")}'", {}),
    ("__import__('os').system('true')", {}),
    ("u.__class__.__mro__", {}),
    ("W.T.T.T.__class__", {"W": [[1]]}),
    ("W[999999999999]", {"W": [[1, 2]]}),
    ("W[1, 10**300]", {"W": [[1, 2]]}),
    ("W[-1]", {"W": [[1, 2]]}),
    ("x[0]", {"x": [1, 2]}),
    ("x[1.5]", {"x": [1, 2]}),
    ("x[x]", {"x": [1, 2]}),
    ("x[u]", {"x": [1, 2]}),
    ("x[1:2]", {"x": [1, 2]}),
    ("x[()]", {"x": [1, 2]}),
    ("sum(x)", {"x": "[1000000000]"}),
    ("sum(x)", {"x": "[100000,100000]"}),
    ("sum(x)", {"x": "[0]"}),
    ("onehot(y, 10**12)", {"y": 1}),
    ("onehot(y, 1e308)", {"y": 1}),
    ("onehot(3, 2)", {}),
    ("W @ V", LARGE),
    ("W @ V", {"W": "[1000,1000]", "V": "[1000,1000]"}),
    ("outer(x, x)", {"x": [1.0] * 2000}),
    ("; ".join(f"x{i} = outer(x{i - 1}[1], x{i - 1}[1])" for i in range(1, 40)), {"x0": [[1.0] * 900]}),
    ("x ** 10 ** 10 ** 10", {"x": [1, 2]}),
    ("u + 1" + "0" * 5_000, {}),
    ("lambda x: x", {}),
    ("[x for x in y]", {}),
    ("(yield u)", {}),
    ("print(u)", {}),
    ("u; import os", {}),
    ("ｕ = __name__; u", {}),
    ("W @", {"W": [[1]]}),
    ("W @ x", {"W": [[1, 2]], "x": [1, 2, 3]}),
    ("[[u, v], [u]]", {}),
    ("[[[u]]]", {}),
    ("[]", {}),
]


def refused(text, numbers):
    """The message of the error, None if there is none."""
    try:
        definitions(text, numbers)
    except AutogradError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [case for case in HOSTILE if case[1] is not LARGE],
    ids=lambda x: str(x)[:20].encode("ascii", "replace").decode(),
)
def test_refused(text, numbers):
    """Every one is an error of ours that can be read."""
    message = refused(text, numbers)

    if message is None:
        assert text in ODD
    else:
        assert len(message) < 1_500
        assert any(word in message for word in (":", "write", "at most", "need", "allowed")), message


ODD = {
    "ｕ = __name__; u",
    "x ** 10 ** 10 ** 10",
}  # the first is a name of letters that look alike, the other infinite


@pytest.mark.slow
def test_in_little_memory():
    """All of them in one process of 1 GB, none slow."""
    pytest.importorskip("resource", reason="a limit of memory needs POSIX")
    program = textwrap.dedent("""
        import resource, time
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
        from tests.expression.test_hostile_texts import HOSTILE, refused
        for text, numbers in HOSTILE:
            start = time.perf_counter()
            refused(text, numbers)
            print(f"{time.perf_counter() - start:.3f}", ascii(text[:40]))
    """)
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )

    assert found.returncode == 0, found.stderr
    assert len(found.stdout.splitlines()) == len(HOSTILE)
