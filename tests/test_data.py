"""Data sets: their shapes, their seeds, and what the CSV reader says about a line."""

import random

import pytest

from autograd_mini import data

MAKERS = {
    "moons": data.moons, "circles": data.circles, "spirals": data.spirals, "logistic": data.logistic,
    "regression": data.regression,
}  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_seed_gives_the_same_data(name):
    """A seed, or a generator with it, gives the same examples; another seed gives others."""
    make = MAKERS[name]

    assert make(30, seed=3) == make(30, seed=3) == make(30, seed=random.Random(3))
    assert make(30, seed=3) != make(30, seed=4)
    assert {30} == {len(make(30).X), len(make(30).y)}
    assert {float} == {type(x) for example in make(30).X for x in example}


def test_the_numbers_of_a_seed():
    """These are the first points of the moons, on every platform."""
    X, y = data.moons(100, seed=1)

    assert [[0.9777, -0.0075], [-0.2723, 0.632], [1.0683, 0.0274]] == X[:3]
    assert [0, 1] * 50 == y


def test_shapes():
    """Without noise the points lie on their curves."""
    circles, moons = data.circles(40, noise=0.0, factor=0.25), data.moons(40, noise=0.0)

    for (a, b), k in zip(circles.X, circles.y, strict=True):
        assert (a * a + b * b) ** 0.5 == pytest.approx(0.25 if k else 1.0, abs=1e-4)
    for (a, b), k in zip(moons.X, moons.y, strict=True):
        centre = (1.0, 0.5) if k else (0.0, 0.0)
        assert ((a - centre[0]) ** 2 + (b - centre[1]) ** 2) ** 0.5 == pytest.approx(1.0, abs=1e-4)
        assert (b <= 0.5) if k else (b >= 0.0)
    assert [0, 1, 2, 3] * 3 == data.spirals(12, classes=4).y


def test_noise_is_as_wide_as_said():
    """The noise of a line has the standard deviation asked for."""
    X, y = data.regression(2000, weights=(2.0, -1.0), bias=0.5, noise=0.3, seed=0)
    errors = [target - (2 * a - b + 0.5) for (a, b), target in zip(X, y, strict=True)]

    assert sum(errors) / 2000 == pytest.approx(0.0, abs=0.03)
    assert (sum(e * e for e in errors) / 2000) ** 0.5 == pytest.approx(0.3, abs=0.02)
    assert [0, 1] == sorted(set(data.logistic(50).y))


def test_the_table_of_the_lecture():
    """Hours and scores, scaled by 10, 5 and 100 as in the lecture."""
    assert data.sleep_study() == ([[0.3, 1.0], [0.5, 0.2], [1.0, 0.4]], [0.75, 0.82, 0.93])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.moons(1), "the number of points must be a whole number of 2 or more, got 1"),
        (lambda: data.spirals(2, classes=3), "3 or more, got 2"),
        (lambda: data.spirals(classes=0), "classes must be a whole number of 1 or more, got 0"),
        (lambda: data.regression(0), "1 or more, got 0"),
        (lambda: data.circles(10.0), "got 10.0"),
        (lambda: data.moons(10**400), "whole number of 2 to 1,000,000, got 1000"),
        (lambda: data.spirals(classes=10**9), "whole number of 1 to 1,000,000, got 1000000000"),
        (lambda: data.moons(noise=-1.0), "noise must be a number of 0 or more, got -1.0"),
        (lambda: data.circles(factor=None), "factor must be a number, got None"),
        (lambda: data.spirals(turns=1e308), "turns must be a number between -1000 and 1000, got 1e.308"),
        (lambda: data.regression(weights=2.0), "weights must be a list of numbers, .* got float 2.0"),
        (lambda: data.logistic(weights=["a"]), "a weight must be a number, got str 'a'"),
        (lambda: data.logistic(bias=1j), "bias must be a number, got complex 1j"),
        (lambda: data.sleep_study(scaled="no"), "scaled must be True or False, got str 'no'"),
        (lambda: data.moons(seed="a"), "a seed must be an int, a random.Random, or None, got 'a'"),
        (lambda: data.moons(seed=0.5), "a seed must be an int, .* got 0.5"),
    ],
)
def test_wrong_arguments(call, message):
    """Each mistake gets its own message."""
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_far_apart_classes():
    """Weights beyond what exp can hold give certain classes, not an error."""
    assert {0, 1} == set(data.logistic(50, weights=[1e9]).y)


# CSV


