"""The rooms of the house: who may import whom, and what `import autograd_mini` brings along."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

import autograd_mini

PACKAGE = Path(autograd_mini.__file__).parent
NAME = PACKAGE.name

# What each room may import, besides itself: a room is a folder, or a file that stands alone.
GROUND = {"errors", "files", "rng", "words"}
ENGINE = {"engine", "errors", "words"}
FORMULAS = {"formulas", *ENGINE}
FUNCTIONS = {"functions", *FORMULAS}
MAY_SEE: dict[str, set[str]] = {
    **{key: set() for key in GROUND},
    "errors": {"words"},
    "files": {"errors", "words"},
    "rng": {"errors"},
    "engine": {"errors", "words"},
    "formulas": ENGINE,
    "functions": FORMULAS,
    "custom": FUNCTIONS,
    "compiler": {"derivatives", "files", *FUNCTIONS},
    "derivatives": FORMULAS,
    "viz": {"files", *FORMULAS},
    "stepping": {"viz", "files", "expression", *FORMULAS},  # expression: what students type is read as one
    "expression": FUNCTIONS,
    "lectures": {"expression", "stepping", "viz", "files", "plots", *FORMULAS},
    "losses": FUNCTIONS,
    "optim": ENGINE,
    "data": {"rng", "files", *ENGINE},
    "nn": {"rng", "files", *FUNCTIONS},
    "descent": {"compiler", "losses", "optim", *FUNCTIONS},
    "train": {"descent", "losses", "optim", "nn", "rng", *FUNCTIONS},
    "experiments": {"train", "data", "losses", "optim", "nn", "errors"},
    "bench": {"compiler", "derivatives", "train", "data", "losses", "optim", "nn", "rng", *FUNCTIONS},
    "plots": {"train", "nn", "files", *ENGINE},
    "doctor": {"compiler", "engine", "expression", "viz", "errors"},
    "__init__": {
        "custom",
        "derivatives",
        "functions",
        "engine",
    },  # and later, by name, what is slower to load
    "__main__": {"cli"},
}
MAY_SEE["cli"] = set(MAY_SEE) - {"__init__", "__main__"}
THIRD_PARTY = {"cli": {"typer"}}  # at module level; everywhere else only inside the functions that need it
CALLED_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SOURCES = sorted(PACKAGE.rglob("*.py"))
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(PACKAGE)))


def room_of(source):
    return source.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(parts):
    """The dotted names that are imported there: module.name of `from module import name`."""
    for statement in parts:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            assert not statement.level, "imports are absolute here"
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)


def is_for_types_only(statement):
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"


def statements(source, *, skipped=()):
    """All parts of a module that ever run, without those inside the skipped kinds."""
    waiting = [ast.parse(source.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if not is_for_types_only(node) and not isinstance(node, skipped):
            yield node
            waiting += ast.iter_child_nodes(node)


def test_every_room_is_on_the_plan():
    """The table above names every room that exists, so that a new one gets its arrows."""
    assert set() == {room_of(source) for source in SOURCES} - set(MAY_SEE)


@every_source
def test_imports_run_one_way(source):
    """A room imports only what the plan lets it see, inside functions too."""
    room = room_of(source)
    seen = {name.split(".")[1] for name in imported(statements(source)) if name.startswith(f"{NAME}.")}

    assert set() == seen - MAY_SEE[room] - {room}


@every_source
def test_third_party_packages_wait_until_they_are_needed(source):
    """On import a module loads the standard library and this package, nothing else."""
    loaded = {name.split(".")[0] for name in imported(statements(source, skipped=CALLED_LATER))}

    assert set() == loaded - sys.stdlib_module_names - {NAME} - THIRD_PARTY.get(room_of(source), set())


def file_of(name):
    """The source that a dotted name stands in, if it is one of ours."""
    parts = name.split(".")
    for end in (len(parts), len(parts) - 1):
        path = PACKAGE.joinpath(*parts[1:end])
        for source in (path.with_suffix(".py"), path / "__init__.py"):
            if source in SOURCES and parts[0] == NAME and end > 1:
                return source
    return None


def test_no_two_files_import_each_other():
    """There is no circle of imports between files, not even of those for types only."""
    arrows = {}
    for source in SOURCES:
        tree = list(ast.walk(ast.parse(source.read_text("utf-8"))))
        arrows[source] = {file for name in imported(tree) if (file := file_of(name))} - {source}
    graphlib.TopologicalSorter(arrows).prepare()  # raises CycleError, which names the circle


def test_value_can_be_read_alone():
    """Value and what it imports are few files, none of which prints formulas or holds sentences."""
    seen, waiting = set(), [PACKAGE / "engine" / "value.py"]
    while waiting:
        source = waiting.pop()
        if source not in seen:
            seen.add(source)
            waiting += [file for name in imported(statements(source)) if (file := file_of(name))]

    assert len(seen) <= 11
    assert {room_of(source) for source in seen} <= {"engine", "errors", "words"}
    assert PACKAGE / "words" / "messages.py" not in seen


def test_nothing_imports_the_command_line():
    """No other room sees the command line."""
    assert {"__main__"} == {room for room, seen in MAY_SEE.items() if "cli" in seen}


def test_import_is_light():
    """`import autograd_mini` loads no third-party package, and not the pictures."""
    script = """
import sys
before = set(sys.modules)
import autograd_mini
print(*set(sys.modules) - before)
"""
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    loaded = set(run.stdout.split())
    third_party = {name.split(".")[0] for name in loaded} - sys.stdlib_module_names - {NAME}

    assert "autograd_mini.engine.value" in loaded
    assert set() == third_party
    assert set() == loaded & {f"{NAME}.viz", f"{NAME}.cli", f"{NAME}.expression"}


PUBLIC = [
    "Value",
    "variables",
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sigmoid",
    "softplus",
    "relu",
    "sign",
    "maximum",
    "minimum",
    "where",
    "heaviside",
    "clip",
    "sum",
    "dot",
    "mean",
    "logsumexp",
    "softmax",
    "log_softmax",
    "grad",
    "value_and_grad",
    "vjp",
    "jvp",
    "jacobian",
    "hessian",
    "hvp",
    "gradcheck",
    "no_grad",
    "detect_anomaly",
    "parse",
    "definitions",
    "draw",
    "steps",
]


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names(name):
    """The promised names are there, are listed, and are no modules."""
    thing = getattr(autograd_mini, name)

    assert callable(thing)
    assert name in autograd_mini.__all__
    assert name in dir(autograd_mini)


def test_everything_listed_is_there():
    """Each name of __all__ can be imported, and `import *` works."""
    names = {}
    exec("from autograd_mini import *", names)

    assert set(autograd_mini.__all__) <= set(names)


def test_no_public_name_is_that_of_a_module():
    """Importing a module of the same name would replace the function."""
    assert set() == set(autograd_mini.__all__) & {room_of(source) for source in SOURCES}


def test_an_unknown_name_is_an_attribute_error():
    """A misspelt name of the package is an error that names it."""
    with pytest.raises(AttributeError, match="module 'autograd_mini' has no attribute 'vlaue'"):
        autograd_mini.vlaue  # noqa: B018
