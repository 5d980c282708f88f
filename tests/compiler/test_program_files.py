"""Program files: what comes back, what is refused, and that nothing in a file is ever believed."""

import copy
import json
import math
import random

import pytest
from compiler.programs import random_case
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini.compiler import files
from autograd_mini.compiler.checking import check
from autograd_mini.compiler.places import Places
from autograd_mini.compiler.program import Block, Listing, Outer, Program, evaluate

ABOUT = {"labels": ["w[1]", "α"], "numbers": [0.1, -0.0], "output": [{"a": 0}, [1, None]]}


def example():
    """A program with every kind of instruction that a file can hold, and numbers that JSON has no word for."""
    listing = Listing(exact=True)
    x = [listing.emit("input", j) for j in range(2)]
    w = listing.emit("parameter", 6)
    units = listing.block(Block(0, (x[0], w), 3))
    back = listing.block(Block(0, tuple(units), 2, transposed=True))
    numbers = [math.nan, math.inf, -math.inf, -0.0, 5e-324, 0.1, 1e308]
    results = [listing.emit("hypot", back[0], listing.constant(z)) for z in numbers]
    results.append(listing.emit("select", listing.emit("less", x[0], x[1]), back[1], w))
    outers = [Outer(0, tuple(units), (x[1], w))]
    return listing.program(inputs=2, parameters=7, results=results, sums=[(6, back[1])], outers=outers)


EXAMPLE = example()


def test_a_saved_program_comes_back(tmp_path):
    """To the last bit, signs of zero and nan too, and with what was said of it."""
    plain = EXAMPLE._replace(results=(), sums=())
    path = files.save(tmp_path / "p.json", [EXAMPLE, plain], ABOUT)
    found, about = files.load(path)

    assert repr([EXAMPLE, plain]) == repr(found)
    assert repr(ABOUT) == repr(about)
    assert files.save(tmp_path / "again.json", found, about).read_bytes() == path.read_bytes()


@settings(max_examples=50)
@given(st.randoms(use_true_random=False))
def test_random_programs_come_back(rng):
    """Through lists and numbers, every kind of program is itself again."""
    program = random_case(rng, opaque=False).program

    assert repr(program) == repr(files.from_json(json.loads(json.dumps(files.as_json(program)))))


def test_python_functions_are_not_saved(tmp_path):
    """An older file stays as it is; the message says what to do."""
    path = files.save(tmp_path / "p.json", [EXAMPLE], {})
    before = path.read_bytes()
    listing = Listing()
    y = listing.opaque(math.gamma, listing.emit("input", 0))
    program = listing.program(inputs=1, parameters=0, results=[y])
    with pytest.raises(ValueError, match=r"cannot save .*p.json: it calls Python functions.*primitive"):
        files.save(path, [program], {})

    assert before == path.read_bytes()


def nested(depth):
    about = {}
    for _ in range(depth):
        about = {"a": about}
    return about


@pytest.mark.parametrize("about", [{"a": math.nan}, {"a": {1}}, nested(30), nested(5000)])
def test_what_no_file_can_say(about, tmp_path):
    """What is no JSON, or nested too deep, is refused, and no file appears."""
    with pytest.raises(ValueError, match=r"cannot save .*p.json: "):
        files.save(tmp_path / "p.json", [EXAMPLE], about)

    assert [] == [*tmp_path.iterdir()]


def instructions(*ones, **fields):
    return Program(tuple(ones), **{"inputs": 1, "parameters": 4, "results": ()} | fields)


