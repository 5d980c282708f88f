"""Machine: kernels of LLVM code, for the processor that this runs on.

Two tiers run a program. The tape starts at once and takes programs of any size; straight-line code is compiled
for one program, and is faster where it is small.
"""

from __future__ import annotations

import ctypes
import threading
from typing import TYPE_CHECKING

from autograd_mini.compiler import frame as fields
from autograd_mini.compiler import straight, tape
from autograd_mini.compiler.divisions import with_reciprocals
from autograd_mini.compiler.expansion import expanded
from autograd_mini.compiler.interpreter import WIDTH, interpreter
from autograd_mini.compiler.native import needs_fast
from autograd_mini.engine.collector import collector_at_rest
from autograd_mini.errors import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.compiler.program import Program

    Array = Any

STRAIGHT_UP_TO = 2000  # instructions: beyond, compiling takes longer than most uses of a program
TIERS = ("auto", "tape", "straight")
_ENTRY = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.POINTER(ctypes.c_double))


def kernel(program: Program, *, exact: bool = False, tier: str = "auto") -> Kernel:
    """The program in machine code.

    exact: results are those of `evaluate` to the last bit, and sums are added up one by one from the last example
    to the first; else products and sums may be rounded together, and elementary functions are within 2 ulp.
    tier: "straight", "tape", or "auto": straight up to 2000 instructions, if the program is not exact and has no
    blocks, whose products the tape computes as fast.

    Raises MissingExtraError without numpy and llvmlite, ValueError for another tier.

    >>> from autograd_mini.compiler.program import Listing
    >>> listing = Listing()
    >>> x, w = listing.emit("input", 0), listing.emit("parameter", 0)
    >>> y = listing.emit("mul", w, x)
    >>> made = kernel(listing.program(results=[y], inputs=1, parameters=1, sums=[(0, x)]), tier="tape")
    >>> bound = made.bound(3)
    >>> bound.inputs[0] = [1.0, 2.0, 3.0]
    >>> bound.parameters[0] = 10.0
    >>> bound()
    >>> bound.results.tolist(), bound.sums.tolist()
    ([[10.0, 20.0, 30.0]], [6.0])
    """
    needs_fast()
    tier = choose("tier", tier, TIERS)
    if tier == "auto":
        tier = "straight" if suits_straight(program) and not exact else "tape"
    return (_Straight if tier == "straight" else _Tape)(program, exact=exact)


def suits_straight(program: Program) -> bool:
    """Whether straight-line code is worth its compilation: for small programs without blocks.

    The tape computes the products of blocks as fast, and straight-line code has an instruction for each weight.
    """
    return len(program.instructions) <= STRAIGHT_UP_TO and not program.blocks


