"""How many lines and steps the lecture figures have at each level: python -m tests.figures.table."""

from __future__ import annotations

from autograd_mini import definitions
from autograd_mini.stepping.lines import Lines
from autograd_mini.stepping.sweeps import OPERATION, Trace
from tests.figures.texts import FIGURES, NOT_TEXTS, TEXTS, data, gradients, inputs


def table() -> list[tuple[str, int, int, int]]:
    """Of every entry its lines forward, its steps by definitions, and its steps by operations, all texts together.

    The gradients are those of the last result that the entry differentiates; of an array the last entry.
    """
    rows = []
    for id_, texts in TEXTS.items():
        counts = [0, 0, 0]
        for said in texts:
            names = definitions(said.text, inputs(id_, said), data=data(id_, said))
            of = [*gradients(id_, said)][-1] if gradients(id_, said) else None
            lines = Lines(names, of=of)
            operations = Trace(names, of=lines.starts[-1].label)
            counts[0] += sum(1 for step in lines if step.kind == OPERATION)
            counts[1] += len(lines)
            counts[2] += len(operations)
        rows.append((id_, *counts))
    return rows


if __name__ == "__main__":
    print(f"{'entry':34} {'texts':>5} {'lines forward':>14} {'steps: definitions':>19} {'operations':>11}")
    for id_, lines, steps, operations in table():
        print(f"{id_:34} {len(TEXTS[id_]):5} {lines:14} {steps:19} {operations:11}")
    for id_, why in NOT_TEXTS.items():
        print(f"{id_:34}     - {why}")
    print(f"{len(TEXTS)} of {len(FIGURES)} entries are texts")