X = ("input", 0)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (instructions(("inptu", 0)), r"instruction 0, \['inptu', 0\], is no operation; did you mean input"),
        (instructions((X, 0)), "is no operation"),
        (instructions(()), "is no operation"),
        (instructions(("opaque", 0)), "is no operation"),
        (instructions(("__import__", 0)), "is no operation"),
        (instructions(X, ("add", 0)), "reads 1 numbers where 2 are needed"),
        (instructions(X, ("exp", 0, 0)), "reads 2 numbers where 1 are needed"),
        (instructions(("input",)), "reads 0 numbers where 1 are needed"),
        (instructions(X, ("exp", 1)), "reads 1 where a number from 0 to 0 is needed"),
        (instructions(X, ("exp", -1)), "reads -1 where"),
        (instructions(X, ("exp", 0.0)), "reads 0.0 where"),
        (instructions(X, ("exp", False)), "reads False where"),
        (instructions(X, ("exp", "0")), "reads '0' where"),
        (instructions(("input", 1)), "reads 1 where a number from 0 to 0"),
        (instructions(("parameter", 4)), "reads 4 where a number from 0 to 3"),
        (instructions(("constant", 1)), "is no float"),
        (instructions(("constant", "1")), "is no float"),
        (instructions(X, ("unit", 0, 0)), "is no output of a block"),
        (instructions(X, ("unit", 0, 2), blocks=(Block(0, (0,), 2),)), "is no output of a block"),
        (instructions(("unit", 0, 0), X, blocks=(Block(0, (1,), 1),)), "before its block's input 1 is made"),
        (instructions(X, blocks=(Block(0, (1,), 1),)), r"Block\(first=0.* reads 1 where"),
        (instructions(X, blocks=(Block(0, (), 1),)), "has no matrix"),
        (instructions(X, blocks=(Block(0, (0,), 0),)), "has no matrix"),
        (instructions(X, blocks=(Block(0, (0,), "1"),)), "has no matrix"),
        (instructions(X, blocks=(Block(3, (0,), 2),)), "does not lie within the 4 parameters"),
        (instructions(X, blocks=(Block(-1, (0,), 2),)), "does not lie within"),
        (instructions(X, blocks=(Block(0, (0,), 2, 1),)), "transposed or not, which 1"),
        (
            instructions(X, parameters=10**7, blocks=(Block(0, (0,), 10**7),) * 2),
            "more than 10000000 outputs",
        ),
        (instructions(X, outers=(Outer(0, (0,), (1,)),)), r"Outer\(first=0.* reads 1 where"),
        (instructions(X, outers=(Outer(0, (), (0,)),)), "has no matrix"),
        (instructions(X, outers=(Outer(4, (0,), (0,)),)), "does not lie within"),
        (instructions(X, sums=((4, 0),)), "sums reads 4 where a number from 0 to 3"),
        (instructions(X, sums=((0, 1),)), "sums reads 1 where a number from 0 to 0"),
        (instructions(X, results=(1,)), "results reads 1 where"),
        (instructions(X, inputs=-1), "it has -1 inputs, where"),
        (instructions(X, parameters=10**9), "it has 1000000000 parameters"),
        (instructions(X, parameters=4.0), "it has 4.0 parameters"),
        (instructions(X, functions=(math.exp,)), "calls Python functions"),
    ],
    ids=str,
)
def test_malformed_programs(program, message):
    """Each is refused with what is wrong."""
    with pytest.raises(ValueError, match=message):
        check(program)


