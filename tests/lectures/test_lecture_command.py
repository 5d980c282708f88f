"""The command `autograd-mini lecture`, in both languages."""

import pytest

from autograd_mini import lectures
from autograd_mini.cli import main
from autograd_mini.stepping.steps import Steps

EXAMPLES = [example for document in lectures.all() for example in document.examples]
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)


def told(capsys, *words):
    assert main(["lecture", *words]) == 0
    return capsys.readouterr().out


def complaint(capsys, *words):
    assert main(["lecture", *words]) == 2
    return capsys.readouterr().err


def test_documents_and_examples(capsys):
    """One line for each example, in French for French documents."""
    out = told(capsys)

    assert sum(line.startswith("  ") for line in out.splitlines()) == len(EXAMPLES) == 78
    assert "ex2     Un réseau 2-2-1\u00a0: passe forward et passe backward" in out
    assert "A 2-2-1 network" in told(capsys, "--lang", "en")


def test_an_example(capsys):
    """What it teaches and asks, every number beside the printed one, claims, and errata with what is right."""
    out = told(capsys, "td1", "ex2")

    assert "Question\u00a0: Calculez les préactivations" in out
    assert "h_1     sigmoid(a_1)                   0,7311   0.73" in out
    assert "0,006477             0,0065" in out
    assert "0.0338 (E-002-8\u00a0: 0.0336)" in out
    assert "vrai\u00a0: ∂loss/∂w_31" in out
    assert "E-002-1, Ex 2 Q1" in out


def test_an_example_in_english(capsys):
    out = told(capsys, "td1", "ex2", "--lang", "en")

    assert "Question: Compute the pre-activations" in out
    assert "h_1     sigmoid(a_1)                   0.7311   0.73" in out


@pytest.mark.parametrize("name", ["ex2", "EX2", "mlp-regression-td1", "Ex2 Q1", "ex2-q2"])
def test_how_an_example_may_be_named(capsys, name):
    """By its number, its id, or a question that it answers."""
    assert told(capsys, "td1", name).startswith("td1 ex2: ")


def test_a_question_of_another_document(capsys):
    """A question may be answered by an example of another document, or by several, which are named."""
    assert told(capsys, "glo4030", "slide: output forms: tanh").startswith("td1 ex2: ")
    assert "plusieurs exemples répondent à 'Part B Q4'" in complaint(capsys, "tp2", "Part B Q4")


def test_other_numbers(capsys):
    """With a comma where French is spoken, with a point else; what is printed no longer stands beside them."""
    for words in (["w_31=0,5"], ["w_31=0.5", "--lang", "en"]):
        out = told(capsys, "td1", "ex2", *words)
        assert "0,7311" in out or "0.7311" in out
        assert "0.73 " not in out.replace("0.7311", "")
    assert "0,1\u00a0" not in out


def test_steps(capsys):
    out = told(capsys, "td1", "ex2", "--step")

    assert "Passe forward" in out
    assert "∂loss/∂h_3 = −(target − h_3) = −(0,5 − 0,7593) = 0,2593" in out


def test_files(capsys, tmp_path):
    """Page, picture, exercise and slides in one call."""
    names = {"--html": "p.html", "--draw": "p.svg", "--exercise": "e.html", "--slides": "s.tex"}
    told(
        capsys, "glo4030", "sum-times-w", *[x for o, name in names.items() for x in (o, str(tmp_path / name))]
    )

    for name in names.values():
        assert (tmp_path / name).stat().st_size > 1000
    assert '<html lang="fr">' in (tmp_path / "p.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["td2"], "no document is called 'td2'; there are: glo4030, td1,"),
        (["td2", "--lang", "fr"], "aucun document ne s’appelle 'td2'"),
        (["td1", "ex9"], "td1 n’a pas d’exemple 'ex9'\u202f; il y a\u00a0: ex1, ex1-q2"),
        (["td1", "ex9", "--lang", "en"], "td1 has no example 'ex9'; it has: ex1"),
        (["td1", "--step"], "dites quel exemple de td1"),
        (["td1", "ex2", "ex3"], "que faire de ex3"),
        (["td1", "ex2", "q=2", "--lang", "en"], "is called 'q'; its inputs are: A, B, w_1A"),
        (
            ["td1", "ex2", "q=2"],
            "aucune entrée de ex2 ne s’appelle 'q'\u202f; ses entrées sont\u00a0: A, B, w_1A",
        ),
        (["td1", "ex2", "w_31=a", "--lang", "en"], "autograd-mini: cannot read 'w_31=a'"),
        (["td1", "ex2", "w_31=a"], "cela ne peut pas être lu. En anglais\u00a0: cannot read 'w_31=a'"),
        (["glo4030", "saddle-point", "--student", "Zoé"], "aucun nombre de saddle-point ne varie"),
        (
            ["glo4030", "saddle-point", "--moodle", "q.xml", "--variants", "2"],
            "aucun nombre de saddle-point ne varie",
        ),
        (
            ["glo4030", "saddle-point", "--students", __file__],
            "y est deux fois\u202f; écrivez un étudiant par ligne",
        ),
        (["td1", "ex2", "--lang", "de"], "no words for the language 'de'"),
    ],
)
def test_what_cannot_be_shown(capsys, words, said):
    assert said in complaint(capsys, *words)


