"""Native: LLVM text compiled for this machine and loaded, by llvmlite.

Nothing of it outlives the `Code` that holds it.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any

from autograd_mini.errors import MissingExtraError

_ONE_AT_A_TIME = threading.RLock()  # LLVM's passes share state


def needs_fast() -> tuple[Any, Any]:
    """The modules numpy and llvmlite.binding.

    Raises MissingExtraError if one is not there, or cannot be loaded, or is too old.
    """
    try:
        import llvmlite
        import llvmlite.binding
        import numpy as np
    except (ImportError, OSError) as error:  # OSError: a library that cannot be loaded
        msg = f'machine code needs numpy and llvmlite ({error}); pip install "autograd-mini[fast]"'
        raise MissingExtraError(msg) from error
    if not hasattr(llvmlite.binding, "create_pass_builder"):
        msg = (
            f"machine code needs llvmlite 0.45 or newer, got {llvmlite.__version__};"
            ' pip install --upgrade "autograd-mini[fast]"'
        )
        raise MissingExtraError(msg)
    return np, llvmlite.binding


def _machine(level: int) -> Any:
    """What LLVM knows of the processor that this runs on; it belongs to the code that is made with it."""
    _, llvm = needs_fast()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        # Vectors of 512 bits also where LLVM would rather not: they are what these loops are made of.
        features=",".join([features.flatten(), *["-prefer-256-bit"] * bool(features.get("avx512f"))]),
        opt=level,
        jit=True,
    )


def _free(engine: Any, context: Any) -> None:
    """Free machine code, and then what it is made in: in this order also where a collector finds both."""
    with _ONE_AT_A_TIME:
        engine.close()
        context.close()


class Code:
    """Compiled functions, for as long as this object lives.

    level: how hard LLVM works for good machine code, from 0 to 3. The text is vectors and registers already, so
    that of all its passes those few are enough which put functions in place and tidy up.
    """

    def __init__(self, text: str, *, level: int = 2) -> None:
        _, llvm = needs_fast()
        with _ONE_AT_A_TIME:
            machine = _machine(level)
            context = llvm.create_context()
            module = llvm.parse_assembly(text, context)
            module.triple, module.data_layout = machine.triple, str(machine.target_data)
            passes = llvm.create_new_module_pass_manager()
            passes.add_always_inliner_pass()
            passes.add_sroa_pass()
            passes.add_simplify_cfg_pass()
            passes.add_loop_rotate_pass()
            passes.add_instruction_combine_pass()
            passes.run(module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options()))
            self.engine = llvm.create_mcjit_compiler(module, machine)
            self.engine.finalize_object()
        weakref.finalize(self, _free, self.engine, context)

    def address(self, name: str) -> int:
        """Where the function starts."""
        found: int = self.engine.get_function_address(name)
        return found
