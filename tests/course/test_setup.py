"""The first cell, piece by piece; `test_colab.py` runs it as a whole."""

import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from utils.course import setup
from utils.model import memory

ROOT = Path(__file__).parents[2]
AUTHOR = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
# What Colab has had for years, and what conda gives: versions with an ending, some out of our range.
PLATFORM = {"torch": "2.12.1+cu126", "numpy": "2.0.2", "transformers": "4.57.1", "pandas": "2.2.2", "tqdm": "4.67.1"}


CONFLICT = "ERROR: Cannot install trl because of conflicts.\nERROR: ResolutionImpossible: for help visit a page\n"


@pytest.fixture
def installed(monkeypatch):
    """The packages that are taken to be installed, to be changed at will."""
    packages = dict(PLATFORM)

    def version(name):
        if name not in packages:
            raise PackageNotFoundError(name)
        return packages[name]

    monkeypatch.setattr(setup, "version", version)
    return packages


@pytest.fixture
def pip(monkeypatch):
    """Calls of pip, recorded in place of made: (what was asked for, lines of the constraints). "" means success."""
    calls, answers = [], []

    def run(command, **options):
        assert command[:4] == [sys.executable, "-m", "pip", "install"], command
        at = command.index("-c")
        calls.append((command[at + 2 :], Path(command[at + 1]).read_text().splitlines()))
        said = answers.pop(0) if answers else ""
        return SimpleNamespace(returncode=int(bool(said)), stdout="", stderr=said)

    monkeypatch.setattr(setup.subprocess, "run", run)
    return SimpleNamespace(calls=calls, answers=answers)


# ------------------------------------------------------------------------------------------------ the cell


def test_the_first_cell_is_a_few_readable_lines():
    cell = setup.first_cell("01_the_principle")
    lines = cell.split("\n")
    assert len(lines) == 6 and max(map(len, lines)) < 160
    compile(TransformerManager().transform_cell(cell), "cell", "exec")
    assert f" {setup.REPOSITORY} " in lines[1] and setup.REPOSITORY.startswith("https://")
    assert lines[-1].endswith('prepare("01_the_principle")')


@pytest.mark.parametrize("folder, home", [(ROOT / "lessons", ".."), (ROOT / "solutions", ".."), (ROOT, ".")])
def test_the_first_cell_finds_the_course(folder, home, monkeypatch):
    monkeypatch.chdir(folder)
    assert opened(system=None)["home"] == home


def opened(system):
    """What the first cell leaves, with `system` in place of the shell."""
    scope = {"get_ipython": lambda: SimpleNamespace(system=system)}
    exec(setup.first_cell("01_the_principle").rpartition("sys.path.insert")[0], scope)
    return scope


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """The first cell's shell in an empty folder, where the course is cloned from a repository beside it; calls are kept."""
    published, here, calls = tmp_path / "published", tmp_path / "here", []
    (published / "utils/course").mkdir(parents=True)
    (published / "utils/course/setup.py").touch()
    for command in ("init --quiet", "add --all", "commit --quiet --message course"):
        subprocess.run(["git", "-C", published, *command.split()], check=True, env=os.environ | AUTHOR)
    here.mkdir()
    monkeypatch.chdir(here)

    def system(command):
        calls.append(command)
        subprocess.run(command.replace(setup.REPOSITORY, str(system.published)), shell=True, capture_output=True)

    system.calls, system.published, system.here = calls, published, here
    return system


def test_the_first_cell_fetches_the_course_once(shell):
    assert opened(shell)["home"] == setup.FOLDER and opened(shell) and len(shell.calls) == 1
    assert [each.name for each in shell.here.iterdir()] == [setup.FOLDER]


@pytest.mark.parametrize("left", [".git/HEAD.lock", "README.md", "utils/__init__.py"])
def test_a_clone_that_was_interrupted_is_made_again_and_nothing_is_lost(shell, left):
    for folder in (setup.FOLDER, f"{setup.FOLDER}.new"):
        (shell.here / folder / left).parent.mkdir(parents=True)
        (shell.here / folder / left).write_text("half")
    opened(shell)
    assert (shell.here / setup.FOLDER / "utils/course/setup.py").exists()
    (aside,) = shell.here.glob(f"{setup.FOLDER}.*")
    assert (aside / left).read_text() == "half", "it may be a folder of somebody's own"


