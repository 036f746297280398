"""The first cell of every lesson: see to what a lesson needs, wherever it runs.

    lesson = prepare("01_the_principle")    # in a lesson; `first_cell` gives the whole cell
    python -m utils.course.setup lab        # the installation alone, as Binder does it

On Colab this runs before anything is installed, so the standard library is all that it imports at its head.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, distributions, packages_distributions, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from .lesson import Lesson

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "quality-over-quantity"  # where the first cell puts its clone
# A platform's own, never replaced: torch fits its driver, numpy its other packages, ipywidgets its front end.
KEPT = ("torch", "numpy", "ipywidgets")
UPDATE_AFTER = 3600  # seconds since the clone was last made or updated


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


REPOSITORY = _project()["urls"]["Repository"]


def first_cell(name: str) -> str:
    """The lines that open the lesson `name`, such as "01_the_principle": find the course or fetch it, prepare.

    A clone that was interrupted is moved aside and made again, and another package called utils that was imported before
    makes way.
    """
    there = 'os.path.isdir(f"{home}/utils/course")'
    found = there.replace("{home}", "{at}")
    return "\n".join(
        [
            f'import os, sys; home = next((at for at in ("..", ".") if {found}), "{FOLDER}")  # set-up: safe to run again',
            f'clone = f"git clone --quiet --depth 1 {REPOSITORY} {{home}}.new && mv {{home}}.new {{home}}"',
            f'{there} or get_ipython().system(f"(rm -r {{home}}.new; mv {{home}} {{home}}.{{os.getpid()}}) 2>&-; {{clone}}")',
            f'{there} or sys.exit("The course could not be fetched: check the connection, then run this cell again.")',
            '"utils.course" in sys.modules or [sys.modules.pop(at) for at in [*sys.modules] if at.split(".")[0] == "utils"]',
            f'sys.path.insert(0, os.path.abspath(home)); from utils.course.setup import prepare; lesson = prepare("{name}")',
        ]
    )


def prepare(name: str) -> Lesson:
    """Install what is missing, where that may be done, say what this machine is, and give the lesson.

    Raises RuntimeError, with a sentence, when something is missing and cannot or may not be installed.
    """
    place = _place()
    if place == "Colab" or _lacking():
        _update()
        if _lacking() and not place and not _own_environment():
            raise RuntimeError(
                f"Missing or too old here: {_names(_lacking())}. Nothing was installed, as this Python is the one of "
                "your whole system. `make lab` in the course's folder sets everything up and opens the lessons."
            )
        _install()
    from .lesson import Lesson
    from .machine import minutes_line

    for line in (*_apologies(), _ready(place), minutes_line(name)):
        if line:
            print(line)
    return Lesson(name)


# ------------------------------------------------------------------------------------------------ where this is


def _place() -> str:
    """ "Colab", "Binder", or "" for any other machine."""
    if "BINDER_SERVICE_HOST" in os.environ or "BINDER_LAUNCH_HOST" in os.environ:
        return "Binder"
    try:
        colab = "google.colab" in sys.modules or importlib.util.find_spec("google.colab")
    except ModuleNotFoundError:  # there is no package google at all
        colab = False
    return "Colab" if colab or "COLAB_RELEASE_TAG" in os.environ else ""


def _own_environment() -> bool:
    """Whether this Python is an environment of its own, a virtual one or one of conda's, in which we may install."""
    conda = Path(sys.prefix)
    return sys.prefix != sys.base_prefix or ((conda / "conda-meta").is_dir() and not (conda / "condabin").is_dir())


def _ready(place: str) -> str:
    from loky import cpu_count

    from ..model.memory import total_memory

    cores = cpu_count()
    where = f"Ready on {place}" if place else "Ready"
    return f"{where}: {_gpu()}, {cores} core{'s' * (cores > 1)}, {total_memory() / 2**30:.1f} GB memory."


@cache
def _gpu() -> str:
    """The GPU in words. torch is not asked: importing it takes seconds, and a lesson on data does without."""
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "an Apple GPU may be used"
    cpu_only = (_installed("torch") or "").endswith("+cpu")
    return "GPU" if not cpu_only and (os.path.exists("/dev/nvidia0") or _driver_lists_gpu()) else "no GPU"


def _driver_lists_gpu() -> bool:
    """Whether NVIDIA's driver lists a GPU. Its tool alone proves nothing: it is also there where no GPU is."""
    if not shutil.which("nvidia-smi"):
        return False
    try:
        return "GPU 0" in subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False


# ------------------------------------------------------------------------------------------------ what is missing


def _requirements(extra: str | None = None) -> list[Requirement]:
    """The direct dependencies in pyproject.toml, and those of one extra."""
    project = _project()
    return [_requirement(line) for line in project["dependencies"] + project["optional-dependencies"].get(extra, [])]


def _requirement(line: str) -> Requirement:
    try:
        from packaging.requirements import Requirement
    except ModuleNotFoundError:
        from pip._vendor.packaging.requirements import Requirement
    return Requirement(line)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _fits(requirement: Requirement) -> bool:
    here = _installed(requirement.name)
    return here is not None and requirement.specifier.contains(here, prereleases=True)


