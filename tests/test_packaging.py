"""What is built from the sources: with a C compiler a wheel with the native core, without one a pure wheel that works."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HAS_COMPILER = shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) is not None
IS_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
SAYS = "from autograd_mini import Value, tanh; from autograd_mini.engine import native; x = Value(0.5);"
SAYS += "y = tanh(x * x + 1); y.backward(); print(native.status); print(y.data, x.grad)"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The sdist, unpacked."""
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    folder = tmp_path_factory.mktemp("sources")
    build("sdist", ROOT, folder)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def build(target, sources, folder, **environment):
    """What hatchling said; the result lies in the folder."""
    done = subprocess.run(  # noqa: PLW1510  # what it said is part of the message
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)],
        cwd=sources,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


def said_by(wheel, folder, **environment):
    """What the package in the wheel says of itself, and computes."""
    shutil.unpack_archive(wheel, folder, "zip")
    environment = {**os.environ, "PYTHONPATH": str(folder), **environment}
    command = [sys.executable, "-P", "-c", SAYS]
    return subprocess.check_output(command, cwd=folder, env=environment, text=True).splitlines()


def test_the_sources_have_all_that_a_build_needs(sources):
    """The hook, the skeleton in C and the printer of its kernels; nothing that was compiled."""
    for name in ("hatch_build.py", "autograd_mini/engine/core.c", "autograd_mini/compiler/c.py"):
        assert (sources / name).is_file(), name
    assert not [*sources.rglob("*.so"), *sources.rglob("*.pyd"), *sources.rglob("kernels.h")]


@pytest.mark.skipif(not HAS_COMPILER or IS_FREE_THREADED, reason="no C compiler, or no global lock")
def test_a_compiler_gives_a_native_wheel(sources, tmp_path):
    """Its tag names the platform, its core works, and AUTOGRAD_MINI_PURE leaves it out."""
    build("wheel", sources, tmp_path, AUTOGRAD_MINI_NATIVE="1")
    (wheel,) = tmp_path.glob("*.whl")

    assert not wheel.name.endswith("-none-any.whl")
    status, *numbers = said_by(wheel, tmp_path / "native")
    assert "works" == status
    pure, *same = said_by(wheel, tmp_path / "pure", AUTOGRAD_MINI_PURE="1")
    assert "pure Python, as AUTOGRAD_MINI_PURE is set" == pure
    assert numbers == same


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"CC": "/nowhere/cc"}, "no native core"),
        ({"CC": "false"}, "no native core"),
        ({"AUTOGRAD_MINI_PURE": "1"}, ""),
    ],
    ids=["no compiler", "a compiler that fails", "asked for"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="there CC does not choose the compiler")
def test_without_a_compiler_the_wheel_is_pure(sources, tmp_path, environment, reason):
    """A notice and never a failure; the package says that its core was not built."""
    notice = build("wheel", sources, tmp_path, **environment)
    (wheel,) = tmp_path.glob("*.whl")

    assert reason in notice
    assert wheel.name.endswith("-py3-none-any.whl")
    assert "pure Python: it was not built here" == said_by(wheel, tmp_path / "pure", AUTOGRAD_MINI_PURE="")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="there CC does not choose the compiler")
def test_a_wheel_that_must_be_native_is_no_other(sources, tmp_path):
    """AUTOGRAD_MINI_NATIVE=1 makes a compiler that fails an error."""
    with pytest.raises(AssertionError, match="false"):
        build("wheel", sources, tmp_path, AUTOGRAD_MINI_NATIVE="1", CC="false")
