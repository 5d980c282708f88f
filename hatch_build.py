"""Builds the native core into the wheel where there is a C compiler; else the package is pure Python, and works.

AUTOGRAD_MINI_PURE=1 asks for pure Python; AUTOGRAD_MINI_NATIVE=1 makes it an error if the core cannot be built.
`pip install -e .` puts the core beside its sources. A wheel is for one version of Python: the stable ABI would cost a
prototype 13 % of a step of a network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

ROOT = Path(__file__).parent
CORE = "autograd_mini.engine._core"
# No operation may be fused, reordered or computed at build time: results are those of Python to the last bit.
UNIX = ["-O2", "-std=c11", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden", "-g0"]
UNIX += [f"-fno-builtin-{function}" for function in ("pow", "sin", "cos")]
WINDOWS = ["/O2", "/std:c11", "/fp:precise"]


def build(folder: Path, *, flags: tuple[str, ...] = ()) -> Path:
    """The native core, compiled into the folder.

    Raises OSError, subprocess.CalledProcessError or an error of setuptools where that cannot be done.
    """
    environment = {**os.environ, "AUTOGRAD_MINI_PURE": "1", "PYTHONPATH": str(ROOT)}
    printer = [sys.executable, "-m", "autograd_mini.compiler.c"]
    printed = subprocess.run(printer, check=True, capture_output=True, cwd=ROOT, env=environment)  # noqa: S603
    (folder / "kernels.h").write_bytes(printed.stdout)
    extension = Extension(
        CORE,
        [str(ROOT / "autograd_mini" / "engine" / "core.c")],
        include_dirs=[str(folder)],
        extra_compile_args=[*(WINDOWS if sys.platform == "win32" else UNIX), *flags],
        extra_link_args=[flag for flag in flags if flag.startswith("-fsanitize")],
    )
    command = build_ext(Distribution({"name": "autograd-mini", "ext_modules": [extension]}))
    command.build_lib = command.build_temp = str(folder)
    command.ensure_finalized()
    command.run()
    return Path(command.get_ext_fullpath(CORE))


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling runs before it puts a wheel together."""

    folder = ""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the core to the wheel, or say why there is none."""
        if os.environ.get("AUTOGRAD_MINI_PURE", "0") not in ("", "0"):
            return
        if sysconfig.get_config_var("Py_GIL_DISABLED"):
            self.app.display_warning("no native core without a global lock; pure Python is installed")
            return
        self.folder = tempfile.mkdtemp()
        try:
            core = build(Path(self.folder))
        except (OSError, subprocess.CalledProcessError, BaseError, CCompilerError) as error:
            if os.environ.get("AUTOGRAD_MINI_NATIVE", "0") not in ("", "0"):
                raise
            self.app.display_warning(f"no native core ({error}); pure Python is installed")
            return
        if version == "editable":
            shutil.copy(core, ROOT / "autograd_mini" / "engine")
            return
        build_data["force_include"][str(core)] = f"autograd_mini/engine/{core.name}"
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Leave nothing behind."""
        shutil.rmtree(self.folder, ignore_errors=True)