def _kept(name: str) -> bool:
    return name in KEPT and _installed(name) is not None


def _lacking(extra: str | None = None) -> list[Requirement]:
    """What has to be installed: the dependencies that are missing, or out of our range and not the platform's own."""
    return [each for each in _requirements(extra) if not _fits(each) and not _kept(each.name)]


def _apologies() -> list[str]:
    """A sentence for each of the platform's own packages that is out of our range."""
    return [
        f"{each.name} {_installed(each.name)} came with this platform and was kept; the course is made for "
        f"{each.name} {each.specifier}, so if a cell fails, that may be why."
        for each in _requirements()
        if _kept(each.name) and not _fits(each)
    ]


def _names(requirements: list[Requirement]) -> str:
    return ", ".join(each.name for each in requirements)


# ------------------------------------------------------------------------------------------------ installing


def _install(extra: str | None = None) -> None:
    """Install what is lacking, and say so if the kernel has to be restarted for it."""
    wanted = _lacking(extra)
    if not wanted:
        return
    before = _versions()
    print("Installing what is missing here, about a minute ...", end="\r", flush=True)
    problem = _pip(wanted, _own_pins() + _tested_pins(wanted))
    if "ResolutionImpossible" in problem:  # our versions do not go with what is here: pip finds others in our ranges
        problem = _pip(wanted, _own_pins())
    print(" " * 60, end="\r")
    if problem:
        said = [line for line in problem.splitlines() if line.strip() and "ResolutionImpossible" not in line][-1]
        raise RuntimeError(
            f"pip could not install {_names(wanted)}. It said: {said.removeprefix('ERROR: ').rstrip('.')}. Check the "
            f"connection and run this cell again; if it says the same, tell us at {REPOSITORY}/issues."
        )
    importlib.invalidate_caches()
    if stale := _stale(before):
        print(
            f"{', '.join(stale)} was in use and had to be replaced: restart the kernel once, then run this cell again."
        )


def _own_pins() -> list[str]:
    """The platform's own packages, held at the very versions that are installed."""
    return [f"{name}=={_installed(name)}" for name in KEPT if _kept(name)]


def _tested_pins(wanted: list[Requirement]) -> list[str]:
    """The tested versions of what is not installed yet, and of what is to be replaced. The rest is the platform's."""
    replaced = {_canonical(each.name) for each in wanted}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {line.partition("==")[0]: line for line in lines if line and not line.startswith("#")}
    return [line for name, line in pins.items() if _canonical(name) in replaced or _installed(name) is None]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pip(wanted: list[Requirement], pins: list[str]) -> str:
    """One call of pip; what it complains of when it fails, else nothing."""
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("\n".join(pins), encoding="utf-8")
        options = ["--quiet", "--disable-pip-version-check", "-c", str(constraints)]
        command = [sys.executable, "-m", "pip", "install", *options, *map(str, wanted)]
        done = subprocess.run(command, capture_output=True, text=True)
    return (done.stderr or done.stdout or "no reason") if done.returncode else ""


def _versions() -> dict[str, str]:
    """All that is installed. Of two copies the one that comes first on the path counts, as it does for an import."""
    return {each.name: each.version for each in reversed(list(distributions()))}


def _stale(before: dict[str, str]) -> list[str]:
    """The packages that were replaced since `before` while this process had already imported them."""
    after = _versions()
    replaced = {name for name in before if after.get(name) != before[name]}
    if not replaced:
        return []
    loaded = {name for module, names in packages_distributions().items() if module in sys.modules for name in names}
    return sorted(replaced & loaded)


# ------------------------------------------------------------------------------------------------ the clone


def _update() -> None:
    """Bring a clone that the first cell made up to date. A learner's own clone, or a changed one, is left alone."""
    git = ROOT / ".git"
    if ROOT != Path.cwd() / FOLDER or not git.is_dir():
        return
    touched = max(file.stat().st_mtime for file in (git / "HEAD", git / "FETCH_HEAD") if file.exists())
    if time.time() - touched < UPDATE_AFTER:
        return
    try:
        if _git("status", "--porcelain", "--untracked-files=no"):
            return
        before = _git("rev-parse", "HEAD")
        _git("pull", "--ff-only", "--quiet")
        changed = _git("rev-parse", "HEAD") != before
    except (OSError, subprocess.SubprocessError):
        print("The course could not be updated just now, so it goes on as it was fetched.")
        return
    if changed:
        # Imports that follow take the new code. This function runs to its end all the same: it holds its own module.
        for module in [name for name in sys.modules if name.split(".")[0] == "utils"]:
            del sys.modules[module]


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"GIT_TERMINAL_PROMPT": "0"},  # no question for a password: it would wait for ever
    ).stdout.strip()


def main() -> None:
    """Install what is missing into the environment that runs this, with the extra that the command line names."""
    try:
        _install(sys.argv[1] if len(sys.argv) > 1 else None)
    except RuntimeError as error:
        sys.exit(str(error))
    for line in _apologies():
        print(line)


if __name__ == "__main__":
    main()
