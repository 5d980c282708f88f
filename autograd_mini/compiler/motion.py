"""Motion: the step of an optimizer on all parameters at once, as a program whose examples are the parameters.

It adds the gradient of the penalties, and tells what they cost and how long the gradient is, in the same run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.compiler.arguments import numpy
from autograd_mini.compiler.kernels import Warming, kernel_of
from autograd_mini.compiler.lower import Lowering, Parameters
from autograd_mini.compiler.trace import Trace
from autograd_mini.derivatives.transforms import value_and_grad
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.operations import values
from autograd_mini.engine.value import Value
from autograd_mini.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.compiler.arguments import Array

    Directed = Callable[..., tuple[Any, tuple[Any, ...]]]


class Motion:
    """Numbers that move, with what is remembered of each.

    directed: the direction of a parameter and what to remember, as of an Optimizer; None if they move in another
    way. penalties: functions of parameters and a factor, each with the factors of all. uses: how many parameters
    will be moved in all, about.

    numbers, memory: arrays to read and write, with an entry for each parameter, and a row for each remembered number.
    gradient: that of the last step, with the penalties.

    Raises CompileError if the direction depends on a condition that is no `xp.where`.
    """

    def __init__(
        self,
        count: int,
        directed: Directed | None,
        penalties: Sequence[tuple[Callable[..., Any], Sequence[float]]],
        uses: int = 0,
    ) -> None:
        remembered = len(directed(floats, 0.0, 0.0)[1]) if directed else 0
        rate, end = Value(0.0), 1 + remembered

        def moved(p: Any, *rows: Any) -> list[Any]:
            memory, g, factors = rows[:remembered], rows[remembered], rows[end:]

            def penalty(w: Any) -> Any:
                return sum(function([w], factor) for (function, _), factor in zip(penalties, factors))

            cost, slope = value_and_grad(penalty)(p) if penalties else (0.0, 0.0)
            g = g + slope
            if directed:
                direction, memory = directed(values, p, g, *memory)
                p = p - rate * direction
            return [p, *memory, g, g * g, cost]

        width = end + 1 + len(penalties)
        trace = Trace("a step of the optimizer", [])
        _, outputs = trace.run(moved, [0.5] * width, lambda numbers: (list(numbers), {}))
        if trace.guards:
            msg = f"{trace.guards[0][2]} asks whether a number is true in the direction of an optimizer; write xp.where"
            raise CompileError(msg)
        *results, square, cost = outputs
        parameters = Parameters()
        parameters.place(rate)
        lowering = Lowering(outputs, parameters, width, [], exact=False)
        sums = [(i, lowering.number(x)) for i, x in enumerate((square, cost))]
        kernel = kernel_of(lowering.program(results, sums, extra=1), exact=False, tier="auto")
        self._run = run = (kernel.warm(uses) if isinstance(kernel, Warming) else kernel).bound(count)
        run.inputs[end + 1 :] = [factors for _, factors in penalties] or numpy().zeros((0, count))
        self.numbers, self.memory = run.inputs[0], run.inputs[1:end]
        self.gradient = run.results[end]
        self._given, self._now, self._next = run.inputs[end], run.inputs[:end], run.results[:end]

    def look(self, gradient: Array, rate: float) -> tuple[float, float]:
        """The square of the length of the gradient with that of the penalties, and these; nothing has moved yet."""
        self._given[:] = gradient
        self._run.parameters[0] = rate
        self._run()
        square, cost = self._run.sums.tolist()
        return square, cost

    def move(self) -> None:
        """Take the step that was looked at, in one go."""
        self._now[:] = self._next