def test_without_a_connection_the_first_cell_says_so(shell):
    shell.published = "/no/such/place"
    with pytest.raises(SystemExit, match="check the connection, then run this cell again"):
        opened(shell)
    assert not list(shell.here.iterdir())


def test_another_package_called_utils_makes_way(tmp_path):
    for name in ("__init__", "data"):
        (tmp_path / f"{name}.py").write_text("")
    (tmp_path / "utils").mkdir()
    for name in ("__init__", "data", "helpers"):
        (tmp_path / "utils" / f"{name}.py").write_text("other = True\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import utils.data, utils.helpers; assert utils.other\n"
    cell = setup.first_cell("01_the_principle")
    code += (
        f"{cell}\nimport utils, utils.data; assert not hasattr(utils, 'other') and not hasattr(utils.data, 'other')\n"
    )
    code += f"one = utils\n{cell}\nimport utils; assert utils is one, 'ours stays'"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "lessons", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_prepare_is_quick_and_leaves_torch_alone():
    code = (
        "import os, sys, time; sys.path.insert(0, '..')\n"
        "from utils.course.setup import prepare\n"
        "prepare('01_the_principle')\n"
        "started = time.process_time(); prepare('01_the_principle'); again = time.process_time() - started\n"
        "heavy = {'torch', 'transformers', 'datasets', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert again < 0.3, again\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "lessons", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Ready: ") and lines[0].endswith(" GB memory.")
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :] and len(lines) <= 4, "the same at most two lines again"


# ------------------------------------------------------------------------------------------------ what is installed


def test_only_what_is_missing_or_out_of_range_is_installed(installed):
    names = {each.name for each in setup._lacking()}
    assert {"transformers", "trl", "peft", "datasets"} <= names
    assert not {"torch", "numpy", "pandas", "tqdm"} & names
    assert "jupyterlab" not in names and "jupyterlab" in {each.name for each in setup._lacking("lab")}
    installed["trl"] = "2.0.0rc1"
    assert "trl" not in {each.name for each in setup._lacking()}, "a release candidate above our minimum will do"


@pytest.mark.parametrize("torch", ["2.12.1+cu126", "2.9.1.post300", "2.14.0.dev20261101", "2.5.1"])
def test_the_platforms_own_packages_are_pinned_as_they_are(installed, pip, torch, capsys):
    installed.update({"torch": torch, "ipywidgets": "7.7.1"})
    setup._install()
    ((asked, pins),) = pip.calls
    assert {f"torch=={torch}", "numpy==2.0.2", "ipywidgets==7.7.1"} <= set(pins)
    assert len([pin for pin in pins if pin.startswith(("torch==", "numpy==", "ipywidgets=="))]) == 3
    assert not [each for each in asked if each.startswith(("torch", "numpy", "ipywidgets"))]


def test_tested_versions_hold_for_what_is_new_or_replaced_and_for_nothing_else(installed, pip):
    tested = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    setup._install()
    ((asked, pins),) = pip.calls
    assert f"trl=={tested['trl']}" in pins, "new"
    assert f"transformers=={tested['transformers']}" in pins and "transformers>=5.15" in asked, "replaced"
    assert f"xxhash=={tested['xxhash']}" in pins, "new, and asked for by another package"
    assert not [pin for pin in pins if pin.startswith(("pandas==", "tqdm=="))], "the platform's own, and in our range"


def test_out_of_range_but_kept_is_said_in_a_sentence(installed):
    assert not [line for line in setup._apologies() if "torch" in line]
    installed["torch"] = "2.5.1"
    (sentence,) = [line for line in setup._apologies() if "torch" in line]
    assert sentence.startswith("torch 2.5.1 came with this platform and was kept; the course is made for torch >=2.6")


def test_nothing_missing_no_pip(pip):
    assert setup._lacking() == []
    setup._install()
    assert pip.calls == []


def test_where_tested_versions_do_not_go_with_the_platform_pip_finds_others(installed, pip):
    pip.answers += [CONFLICT, ""]
    setup._install()
    assert len(pip.calls) == 2
    assert pip.calls[1][1] == ["torch==2.12.1+cu126", "numpy==2.0.2"]


