"""A stand-in for Colab, end to end: a notebook alone in a folder, on a platform with its own torch and numpy.

The platform is a virtual environment with versions that Colab has had, other than ours. Its torch is a link to the one
that runs this test, under another version, as a second torch would be a download of gigabytes.
"""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from utils.course import setup

ROOT = Path(__file__).parents[2]
LESSON = "00_start_here"  # it trains, draws and shows a widget, and is done in half a minute
TORCH = "2.12.1+platform"
PLATFORM = {
    "huggingface_hub": "1.33.0",
    "ipykernel": "6.17.1",
    "ipython": "7.34.0",
    "ipywidgets": "7.7.1",
    "numpy": "2.0.2",
    "pandas": "2.2.2",
    "psutil": "5.9.5",
    "transformers": "5.16.1",
}
ALSO = ("ipython-genutils", "jinja2", "networkx", "sympy")  # what these and torch need besides
VERSIONS = f"""
from importlib.metadata import version
print(*(f"{{name}}=={{version(name)}}" for name in {[*PLATFORM, "torch"]}))
"""
AS_IT_WAS = " ".join(f"{name}=={number}" for name, number in (PLATFORM | {"torch": TORCH}).items())


class Colab(NamedTuple):
    """A folder that holds a copy of the lesson and nothing else, the kernel to run it, and where pip keeps its log."""

    folder: Path
    kernel: KernelSpecManager
    pip_log: Path

    def run(self, cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
        """Run these cells in one kernel, and give them with their outputs. Raises when a cell fails."""
        notebook = new_notebook(cells=[new_code_cell(cell.source) for cell in cells if cell.cell_type == "code"])
        manager = AsyncKernelManager(kernel_name="colab", kernel_spec_manager=self.kernel)
        resources = {"metadata": {"path": str(self.folder)}}
        NotebookClient(notebook, km=manager, timeout=300, resources=resources).execute()
        return notebook.cells


@pytest.fixture(scope="session")
def colab(tmp_path_factory) -> Colab:
    base = tmp_path_factory.mktemp("colab")
    python = make_platform(base / "platform")
    folder = base / "content"
    folder.mkdir()
    shutil.copy(ROOT / "lessons" / f"{LESSON}.ipynb", folder)
    course = publish(base / "published")
    kernel = base / "kernels" / "colab"
    kernel.mkdir(parents=True)
    variables = {
        "GIT_CONFIG_COUNT": "1",  # git takes our copy for what stands at the course's address
        "GIT_CONFIG_KEY_0": f"url.{course.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": setup.REPOSITORY,
        "PIP_LOG": str(base / "pip.log"),
        "QOQ_CACHE": str(base / "runs"),
        "QOQ_PROGRESS": str(base / "progress.json"),
    }
    command = [str(python), "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.joinpath("kernel.json").write_text(
        json.dumps({"argv": command, "display_name": "Colab", "language": "python", "env": variables})
    )
    manager = KernelSpecManager(kernel_dirs=[str(kernel.parent)], ensure_native_kernel=False)
    return Colab(folder, manager, base / "pip.log")


def make_platform(folder: Path) -> Path:
    """The Python of a new virtual environment with what the platform brings along."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line.partition("==")[0] not in (*PLATFORM, "torch")]
    (folder / "constraints.txt").write_text("\n".join(pins))
    own = [f"{name}=={number}" for name, number in PLATFORM.items()]
    front_end = [each for each in own if each.startswith("ipywidgets")]  # without the whole notebook server
    options = ["--quiet", "--no-compile", "--disable-pip-version-check", "-c", str(folder / "constraints.txt")]
    for packages in ([each for each in own if each not in front_end] + [*ALSO], ["--no-deps", *front_end]):
        done = subprocess.run([python, "-m", "pip", "install", *options, *packages], capture_output=True, text=True)
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.strip()][-1]
            pytest.fail(
                f"The stand-in for Colab needs packages from PyPI, and pip could not fetch them ({said}). Connect this "
                "machine to PyPI and run the test again.",
                pytrace=False,
            )
    (packages,) = (folder / "lib").glob("python*/site-packages")
    for part in ("torch", "torchgen", "functorch"):
        (packages / part).symlink_to(distribution("torch").locate_file(part))
    about = packages / f"torch-{TORCH}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torch\nVersion: {TORCH}\n")
    (about / "RECORD").write_text("")
    (packages / "google" / "colab").mkdir(parents=True)
    (packages / "google" / "colab" / "__init__.py").write_text("")
    return python


def publish(folder: Path) -> Path:
    """A repository with one commit: this working tree as it is, without what git ignores."""

    def git(*arguments, at=folder) -> str:
        own = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        return subprocess.run(["git", *own, *arguments], cwd=at, check=True, capture_output=True, text=True).stdout

    for name in git("ls-files", "-coz", "--exclude-standard", at=ROOT).split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "The course")
    return folder


def printed(cell: nbformat.NotebookNode) -> str:
    """What a cell printed, as a reader sees it: of lines that overwrite each other, the last."""
    text = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    return "\n".join(line.rpartition("\r")[2] for line in text.split("\n"))


def test_the_first_cell_installs_what_is_missing_and_nothing_else(colab):
    size = new_code_cell("import os; print(os.path.getsize(os.environ['PIP_LOG']))")
    first = new_code_cell(setup.first_cell(LESSON))
    course = new_code_cell("import utils; from utils import compare, plots; print(utils.__file__)")
    cells = [new_code_cell(VERSIONS), first, new_code_cell(VERSIONS), course, size, first, size]
    before, once, after, imported, size_before, again, size_after = colab.run(cells)

    assert printed(before).split() == printed(after).split() == AS_IT_WAS.split()
    lines = printed(once).splitlines()
    assert len(lines) <= 2 and lines[0].startswith("Ready on Colab: ") and "restart" not in printed(once)
    assert printed(again) == printed(once)
    assert printed(size_after) == printed(size_before), "pip was called again"
    assert printed(imported).strip() == str(colab.folder / setup.FOLDER / "utils" / "__init__.py")
    assert sorted(os.listdir(colab.folder)) == sorted([f"{LESSON}.ipynb", setup.FOLDER])
    installed = [line for line in colab.pip_log.read_text().splitlines() if "Successfully uninstalled" in line]
    assert not installed, "something of the platform's was replaced"


def test_a_lesson_runs_to_its_end(colab):
    cells = nbformat.read(colab.folder / f"{LESSON}.ipynb", as_version=4).cells
    done = colab.run([*cells, new_code_cell(VERSIONS)])
    assert all(cell.execution_count for cell in done)
    assert printed(done[-1]).split() == AS_IT_WAS.split()
    assert any(
        "<img" in output.data.get("text/html", "") for cell in done for output in cell.outputs if "data" in output
    )