class Kernel:
    """What both tiers share: the frame that the code is given.

    program: what it computes. tier: what runs it.
    """

    tier: str
    run_at: int
    body_at: int
    constants: Sequence[float] = ()
    words: Array = None
    slots = 0
    lane_sums = False

    def __init__(self, program: Program, *, exact: bool) -> None:
        self.program, self.exact = program, exact
        self.width = 1 if exact else WIDTH
        self.errors = threading.local()
        self.kept = threading.local()  # the memory that `run` worked in last, one for each thread
        arities = {one[1]: len(one) - 2 for one in program.instructions if one[0] == "opaque"}
        self.functions = [self._callback(f, arities[n]) for n, f in enumerate(program.functions)]
        self.prepare()
        self.entry = _ENTRY(self.run_at)

    def prepare(self) -> None:
        """Make the code."""
        raise NotImplementedError

    def _callback(self, function: Callable[..., float], arity: int) -> Any:
        """A C function that calls the Python function; what it raises is kept, and raised by `call`."""
        errors = self.errors

        def called(numbers: Any) -> float:
            if getattr(errors, "first", None) is None:
                try:
                    return float(function(*numbers[:arity]))
                except BaseException as error:  # noqa: BLE001
                    errors.first = error
            return 0.0

        return _FUNCTION(called)

    def run(self, columns: Sequence[Array] | Array, parameters: Array, results: Array, sums: Array) -> None:
        """Compute results and sums; see `autograd_mini.compiler.kernel.Kernel`.

        Columns may be one array (inputs, n) of any strides, which is faster than a list of its rows. The rows of
        results may lie apart, so that this can be called for a part of the examples.
        """
        n = results.shape[1]
        # Taken out while it runs: a Python function of the program may come here again.
        call = self.kept.__dict__.pop("call", None)
        if call is None or call.tile < self.tile(n):
            call = _Call(self, n)
        call.point(n, columns, parameters, results, sums)
        try:
            self.call(call)
        finally:
            call.arrays = ()
            self.kept.call = call

    def call(self, prepared: _Call) -> None:
        """Run the code on what is prepared; raise what a Python function of the program raised."""
        self.entry(prepared.address)
        if self.functions:
            error = getattr(self.errors, "first", None)
            if error is not None:
                self.errors.first = None
                raise error

    @property
    def memory(self) -> int:
        """Bytes of the slots and buffers of a thread."""
        program = self.program
        return 8 * self.tile(1 << 30) * (self.slots + program.inputs + len(program.results))

    def tile(self, n: int) -> int:
        """How many of n examples are worked on at once: full vectors."""
        return min(tape.tile(self.slots), max(1, -(-n // self.width)) * self.width)

    def bound(self, n: int) -> Bound:
        """The kernel with arrays of its own for n examples."""
        return Bound(self, n)


class _Tape(Kernel):
    tier = "tape"

    def prepare(self) -> None:
        np, _ = needs_fast()
        runs = interpreter(exact=self.exact)
        program = expanded(self.program) if self.exact else self.program
        with collector_at_rest():
            encoded = tape.encode(program, runs.opcodes, exact=self.exact)
        self.run_at, self.body_at = runs.run, runs.begin
        self.constants, self.slots = encoded.constants, encoded.slots
        self.words = np.frombuffer(encoded.words, dtype=np.int32)


class _Straight(Kernel):
    tier = "straight"

    def prepare(self) -> None:
        runs = interpreter(exact=self.exact)
        self.run_at = runs.run
        self.lane_sums = not self.exact
        program = expanded(self.program)
        self.code = straight.compiled(program if self.exact else with_reciprocals(program), exact=self.exact)
        self.body_at = self.code.address("body")


def _address(array: Array) -> int:
    """Where an array starts. As a buffer, if it can be one, it says so five times as fast as by `array.ctypes`."""
    if array.flags.carray and array.size:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))
    address: int = array.ctypes.data
    return address


class _Call:
    """A frame with the memory that one call works in.

    It does not refer to the kernel, which keeps it, so that both are freed by counting references.
    """

    def __init__(self, kernel: Kernel, n: int) -> None:
        np, _ = needs_fast()
        program, width = kernel.program, kernel.width
        inputs, results, parameters = program.inputs, len(program.results), program.parameters
        self.tile = tile = kernel.tile(n)
        self.frame = (ctypes.c_int64 * fields.SIZE)()
        self.pointers = np.zeros((4, max(inputs, results, 1)), dtype=np.int64)
        self.columns, self.strides = self.pointers[0, :inputs], self.pointers[1, :inputs]
        self.places = np.arange(inputs)
        lane_sums = parameters * width * kernel.lane_sums
        sizes = (
            kernel.slots * tile,
            inputs * tile,
            results * tile,
            lane_sums,
            parameters + len(kernel.constants),
        )
        ends = np.cumsum([0, *[-(-size // 8) * 8 for size in sizes]])
        self.memory = np.empty(int(ends[-1]) + 8)
        base = -(-self.memory.ctypes.data // 64) * 64
        at = [base + 8 * int(end) for end in ends]
        self.callbacks = np.array(
            [ctypes.cast(f, ctypes.c_void_p).value for f in kernel.functions] or [0], dtype=np.int64
        )
        if kernel.constants:
            start = (at[4] - self.memory.ctypes.data) // 8 + parameters
            self.memory[start : start + len(kernel.constants)] = kernel.constants
        pointers = [self.pointers[i].ctypes.data for i in range(4)]
        for field, value in (
            (fields.COLUMNS, pointers[0]),
            (fields.STRIDES, pointers[1]),
            (fields.TILE, tile),
            (fields.GRAIN, width if kernel.lane_sums else tile),
            (fields.SLOTS, at[0]),
            (fields.SCALARS, at[4]),
            (fields.CODE, 0 if kernel.words is None else kernel.words.ctypes.data),
            (fields.INS, pointers[2]),
            (fields.OUTS, pointers[3]),
            (fields.IN_BUFFERS, at[1]),
            (fields.OUT_BUFFERS, at[2]),
            (fields.LANE_SUMS, at[3] if kernel.lane_sums else 0),
            (fields.INPUTS, inputs),
            (fields.OUTPUTS, results),
            (fields.PARAMETER_COUNT, parameters),
            (fields.BODY, kernel.body_at),
            (fields.CALLBACKS, self.callbacks.ctypes.data),
        ):
            self.frame[field] = value
        self.address = ctypes.addressof(self.frame)

    def point(self, n: int, columns: Array, parameters: Array, results: Array, sums: Array) -> None:
        """Say how many examples there are and where the arrays are, which must outlive the calls."""
        self.arrays: tuple[Any, ...] = (columns, parameters, results, sums)
        if hasattr(columns, "strides"):  # an array of columns: their places are known at once
            self.columns[:] = _address(columns) + columns.strides[0] * self.places
            self.strides[:] = columns.strides[1]
        else:
            for j, column in enumerate(columns):
                self.columns[j], self.strides[j] = _address(column), column.strides[0]
        frame = self.frame
        frame[fields.ROWS] = n
        frame[fields.PARAMETERS] = _address(parameters)
        frame[fields.RESULTS], frame[fields.PITCH] = _address(results), results.strides[0]
        frame[fields.SUMS] = _address(sums)


class Bound(_Call):
    """A kernel with arrays of its own; see `autograd_mini.compiler.kernel.Bound`."""

    def __init__(self, kernel: Kernel, n: int) -> None:
        super().__init__(kernel, n)
        np, _ = needs_fast()
        self.kernel = kernel
        program = kernel.program
        self.inputs = np.zeros((program.inputs, n))
        self.parameters = np.zeros(program.parameters)
        self.results = np.zeros((len(program.results), n))
        self.sums = np.zeros(program.parameters)
        self.point(n, self.inputs, self.parameters, self.results, self.sums)

    def __call__(self) -> None:
        self.kernel.call(self)
