"""What doctor reports when something is missing."""

from autograd_mini import doctor
from autograd_mini.engine import native


def test_missing_extra_says_how_to_get_it(monkeypatch):
    """An extra with a package that is not installed names the command that installs it."""
    monkeypatch.setattr(doctor, "_installed", lambda package: None if package == "resvg-py" else "1.0")

    assert '  png       no: pip install "autograd-mini[png]"' in doctor.report()
    assert "  plot      matplotlib 1.0" in doctor.report()


def test_the_engine_says_whether_it_is_native():
    """A line says whether there is a native core, or why not."""
    assert f"  native core  {native.status}" in doctor.report().splitlines()


def test_renderer_that_does_not_work_says_why(monkeypatch):
    """A renderer that fails is reported with its reason, and the report goes on."""
    monkeypatch.setenv("PATH", "/nowhere")
    report = doctor.report()

    assert "  wasm   works" in report
    assert "  dot    no: there is no program `dot` on the PATH" in report
    assert "Extras" in report