def test_what_pip_complains_of_becomes_a_sentence(installed, pip):
    pip.answers.append("WARNING: retrying\nERROR: No matching distribution found for trl>=1.16\n\n")
    with pytest.raises(RuntimeError) as error:
        setup._install()
    said = str(error.value)
    assert said.startswith("pip could not install ") and "trl" in said and "\n" not in said
    assert "It said: No matching distribution found for trl>=1.16. Check the connection" in said
    assert len(pip.calls) == 1


def test_versions_that_cannot_go_together_are_a_sentence(installed, pip):
    pip.answers += [CONFLICT, CONFLICT]
    with pytest.raises(RuntimeError, match="It said: Cannot install trl because of conflicts. Check the connection"):
        setup._install()


def test_a_replaced_package_in_use_asks_for_one_restart(installed, pip, monkeypatch, capsys):
    before, after = (
        {"pytest": "1.0", "numpy": "2.0.2", "trl": "0.1"},
        {"pytest": "9.0", "numpy": "2.0.2", "trl": "1.16"},
    )
    versions = iter([before, after])
    monkeypatch.setattr(setup, "_versions", lambda: next(versions))
    monkeypatch.delitem(sys.modules, "trl", raising=False)
    setup._install()
    said = capsys.readouterr().out
    assert "\rpytest was in use and had to be replaced: restart the kernel once, then run this cell again.\n" in said


def test_on_the_systems_own_python_nothing_is_installed(installed, pip, monkeypatch):
    monkeypatch.setattr(setup.sys, "prefix", sys.base_prefix)
    with pytest.raises(
        RuntimeError, match=r"Missing or too old here: .*transformers.* `make lab` in the course's folder"
    ):
        setup.prepare("01_the_principle")
    assert pip.calls == []


def test_an_environment_of_ones_own_is_a_virtual_one_or_one_of_condas(tmp_path, monkeypatch):
    assert setup._own_environment()
    for prefix in (tmp_path, sys.base_prefix):
        monkeypatch.setattr(setup.sys, "prefix", str(prefix))
        monkeypatch.setattr(setup.sys, "base_prefix", str(prefix))
        assert not setup._own_environment()
    monkeypatch.setattr(setup.sys, "prefix", str(tmp_path))
    monkeypatch.setattr(setup.sys, "base_prefix", str(tmp_path))
    (tmp_path / "conda-meta").mkdir()
    assert setup._own_environment()
    (tmp_path / "condabin").mkdir()
    assert not setup._own_environment(), "conda's base is not the learner's own"


def test_on_the_command_line_a_problem_is_a_sentence(monkeypatch):
    seen = []

    def install(extra):
        seen.append(extra)
        raise RuntimeError("pip could not install trl.")

    monkeypatch.setattr(setup, "_install", install)
    monkeypatch.setattr(setup.sys, "argv", ["setup", "lab"])
    with pytest.raises(SystemExit, match="pip could not install trl."):
        setup.main()
    assert seen == ["lab"]


# ------------------------------------------------------------------------------------------------ where it runs