@pytest.mark.parametrize("words", [["--lang", "fr"], ["--lang=fr"], ["td1", "--lang", "fr"]])
def test_help_in_french(capsys, words):
    """Of the command and of all its options, and afterwards in English again."""
    out = told(capsys, *words, "--help")
    assert "Les cours" in out
    assert "Montrer ce message." in out
    assert not {"the", "Write", "Show", "with"} & {*out.split()}
    assert "Show this message and exit." in told(capsys, "--help")


def test_check(capsys):
    """Everything the five documents print and claim is as the files say."""
    out = told(capsys, "--check")

    assert "0 are not as they should be" in out
    assert "mlp-regression-td1-update" in out


@every_example
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_every_example_is_told(example, capsys):
    """In both languages, by the command."""
    document = example.document
    assert document is not None
    for lang in ("fr", "en"):
        assert example.speaking(lang).title in told(capsys, document.name, example.number, "--lang", lang)


@every_example
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_every_example_is_stepped(example):
    """At the level that suits it, and by definitions."""
    assert isinstance(example.steps(), Steps)
    assert len(str(example.steps()).splitlines()) > 3
    if not example.by:
        assert len(example.steps(detail="definitions")) > 1


@every_example
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_every_example_leaves(example, tmp_path):
    """As picture, page, exercise and slides, in both languages."""
    for lang in ("fr", "en"):
        said = example.speaking(lang)
        for path in (said.draw().save(tmp_path / "p.svg"), said.exercise(tmp_path / "e.html")):
            assert path.stat().st_size > 2000
        trace = said.steps()
        for name in ("p.html", "s.tex"):
            assert trace.save(tmp_path / name).stat().st_size > 2000


def test_a_network_is_drawn_as_neurons(capsys, tmp_path):
    """With --style network, which the example mentions; what is no network says so."""
    out = told(capsys, "td1", "ex2", "--draw", str(tmp_path / "f.svg"), "--style", "network")
    assert not out
    assert (tmp_path / "f.svg").read_text("utf-8").count("node result neuron") == 3
    assert "C’est un réseau\u00a0: --draw f.svg --style network" in told(capsys, "td1", "ex2")
    assert "It is a network" not in told(capsys, "td1", "ex1", "--lang", "en")
    assert "cannot be drawn as a network" in complaint(
        capsys, "td1", "ex1", "--draw", str(tmp_path / "g.svg"), "--style", "network"
    )


def test_a_descent_is_plotted(capsys, tmp_path):
    """The path on the loss; an example without one says so."""
    told(capsys, "glo4030", "saddle-point-nearby", "--plot", str(tmp_path / "f.png"))
    assert (tmp_path / "f.png").stat().st_size > 10_000
    assert "saddle-point ne descend aucun gradient" in complaint(
        capsys, "glo4030", "saddle-point", "--plot", "f.png"
    )


def test_the_plane_of_a_plot():
    """The two parameters that move most, over the loss that the file's own text gives."""
    example = lectures.get("mlp-regression-td1-update")
    flat, solid = example.plot().axes

    assert (flat.get_xlabel(), flat.get_ylabel(), solid.get_zlabel()) == ("w₃₂", "b₃", "loss")
    xs, ys = flat.lines[0].get_data()
    run = example.run()
    assert [*xs] == [0.9, run.values["new.w_32"]]
    assert [*ys] == [0.1, run.values["new.b_3"]]


def test_a_plot_where_nothing_moves():
    """Shows two parameters by which the loss is not flat: the start is a saddle."""
    flat, _ = lectures.get("dropout-useless-when-f0-is-0").plot().axes

    assert (flat.get_xlabel(), flat.get_ylabel()) == ("w₁", "v₁")


def test_a_plot_of_arrays():
    """Their entries move; in each language with its decimal sign."""
    example = lectures.get("batch-gradient-descent")
    flat, _ = example.plot().axes
    run = example.run()
    xs, _ = flat.lines[0].get_data()

    assert (flat.get_xlabel(), flat.get_ylabel()) == ("W⁽¹⁾₁,₁", "b⁽¹⁾₃")
    assert [*xs] == [path["W1"][0][0] for path in run.paths[0]]
    assert example.plot().get_suptitle() == "risk = 1,12 → 0,883 → 0,794 → 0,692   (η = 0,3)"
    assert "0.883" in example.speaking("en").plot().get_suptitle()


def test_a_path_lies_on_the_surface():
    """Also where the others move as well: they are held where they start."""
    example = lectures.get("mlp-regression-td1-update")
    _, solid = example.plot().axes
    xs, ys, zs = solid.lines[0].get_data_3d()

    for x, y, z in zip(xs, ys, zs, strict=True):
        assert example.run(w_32=x, b_3=y).values["loss"] == pytest.approx(z)
