"""Tape: a program as a list of small integers, for the interpreter.

Numbers live in slots, of a tile of examples each, and a slot is used again when nobody reads it any more. A product
that only a sum reads is one operation with it.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.compiler.interpreter import COMMUTE, VARIANTS
from autograd_mini.compiler.program import ALPHABET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.compiler.program import Instruction, Program


def tile(slots: int) -> int:
    """How many examples are worked on at once: 128 while they stay in a cache of 2 MB, else 64.

    Fewer take longer to be told what to do than to do it.
    """
    return 128 if slots * 128 * 8 <= 2**21 else 64


class Tape(NamedTuple):
    """A program as integers: `words`, the constants behind the parameters, and how many slots it takes."""

    words: array[int]
    constants: list[float]
    slots: int


class _Steps:
    """What to do in order, with products and sums in one: names, numbers or parameters, and what is read.

    Three lists, and not one of triples: of so many the garbage collector would look after each.
    A number beyond those of the program is a scalar that was spread into a slot.
    """

    def __init__(self, program: Program, *, exact: bool) -> None:
        self.program = program
        self.exact = exact
        count = len(program.instructions)
        self.places = [-1] * count  # of the scalars, among parameters and constants
        self.constants: list[float] = []
        self.uses = [0] * count
        self.user = [-1] * count
        self.names: list[str] = []
        self.numbers: list[int] = []
        self.reads: list[Sequence[int]] = []
        self.sums: dict[int, int] = {}  # the parameter of a number that is added up
        self.spread: dict[int, int] = {}
        self.count = count
        self._survey()
        self.behind: dict[int, list[tuple[str, int, Sequence[int]]]] = {}  # what follows a number
        self._wanted()
        self._write()

    def _add(self, name: str, number: int, reads: Sequence[int]) -> None:
        self.names.append(name)
        self.numbers.append(number)
        self.reads.append(reads)

    def _survey(self) -> None:
        """Find the scalars, and who reads which number."""
        uses, user, blocks = self.uses, self.user, self.program.blocks
        for i, one in enumerate(self.program.instructions):
            name = one[0]
            if name in ALPHABET:
                for x in one[1:]:
                    uses[x] += 1
                    user[x] = i
            elif name == "parameter":
                self.places[i] = one[1]
            elif name == "constant":
                self.places[i] = self.program.parameters + len(self.constants)
                self.constants.append(one[1])
            elif name == "opaque":
                for x in one[2:]:
                    uses[x] += 2  # a product that is read here is no part of a sum
            elif name == "unit":
                for x in blocks[one[1]].inputs:
                    uses[x] += 2

    def _wanted(self) -> None:
        """What follows a number: sums, results, outer products.

        Exactly, a row's numbers are added before the next row's: all of a parameter in one operation.
        """
        program, uses, behind = self.program, self.uses, self.behind
        of: dict[int, list[int]] = {}
        for k, x in program.sums:
            uses[x] += 1
            if self.exact:
                of.setdefault(k, []).append(x)
            elif x in self.sums:
                behind.setdefault(x, []).append(("sum.v", k, (x,)))
            else:
                self.sums[x] = k
        for k, xs in of.items():
            behind.setdefault(max(xs), []).append(("rows", k, xs))
        for i, x in enumerate(program.results):
            uses[x] += 2
            behind.setdefault(x, []).append(("output.v", i, (x,)))
        for n, outer in enumerate(program.outers):
            both = outer.left + outer.right
            for x in both:
                uses[x] += 2
            behind.setdefault(max(both), []).append(("outer", n, both))

    def _in_slots(self, xs: Sequence[int]) -> Sequence[int]:
        """The numbers of the same in slots."""
        return [self._spread(x) if self.places[x] >= 0 else x for x in xs]

    def _spread(self, x: int) -> int:
        if x not in self.spread:
            self.spread[x] = self.count + len(self.spread)
            self._add("spread", self.spread[x], (x,))
        return self.spread[x]

    def _operation(self, name: str, i: int, reads: Sequence[int]) -> None:
        """The variant for these operands."""
        places = self.places
        for x in reads:
            if places[x] >= 0:
                break
        else:
            self._add(_PLAIN[name], i, reads)
            return
        if name in COMMUTE and places[reads[0]] >= 0:
            reads = (reads[1], reads[0])
        full = name + "." + "".join(["v" if places[x] < 0 else "s" for x in reads])
        if full not in _KNOWN:
            reads, full = self._in_slots(reads), _PLAIN[name]
        self._add(full, i, reads)

    def _write(self) -> None:
        add, operation, behind, places, sums = self._add, self._operation, self.behind, self.places, self.sums
        fused = not self.exact
        later: set[int] = set()  # products that a sum will compute
        done: set[int] = set()
        for i, one in enumerate(self.program.instructions):
            name = one[0]
            if name in ALPHABET:
                reads = one[1:]
                if name == "mul":
                    if fused and self.uses[i] == 1 and self._is_later(i, one, later):
                        continue
                elif later and name in ("add", "sub"):
                    x, y = reads
                    if y in later:
                        name, reads = "fma" if name == "add" else "fnma", (*self._factors(y), x)
                        if x in later:
                            operation("mul", x, self._factors(x))
                    elif x in later:
                        name, reads = "fma" if name == "add" else "fms", (*self._factors(x), y)
                operation(name, i, reads)
            elif name == "input":
                add(name, i, one[1:])
            elif name == "unit":
                if one[1] not in done:
                    done.add(one[1])
                    add("block", one[1], self._in_slots(self.program.blocks[one[1]].inputs))
            elif name == "opaque":
                add(name, i, self._in_slots(one[2:]))
            if i in sums:
                add("sum.v", sums[i], self._in_slots((i,)))
            if i in behind:
                for name, k, xs in behind[i]:
                    if name == "output.v" and places[i] >= 0:
                        add("output.s", k, xs)
                    else:
                        add(name, k, self._in_slots(xs))
        add("end", 0, ())

    def _is_later(self, i: int, product: Instruction, later: set[int]) -> bool:
        """Whether a product is a part of the one operation that reads it: one of its factors is in a slot."""
        _, x, y = product
        if self.places[x] >= 0 and self.places[y] >= 0:
            return False
        user = self.user[i]
        if user < 0:  # only the sum of a parameter reads it
            x, y = self._factors(i)
            self._add("sum.vv" if self.places[y] < 0 else "sum.vs", self.sums[i], (x, y))
            return True
        if self.program.instructions[user][0] in ("add", "sub"):
            later.add(i)
            return True
        return False

    def _factors(self, i: int) -> tuple[int, int]:
        """The factors of a product, the one in a slot first."""
        _, x, y = self.program.instructions[i]
        return (y, x) if self.places[x] >= 0 else (x, y)


_KNOWN = {f"{name}.{kinds}" for name, variants in VARIANTS.items() for kinds in variants}
_PLAIN = {name: f"{name}.{variants[0]}" for name, variants in VARIANTS.items()}
_ELEMENTWISE = {*_KNOWN, "spread"}
_WITHOUT_RESULT = {"output.v", "output.s", "sum.v", "sum.vv", "sum.vs"}


def encode(program: Program, opcodes: dict[str, int], *, exact: bool) -> Tape:
    """The tape of a program, in time linear in its length.

    A number has a slot from where it is made to where it is last read.
    """
    made = _Steps(program, exact=exact)
    names, numbers, all_reads = made.names, made.numbers, made.reads
    place = made.places + [-1] * len(
        made.spread
    )  # of each number: its slot, or where it is among the scalars
    last = [-1] * len(place)
    for s, reads in enumerate(all_reads):
        if names[s] != "input":
            for x in reads:
                last[x] = s
    for x, at in enumerate(made.places):
        if at >= 0:
            last[x] = -1  # scalars stay where they are
    units = [[-1] * block.units for block in program.blocks]
    for i, one in enumerate(program.instructions):
        if one[0] == "unit":
            units[one[1]][one[2]] = i
    free: list[int] = []
    slots = 0
    words: list[int] = []

    def released(s: int, reads: Sequence[int]) -> None:
        for x in reads:
            if last[x] == s:
                last[x] = -1
                free.append(place[x])

    def taken(x: int) -> int:
        nonlocal slots
        if free:
            at = free.pop()
        else:
            at = slots
            slots += 1
        if x >= 0:
            place[x] = at
        return at

    for s, (name, i, reads) in enumerate(zip(names, numbers, all_reads)):
        code = opcodes[name]
        if name in _ELEMENTWISE:
            words += (code, 0)
            result = len(words) - 1
            for x in reads:
                at = place[x]
                words.append(at)
                if last[x] == s:
                    last[x] = -1
                    free.append(at)
            # The result may lie where an operand is read for the last time.
            words[result] = at = taken(i)
            if last[i] < 0:
                free.append(at)
        elif name == "input":
            words += (code, taken(i), *reads)
        elif name == "end":
            words.append(code)
        elif name in _WITHOUT_RESULT:
            words += (code, i, *[place[x] for x in reads])
            released(s, reads)
        elif name == "rows":
            words += (code, i, len(reads), *[place[x] for x in reads])
            released(s, reads)
        elif name == "outer":
            outer = program.outers[i]
            words += (code, len(outer.left), len(outer.right), outer.first, *[place[x] for x in reads])
            released(s, reads)
        elif name == "block":
            block = program.blocks[i]
            by_unit, by_input = (1, block.units) if block.transposed else (len(block.inputs), 1)
            words += (code, len(reads), block.units, block.first, by_unit, by_input)
            words += [place[x] for x in reads]
            # Outputs may not lie where inputs are: the inputs are read again for each patch of outputs.
            words += [taken(x) for x in units[i]]
            released(s, reads)
            free += [to for x, to in zip(units[i], words[-block.units :]) if x < 0]
        else:  # opaque
            words += (code, taken(i), program.instructions[i][1], len(reads), *[place[x] for x in reads])
            released(s, reads)
    return Tape(array("i", words), made.constants, slots)