@pytest.mark.parametrize(
    "variables, place",
    [({}, ""), ({"COLAB_RELEASE_TAG": "release-colab"}, "Colab"), ({"BINDER_LAUNCH_HOST": "https://x/"}, "Binder")],
)
def test_the_place_is_known(monkeypatch, variables, place):
    for name in ("COLAB_RELEASE_TAG", "BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert setup._place() == place


@pytest.mark.skipif(sys.platform != "linux", reason="a stand-in for NVIDIA's tool is a shell script")
@pytest.mark.parametrize(
    "script, gpu",
    [
        ("echo 'GPU 0: Tesla T4 (UUID: GPU-0)'", True),
        ("echo 'NVIDIA-SMI has failed because it could not reach the driver.'; exit 9", False),
        (None, False),
    ],
)
def test_a_gpu_counts_when_the_driver_lists_it(tmp_path, monkeypatch, script, gpu):
    if script:
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup._driver_lists_gpu() is gpu


def test_torch_for_cpus_alone_uses_no_gpu(installed, monkeypatch):
    monkeypatch.setattr(setup.platform, "system", lambda: "Linux")
    monkeypatch.setattr(setup, "_driver_lists_gpu", lambda: True)
    assert setup._gpu.__wrapped__() == "GPU"
    installed["torch"] = "2.13.0+cpu"
    assert setup._gpu.__wrapped__() == "no GPU"
    monkeypatch.setattr(setup.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(setup.platform, "machine", lambda: "arm64")
    assert setup._gpu.__wrapped__() == "an Apple GPU may be used"


def test_memory_is_that_of_the_container(monkeypatch):
    monkeypatch.setattr(setup, "_gpu", lambda: "no GPU")
    monkeypatch.setenv("MEM_LIMIT", str(2**30))
    assert memory.total_memory() == 2**30
    assert memory.available_memory() < 2**30
    assert setup._ready("Binder").startswith("Ready on Binder: no GPU, ") and setup._ready("").endswith(
        "1.0 GB memory."
    )


# ------------------------------------------------------------------------------------------------ the clone


def git(folder, *arguments):
    own = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone as the first cell makes it, two hours old, whose origin has gone on since."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "--quiet")
    (origin / "course.txt").write_text("old\n")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "old")
    work = tmp_path / "content"
    work.mkdir()
    git(work, "clone", "--quiet", "--depth", "1", origin.as_uri(), setup.FOLDER)
    (origin / "course.txt").write_text("new\n")
    git(origin, "commit", "--quiet", "-a", "-m", "new")
    there = work / setup.FOLDER
    age(there)
    monkeypatch.chdir(work)
    monkeypatch.setattr(setup, "ROOT", there)
    monkeypatch.setattr(setup.sys, "modules", dict(sys.modules))  # an update forgets the course; not for other tests
    return there


def age(clone):
    for name in ("HEAD", "FETCH_HEAD"):
        if (clone / ".git" / name).exists():
            os.utime(clone / ".git" / name, times=(0, 0))


def test_a_clone_of_the_first_cell_is_updated_and_its_modules_forgotten(clone, capsys):
    assert "utils.course.setup" in sys.modules
    setup._update()
    assert (clone / "course.txt").read_text() == "new\n"
    assert not [name for name in sys.modules if name == "utils" or name.startswith("utils.")]
    assert capsys.readouterr().out == ""


def test_an_update_is_not_tried_again_for_an_hour(clone, monkeypatch):
    setup._update()
    monkeypatch.setattr(setup, "_git", lambda *arguments: pytest.fail("git was called"))
    setup._update()


def test_offline_the_update_fails_in_one_sentence(clone, tmp_path, capsys):
    (tmp_path / "origin").rename(tmp_path / "elsewhere")
    setup._update()
    assert capsys.readouterr().out == "The course could not be updated just now, so it goes on as it was fetched.\n"
    assert "utils.course.setup" in sys.modules


def test_what_the_learner_changed_is_left_alone(clone, capsys):
    (clone / "course.txt").write_text("mine\n")
    setup._update()
    assert (clone / "course.txt").read_text() == "mine\n" and capsys.readouterr().out == ""


def test_a_learners_own_clone_is_left_alone(clone, monkeypatch):
    monkeypatch.chdir(clone)
    setup._update()
    assert (clone / "course.txt").read_text() == "old\n"


def test_after_an_update_the_same_cell_goes_on_with_the_new_course(tmp_path):
    """In a process of its own: what is imported after the update comes from the updated files."""
    course = tmp_path / setup.FOLDER
    (course / "utils" / "course").mkdir(parents=True)
    for name in ("pyproject.toml", "utils/course/setup.py"):
        (course / name).write_text((ROOT / name).read_text())
    (course / "utils" / "__init__.py").write_text("NEW = False\n")
    code = (
        f"import sys; sys.path.insert(0, {str(course)!r})\n"
        "import utils; from utils.course import setup\n"
        "answers = iter(['', 'old', '', 'new'])\n"
        "setup._git = lambda *arguments: next(answers)\n"
        "setup._place, setup._lacking, setup._ready = lambda: 'Colab', lambda extra=None: [], lambda place: ''\n"
        f"from pathlib import Path; course = Path({str(course)!r})\n"
        "(course / 'utils' / '__init__.py').write_text('NEWER = True  # the update')\n"
        "(course / 'utils' / 'course' / 'machine.py').write_text('minutes_line = lambda name: name')\n"
        "(course / 'utils' / 'course' / 'lesson.py').write_text('from .. import NEWER as Lesson; Lesson = str')\n"
        "print(setup.prepare('01_the_principle'))\n"
    )
    git(course, "init", "--quiet")
    age(course)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.split() == ["01_the_principle", "01_the_principle"], done.stderr
