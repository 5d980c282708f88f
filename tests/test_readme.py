"""The README stays true: its pictures are what the package draws. (Its code blocks run as doctests.)"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from gallery import DRAWN, FOLDER

from autograd_mini import draw, parse

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PICTURES = re.findall(r"!\[[^]]*\]\(([^)]*)\)", README)


def test_picture_is_what_the_first_command_draws():
    """The picture at the top is the drawing of the expression in the first command."""
    command = re.search(r'autograd-mini draw "(.*?)" (.*?) -o', README)
    f = parse(command[1], **{name: float(x) for name, x in re.findall(r"(\w)=(\S+)", command[2])})
    f.backward()

    assert draw(f).svg() == DRAWN[Path(PICTURES[0]).name]().svg()


@pytest.mark.parametrize("name", DRAWN)
def test_gallery_is_what_the_package_draws(name):
    """Every drawing is, byte for byte, what gallery.py says; if one has to change, `python tests/gallery.py` writes it."""
    assert DRAWN[name]().svg() == (FOLDER / name).read_text("utf-8")


def test_gallery_is_shown():
    """The README shows the pictures that there are, each once."""
    assert sorted(PICTURES) == sorted(str(path.relative_to(ROOT)) for path in FOLDER.iterdir())


def test_every_linked_file_is_there():
    """No link into the repository leads nowhere."""
    links = [link for link in re.findall(r"\]\(([^)]*)\)", README) if not link.startswith("http")]

    assert [] == [link for link in links if not (ROOT / link).exists()]


def test_the_two_commands_stand_first():
    """The first shell block holds the two commands, one a line, that the gate runs as they stand."""
    block = re.search(r"```sh\n(.*?)```", README, re.DOTALL)[1]

    assert 2 == len(block.strip().splitlines())
    assert "autograd-mini draw" in block.splitlines()[0]
    assert "pytest" in block.splitlines()[1]


@pytest.mark.slow
def test_the_demo_is_trained_on_eight_devices():
    """The example of several machines runs as it stands, here on eight devices that XLA makes of one."""
    pytest.importorskip("jax", reason='needs pip install "autograd-mini[jax]"')
    example = next(
        block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "make_mesh" in block
    )
    flags = {
        "XLA_FLAGS": "--xla_force_host_platform_device_count=8",
        "JAX_ENABLE_X64": "1",
        "JAX_PLATFORMS": "cpu",
    }
    script = f"{example}\nprint(len(jax.devices()))"
    run = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | flags,
        cwd=ROOT,
    )
    loss, devices = run.stdout.split()

    assert "8" == devices
    assert 0.05 > float(loss)
