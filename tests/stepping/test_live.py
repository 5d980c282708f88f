"""What a live page carries: its graph as data, its rules as a script, and scripts that get along."""

import json
import re
from importlib.resources import files

from autograd_mini import Value, parse
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import lift
from autograd_mini.formulas.javascript import table_of
from autograd_mini.nn import MLP
from autograd_mini.stepping.answers import reading_program
from autograd_mini.stepping.live import graph_of, leaves_of, program_of
from autograd_mini.viz.document import document

ASSETS = [
    "viz/assets/picture.js",
    "stepping/assets/live.js",
    "stepping/assets/reader.js",
    "formulas/functions.js",
]


def declared(script):
    """The words that a script declares for all scripts of its page."""
    found = re.findall(r"^(?:const|let|function) ([\w, ]+)|^const \[?\{?([\w, ]+)", script, re.MULTILINE)
    return [word.strip() for names in found for part in names if part for word in part.split(",")]


def test_scripts_declare_different_words():
    """All scripts of a page are one: a word declared twice would stop it."""
    texts = {name: files("autograd_mini").joinpath(name).read_text("utf-8") for name in ASSETS}
    pages = [
        files("autograd_mini").joinpath(f"stepping/assets/{name}.js").read_text("utf-8")
        for name in ("stepper", "exercise")
    ]
    brought = ["rules", "functions", "aliases"]
    for page in pages:
        words = [word for text in [*texts.values(), page] for word in declared(text)] + brought

        assert [] == [word for word in words if words.count(word) > 1]
        assert {"sweepForward", "readAnswer", "erf", "nodes", "boxOf"} <= {*words}


def test_a_program_comes_first_and_is_strict():
    """It stands before the scripts of the files, without spare white space, and the policy has its hash."""
    page = document("Live", "en", "", [], ["stepping/assets/live.js"], program="const twice = (x) => 2 * x;")

    assert '<script>"use strict";const ' in page
    assert "=x=>2*x;" in page
    assert page.index("=x=>2*x;") < page.index("function ")


def test_no_script_is_made_from_text():
    """Nothing of a page is ever run that is not in its script."""
    page = document(
        "Live", "en", "", [], ASSETS[1:3], program=f"{table_of([(RULES['gelu'], 1)])}{reading_program()}"
    )

    assert not re.search(r"\beval\b|\bFunction\b|innerHTML|setTimeout\(\"", page)
    assert "unsafe" not in page


def test_leaves():
    """Inputs may be changed; data too, which are named constants; other constants may not."""
    data = lift(2.0)
    data.label = "y"
    order = toposort((Value(1.0, label="x") - data) * 3.0)

    assert {"inputs": [0], "data": [1]} == leaves_of(order)


def test_small():
    """The lecture's graph adds 1.5 kB to a page that computes; a network of 2-16-16-1 less than 12 kB."""
    lecture = toposort(parse("(u + v) * w", u=2, v=3, w=4))
    network = toposort(MLP(2, [16, 16, 1], activation="tanh", seed=0)([Value(0.5), Value(1.0)]))

    def bytes_of(order):
        page = document("Live", "en", "", [], ["stepping/assets/live.js"], program=program_of(order))
        return len(page.encode()) + len(json.dumps(graph_of(order), separators=(",", ":")))

    assert bytes_of(lecture) - len(document("Live", "en", "", [], []).encode()) < 1600
    assert bytes_of(network) < 12_000