def edited(**changes):
    saved = {"format": files.FORMAT, "version": 1, "about": {}, "programs": [files.as_json(EXAMPLE)]}
    return json.dumps(saved | changes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value"),
        ("{}", "it is no program file"),
        ("[]", "it is no program file"),
        (edited(format="autograd-mini model"), "it is no program file"),
        (edited(version=2), "version 2 and this package reads 1"),
        (edited(version=True), "version True"),
        (edited(about=[]), "`about` should be an object"),
        (edited(more=1), "the names format, version, about, programs was expected"),
        (edited(programs={}), "a list was expected"),
        (edited(programs=[[]]), "an object with the names instructions, inputs"),
        (edited(programs=[files.as_json(EXAMPLE) | {"functions": []}]), "an object with the names"),
        (edited(programs=[files.as_json(EXAMPLE) | {"sums": [[1]]}]), "a list of 2 was expected"),
        (edited(programs=[files.as_json(EXAMPLE) | {"blocks": [[1]]}]), "a list of 4 was expected"),
        (
            edited(
                programs=[files.as_json(EXAMPLE) | {"instructions": [["constant", "infinity"]], "blocks": []}]
            ),
            "is no float",
        ),
        (edited(about=1).replace('"about": 1', '"about": {"a": 1, "a": 2}'), "stands twice"),
        (edited(about=1).replace('"about": 1', '"about": {"a": NaN}'), "NaN is no finite number"),
        (edited(about=1).replace('"about": 1', '"about": {"a": 1e999}'), "fits no float"),
        (edited(about=1).replace('"about": 1', f'"about": {"[" * 100_000}'), "nested more than 20 deep"),
        ("\ud800", "codec can't decode"),
    ],
)
def test_damaged_files(text, message, tmp_path):
    """Each is refused with what is wrong, and what to do."""
    path = tmp_path / "p.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(
        ValueError, match=rf"cannot load .*p.json: .*{message}.*; save the compiled function again"
    ):
        files.load(path)


def test_files_without_end(tmp_path, monkeypatch):
    """Of a file that is too large no more is read than shows it."""
    path = files.save(tmp_path / "p.json", [EXAMPLE], {})
    monkeypatch.setattr(files, "LARGEST", 100)
    with pytest.raises(ValueError, match="more than 100 bytes"):
        files.load(path)


def test_a_file_that_is_not_there(tmp_path):
    """The error names it."""
    with pytest.raises(FileNotFoundError) as caught:
        files.load(tmp_path / "p.json")

    assert [f"cannot read {tmp_path / 'p.json'}: No such file or directory"] == caught.value.__notes__


def changed_bytes(rng, data):
    """Bytes lost, doubled, or replaced."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at, length = rng.randrange(len(data)), rng.choice((1, 1, 1, 5, 100))
        new = [
            b"",
            bytes([rng.randrange(256)]),
            data[at : at + length] * 2,
            rng.choice((b"-", b"9", b"]", b"0", b",")),
        ]
        data[at : at + length] = rng.choice(new)
    return bytes(data)


def changed_json(rng, data):
    """Some part of the document replaced by something else."""
    saved = json.loads(data)
    for _ in range(rng.randint(1, 3)):
        holder, part = None, saved
        while isinstance(part, dict | list) and part and (holder is None or rng.random() < 0.8):
            holder = part
            key = rng.choice([*holder] if isinstance(holder, dict) else range(len(holder)))
            part = holder[key]
        if holder is not None:
            other = [
                0,
                1,
                -1,
                10**7,
                2.5,
                "nan",
                "exp",
                "unit",
                None,
                True,
                [],
                {},
                [0, 0],
                copy.deepcopy(part),
                saved,
            ]
            holder[key] = rng.choice(other[:-1])
            if isinstance(part, int):
                holder[key] = rng.choice((holder[key], part + 1, part - 1))
    return json.dumps(saved).encode()


@pytest.mark.parametrize("changed", [changed_bytes, changed_json])
def test_damage_is_an_error_or_another_program(changed, tmp_path):
    """1,000 damaged files each: refused, or a program that runs."""
    path = files.save(tmp_path / "p.json", [EXAMPLE], ABOUT)
    whole = path.read_bytes()
    rng = random.Random(1)
    refused = []
    for _ in range(1000):
        path.write_bytes(changed(rng, whole))
        try:
            programs, about = files.load(path)
        except ValueError as error:
            refused.append(str(error))
            continue
        assert isinstance(about, dict)
        for program in programs:
            check(program)
            Places(program)
            if max(program.inputs, program.parameters) < 1000:
                evaluate(program, [0.5] * program.inputs, [0.25] * program.parameters)

    assert 500 < len(refused) < 1000
    assert all(message.startswith(f"cannot load {path}: ") for message in refused)
