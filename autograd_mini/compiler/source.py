"""The program as Python that people read, and NumPy runs on whole columns.

>>> from autograd_mini.compiler.program import Block, Listing
>>> listing = Listing()
>>> x = [listing.emit("input", j) for j in range(2)]
>>> hidden = [listing.emit("tanh", h) for h in listing.block(Block(0, tuple(x), 3))]
>>> [y] = listing.block(Block(6, tuple(hidden), 1))
>>> program = listing.program(inputs=2, parameters=9, results=[listing.emit("exp", listing.emit("neg", y))])
>>> print(source_of_program(program, inputs=["height", "weight"]), end="")
def program(x, w):
    height, weight = x
    h1 = w[0:6].reshape(3, 2) @ np.stack([height, weight])
    h2 = w[6:9].reshape(1, 3) @ np.tanh(h1)
    return np.exp(-h2[0])
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from autograd_mini.compiler.alphabet import read_in
from autograd_mini.compiler.layers import layers, shared
from autograd_mini.compiler.lines import WIDTH, Lines
from autograd_mini.formulas.printing import ATOM, RELATION
from autograd_mini.formulas.python import source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd_mini.compiler.layers import Numbers
    from autograd_mini.compiler.program import Program
    from autograd_mini.formulas.printing import Formula

    Key = int | Numbers  # of a number, or of all numbers of a layer


FOLDED = 60  # letters of an expression that may stand inside another
TAKEN = ("np", "special", "functions", "x", "w", "sums")  # names that mean something else


def source_of_program(
    program: Program,
    *,
    inputs: Sequence[str] = (),
    parameters: Sequence[str] = (),
    comments: Mapping[int, str] | None = None,
) -> str:
    """The Python function `program(x, w)`: columns of the inputs and parameters in, columns of the results out.

    inputs, parameters: labels, of which names are made. comments: what is said about a number, such as the line
    it comes from. One result is returned itself, several as a tuple; with sums it is the tuple of results and
    the array of sums. A result that no input enters is one number.

    The text needs `np`; `special`, which is scipy.special, for erf and erfc; and `functions`, those of the
    program, where it has any.
    """
    about = inputs, parameters, comments or {}
    draft = _Writer(program, *about)  # which says how often each number is asked for
    draft.write()
    final = _Writer(program, *about, draft)
    final.write()
    return str(final.lines)


class _Writer:
    """The lines written so far, and what each number is called in the next."""

    def __init__(
        self,
        program: Program,
        inputs: Sequence[str],
        parameters: Sequence[str],
        comments: Mapping[int, str],
        draft: _Writer | None = None,
    ) -> None:
        self.program = program
        self.comments = comments
        self.draft = draft
        self.lines = Lines("def program(x, w):", taken=TAKEN)
        self.inputs = [self.lines.named(label) for label in _filled(inputs, program.inputs, "x")]
        self.weights = [
            label and self.lines.named(label) for label in _filled(parameters, program.parameters)
        ]
        self.asked: Counter[Key] = Counter()
        self.as_number: set[Key] = set()  # not only as a condition
        self.forms: dict[Key, Formula] = {}
        self.said: dict[Key, tuple[str, ...]] = {}  # about what is folded
        self.layers = layers(program)
        self.places = {x: (one.numbers, u) for one in self.layers.values() for u, x in enumerate(one.numbers)}
        self.shared = shared(program, own=("input", "unit"))
        self.blocks: dict[int, str] = {}

    def write(self) -> None:
        if self.inputs:
            names = ", ".join(self.inputs) + "," * (len(self.inputs) == 1)
            self.lines.write(f"({names}) = x" if len(names) > WIDTH - 12 else f"{names} = x")
        for i in range(len(self.program.instructions)):
            self.instruction(i)
        if self.program.sums or self.program.outers:
            self.sums()
        results = [str(self.form(x)) for x in self.program.results]
        text = ", ".join(results)
        if self.program.sums or self.program.outers:
            text = f"({text}{',' * (len(results) == 1)}), sums"
        is_plain = 0 < len(text) < WIDTH - 12 or (len(results) == 1 and not text.endswith("sums"))
        self.lines.write(f"return {text}" if is_plain else f"return ({text})")

    def instruction(self, i: int) -> None:
        name, *reads = self.program.instructions[i]
        if name == "input":
            self.forms[i] = source.symbol(self.inputs[reads[0]])
        elif name == "constant":
            self.forms[i] = source.constant(reads[0])
        elif name == "parameter":
            self.parameter(i, reads[0])
        elif name == "unit":
            if reads[0] not in self.blocks:
                self.block(reads[0])
            self.forms[i] = source.symbol(f"{self.blocks[reads[0]]}[{reads[1]}]")
        elif name == "opaque":
            function = f"np.vectorize(functions[{reads[0]}], otypes=[float])"
            arguments = ", ".join(str(self.form(x)) for x in reads[1:])
            self.made(i, source.symbol(f"{function}({arguments})"), "t")
        elif i in self.layers:
            layer = self.layers[i]
            forms = [self.together(xs, k == 0 and name == "select") for k, xs in enumerate(layer.operands)]
            self.made(layer.numbers, read_in(source, name, *forms), "a")
        elif i not in self.places:
            forms = [self.form(x, truth=k == 0 and name == "select") for k, x in enumerate(reads)]
            self.made(i, read_in(source, name, *forms), "t")

    def parameter(self, i: int, k: int) -> None:
        self.forms[i] = source.symbol(self.weights[k] or f"w[{k}]")
        if self.weights[k] and self.draft and self.draft.asked[i]:
            self.lines.write(f"{self.weights[k]} = w[{k}]")

    def block(self, n: int) -> None:
        block = self.program.blocks[n]
        count = len(block.inputs)
        shape = f"{count}, {block.units}" if block.transposed else f"{block.units}, {count}"
        matrix = f"w[{block.first}:{block.first + count * block.units}].reshape({shape})"
        into = self.table(block.inputs)
        self.blocks[n] = self.lines.named("h1")
        self.lines.write(f"{self.blocks[n]} = {matrix}{'.T' * block.transposed} @ {into}")

    def sums(self) -> None:
        self.lines.write("sums = np.zeros(len(w))")
        waiting = [*self.program.sums]
        while waiting:
            k, x = waiting[0]
            numbers = self.places[x][0] if x in self.places else (x,)
            count = len(numbers)
            if count > 1 and waiting[:count] == [(k + u, x) for u, x in enumerate(numbers)]:
                self.lines.write(f"sums[{k}:{k + count}] += np.sum({self.form(numbers)}, axis=1)")
                del waiting[:count]
                continue
            del waiting[0]
            times = f"len({self.inputs[0]}) * " if self.shared[x] and self.inputs else ""
            self.lines.write(f"sums[{k}] += {times}np.sum({self.form(x)})")
        for outer in self.program.outers:
            end = outer.first + len(outer.left) * len(outer.right)
            product = f"{self.table(outer.left)} @ {self.table(outer.right)}.T"
            self.lines.write(f"sums[{outer.first}:{end}] += ({product}).ravel()")

    # What a number, or numbers side by side, are called

    def form(self, key: Key, *, truth: bool = False) -> Formula:
        """How a number or a layer is written in an expression; truth: as a condition."""
        if isinstance(key, int) and key in self.places:
            numbers, u = self.places[key]
            self.asked[numbers] += 1  # once more than folding allows
            return source.symbol(f"{self.form(numbers, truth=truth)}[{u}]")
        self.asked[key] += 1
        if not truth:
            self.as_number.add(key)
        self.lines.remark(*self.said.get(key, ()))
        return self.forms[key]

    def together(self, numbers: Numbers, truth: bool = False) -> Formula:
        """Numbers side by side, in as many rows or in one that stands for all."""
        makers = [self.program.instructions[x] for x in numbers]
        name, first = makers[0][:2]
        if numbers[0] in self.places and self.places[numbers[0]][0] == numbers:
            return self.form(numbers, truth=truth)
        if len({*numbers}) == 1:
            return self.form(numbers[0], truth=truth)
        if name == "parameter" and makers == [(name, first + u) for u in range(len(makers))]:
            return source.symbol(f"w[{first}:{first + len(makers)}, None]")
        return source.symbol(self.table(numbers))

    def table(self, numbers: Numbers) -> str:
        """Numbers side by side as an array of as many rows, each with a column for every example."""
        makers = [self.program.instructions[x] for x in numbers]
        name, n = makers[0][:2]
        if numbers[0] in self.places and self.places[numbers[0]][0] == numbers:
            return f"{source.operand(self.form(numbers), ATOM)}"
        if name == "unit" and makers == [(name, n, u) for u in range(self.program.blocks[n].units)]:
            return self.blocks[n]
        rows = ", ".join(str(self.form(x)) for x in numbers)
        if any(self.shared[x] for x in numbers):
            column = self.inputs[0] if self.inputs else "np.zeros(1)"
            return f"np.stack(np.broadcast_arrays({column}, {rows})[1:])"
        return f"np.stack([{rows}])"

    def made(self, key: Key, formula: Formula, letter: str) -> None:
        """Fold the expression into the next, or give it a name."""
        draft = self.draft
        if formula.strength == RELATION and (draft is None or key in draft.as_number):
            formula = source.where(formula, 1.0, 0.0)
        for x in key if isinstance(key, tuple) else (key,):
            if x in self.comments:
                self.lines.remark(self.comments[x])
        if draft is not None and draft.asked[key] == 1 and len(str(formula)) <= FOLDED:
            self.said[key] = self.lines.taken_remarks()
            self.forms[key] = formula
        else:
            name = self.lines.named(f"{letter}1")
            self.lines.write(f"{name} = {formula}")
            self.forms[key] = source.symbol(name)


def _filled(labels: Sequence[str], count: int, letter: str = "") -> list[str]:
    """A label for each; those that are missing are numbered, or empty."""
    given = [*labels[:count], *[""] * (count - len(labels))]
    return [label or (letter and f"{letter}{j + 1}") for j, label in enumerate(given)]