def written(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("1,2,0\n3,4,1\n", {}, ([[1.0, 2.0], [3.0, 4.0]], [0, 1])),
        ("sleep,study,score\r\n3,5,75.5\r\n\r\n 5 , 1 ,82\r\n", {}, ([[3.0, 5.0], [5.0, 1.0]], [75.5, 82.0])),
        (b"\xef\xbb\xbf1;2e-1\n", {"delimiter": ";"}, ([[1.0]], [0.2])),
        ("7,1,2\n8,3,4\n", {"target": 0}, ([[1.0, 2.0], [3.0, 4.0]], [7, 8])),
        ('"1","-1"\n', {}, ([[1.0]], [-1])),
        (" a ,,_b2\n1,2,3\n", {}, ([[1.0, 2.0]], [3])),
        ("größe,#n,(kg)?b\n1,2,3\n", {}, ([[1.0, 2.0]], [3])),
    ],
)
def test_read_csv(tmp_path, content, options, expected):
    """Headers, empty lines, spaces, quotes and a byte-order mark are understood; classes are ints."""
    found = data.read_csv(written(tmp_path, content), **options)

    assert found == expected
    assert list(map(type, found.y)) == list(map(type, expected[1]))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n3,x\n", "line 3, column 2: 'x' is not a finite number; write it like -1.5"),
        ("nan,inf\n1,2\n", "line 1, column 1: 'nan' is not a finite number; write it like -1.5$"),
        ("NA,n/a\n1,2\n", "line 1, column 1: 'NA' is not a finite number"),
        ("None,null\n1,2\n", "line 1, column 1: 'None' is not a finite number"),
        ("?,-\n1,2\n", r"line 1, column 1: '\?' is not a finite number"),
        ("a,2020\n1,2\n", "line 1, column 1: 'a' is not .*; a header has names only"),
        ("2020,a\n1,2\n", "line 1, column 2: 'a' is not .*; a header has names only"),
        ("1st,2nd\n1,2\n", "line 1, column 1: '1st' is not a finite number"),
        ("1_0,1e999\n1,2\n", "line 1, column 1: '1_0' is not a finite number"),
        ('"0,5","1,5"\n', "line 1, column 1: '0,5' is not a finite number"),
        ("1,2\n\n,3\n", "line 3, column 1: '' is not a finite number"),
        ("1,nan\n", "line 1, column 2: 'nan' is not a finite"),
        ("1,1e999\n", "line 1, column 2: '1e999'"),
        ("1,1_000\n", "line 1, column 2: '1_000'"),
        ("1,2\n3\n", "line 2: 1 columns, where the lines before have 2"),
        ("1\n2\n", r"line 1: 1 columns do not have a target in column -1; at least one input"),
        ("1;2\n3;4\n", "line 1: 1 columns .* is the delimiter ';'"),
        ("", "it has no line with numbers"),
        ("a,b\n", "it has no line with numbers"),
        (b"\xff\xfe1,2\n", "no text in UTF-8"),
    ],
)
def test_a_bad_csv_names_its_line(tmp_path, content, message):
    """Whatever is wrong with a file, the error names the file and the line."""
    with pytest.raises(ValueError, match=rf"t\.csv.*({message})"):
        data.read_csv(written(tmp_path, content))


def test_whole_numbers_stay_whole(tmp_path):
    """A column of whole targets is kept whole, however large; among the inputs a float must hold them."""
    path = written(tmp_path, f"{2**53},{2**53 + 1}\n{-(2**60)},{10**400 // 10**100}\n1e17,-0\n")
    X, y = data.read_csv(path)

    assert [2**53 + 1, 10**300, 0] == y
    assert [[2.0**53], [-(2.0**60)], [1e17]] == X


@pytest.mark.parametrize("content", [f"{2**53 + 1},1\n", f"-1,{2**53 + 1}\n1,0.5\n", f"{10**300 + 1},1\n"])
def test_a_whole_number_that_no_float_holds_is_an_error(tmp_path, content):
    """It is not rounded to another one in silence, among the inputs or beside a target with decimals."""
    with pytest.raises(
        ValueError, match=r"t\.csv, line 1, column \d: .* is a whole number that no float holds"
    ):
        data.read_csv(written(tmp_path, content))


@pytest.mark.parametrize("delimiter", ["", "ab", None, 5, "\n", '"'])
def test_a_delimiter_is_one_character(tmp_path, delimiter):
    """Anything else is an error of ours, not of the standard library."""
    with pytest.raises(ValueError, match="the delimiter must be one character"):
        data.read_csv(written(tmp_path, "1,2\n"), delimiter=delimiter)


def test_a_message_stays_short_and_clean(tmp_path):
    """A cell or a file name of any length and any characters is shown shortened and written out."""
    path = tmp_path / "t\x1b.csv"
    path.write_text("1," + "\x1b9" * 50_000)
    with pytest.raises(ValueError, match=r"t\\x1b\.csv, line 1, column 2: '") as caught:
        data.read_csv(path)

    assert len(str(caught.value)) < 300
    assert "\x1b" not in str(caught.value)


def test_a_column_that_is_not_there(tmp_path):
    """The target must be one of the columns."""
    with pytest.raises(ValueError, match="2 columns do not have a target in column 2"):
        data.read_csv(written(tmp_path, "1,2\n"), target=2)
