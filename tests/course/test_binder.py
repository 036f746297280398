"""Binder: what repo2docker makes of this repository, and that no torch for GPUs, of gigabytes, can get into it."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from repo2docker.buildpacks.conda import CondaBuildPack
from ruamel.yaml import YAML

from utils.course import setup

ROOT = Path(__file__).parents[2]
BINDER = ROOT / "binder"


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory) -> str:
    """The Dockerfile that repo2docker renders from a copy of what it looks at; no Docker is needed for it."""
    copy = tmp_path_factory.mktemp("binder") / "repository"
    shutil.copytree(BINDER, copy / "binder")
    for file in (each for each in ROOT.iterdir() if each.is_file() and each.suffix in (".yml", ".toml", ".txt", "")):
        shutil.copy(file, copy)
    options = ["--no-build", "--debug", "--user-id", "1000", "--user-name", "jovyan"]
    command = [sys.executable, "-m", "repo2docker", *options, str(copy)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_environment_is_binders_own_and_not_the_one_in_the_root(dockerfile):
    (update,) = [line for line in dockerfile.splitlines() if "env update" in line]
    assert '--file "binder/environment.yml"' in update and "-p ${NB_PYTHON_PREFIX}" in update
    assert "COPY --chown=1000:1000 src/binder/environment.yml ${REPO_DIR}/binder/environment.yml" in dockerfile
    assert "pip install" not in dockerfile, "neither the root's files nor a requirements.txt are installed"


def test_everything_is_installed_once_and_the_start_script_is_in_front(dockerfile):
    lines = dockerfile.splitlines()
    steps = ["COPY --chown=1000:1000 src/ ${REPO_DIR}/", "RUN ./binder/postBuild"]
    start = [line for line in lines if line.startswith("ENV R2D_ENTRYPOINT")]
    assert start == ['ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"']
    assert [lines.index(step) for step in [*steps, *start]] == sorted(lines.index(step) for step in [*steps, *start])
    assert os.access(BINDER / "postBuild", os.X_OK) and os.access(BINDER / "start", os.X_OK)


def test_the_server_is_jupyterlab_4_in_a_python_that_the_course_takes():
    dependencies = YAML(typ="safe").load(BINDER / "environment.yml")["dependencies"]
    (python,) = [each.partition("=")[2] for each in dependencies if each.startswith("python=")]
    base = Path(sys.modules[CondaBuildPack.__module__].__file__).parent / f"environment.py-{python}.yml"
    assert "jupyterlab==4.*" in base.read_text() and "ipywidgets==8.*" in base.read_text()
    assert setup._requirement(f"python{setup._project()['requires-python']}").specifier.contains(f"{python}.0")


def test_torch_is_condas_for_cpus(dockerfile):
    dependencies = YAML(typ="safe").load(BINDER / "environment.yml")["dependencies"]
    (asked,) = [each for each in setup._requirements() if each.name == "torch"]
    assert [each for each in dependencies if "torch" in each] == [f"pytorch-cpu{asked.specifier}"]
    assert all(isinstance(each, str) for each in dependencies), "nothing is installed by pip before postBuild"
    assert not [word for word in ("cuda", "nvidia", "pytorch-gpu") if word in dockerfile.lower() + str(dependencies)]


@pytest.mark.parametrize("version", ["2.6.0", "2.10.0.post300", "2.14.1"])
def test_what_post_build_installs_keeps_condas_torch_whatever_its_version(monkeypatch, version):
    """postBuild runs `setup.main` with the extra "lab", here where only torch and numpy are installed."""
    here = {"torch": version, "numpy": "2.3.1"}
    calls = []

    def installed(name):
        if name not in here:
            raise PackageNotFoundError(name)
        return here[name]

    monkeypatch.setattr(setup, "version", installed)
    monkeypatch.setattr(setup, "_pip", lambda wanted, pins: calls.append((wanted, pins)) or "")
    monkeypatch.setattr(setup.sys, "argv", ["setup", "lab"])
    setup.main()
    ((wanted, pins),) = calls
    names = {each.name for each in wanted}
    assert {"transformers", "trl", "jupyterlab"} <= names and not {"torch", "numpy"} & names
    assert [pin for pin in pins if pin.startswith("torch=")] == [f"torch=={version}"]
    assert not [pin for pin in pins if "nvidia" in pin or "cuda" in pin or pin.startswith("triton")]


def test_post_build_stops_where_conda_gave_no_torch(tmp_path):
    """Otherwise pip would fetch one. A python that has none stands in front of the others."""
    (tmp_path / "python").write_text('#!/bin/sh\necho "$@" >> calls\ncase "$2" in *torch*) exit 1;; esac\n')
    (tmp_path / "python").chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([BINDER / "postBuild"], cwd=tmp_path, env=environment, capture_output=True)
    assert done.returncode != 0
    assert (tmp_path / "calls").read_text() == "-c import torch\n"


def test_post_build_calls_the_set_up_with_jupyterlab(tmp_path):
    (tmp_path / "python").write_text('#!/bin/sh\necho "$@" >> calls\n')
    (tmp_path / "python").chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([BINDER / "postBuild"], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "calls").read_text().splitlines()[1:] == ["-m utils.course.setup lab"]


@pytest.mark.parametrize("given, expected", [(None, "{root}/.jupyter"), ("/etc/j", "{root}/.jupyter:/etc/j")])
def test_start_gives_jupyterlab_the_courses_settings(tmp_path, given, expected):
    environment = {name: value for name, value in os.environ.items() if name != "JUPYTER_CONFIG_PATH"}
    command = [BINDER / "start", "sh", "-c", 'printf %s "$JUPYTER_CONFIG_PATH"']
    environment |= {"JUPYTER_CONFIG_PATH": given} if given else {}
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout == expected.format(root=ROOT)
    assert (ROOT / ".jupyter" / "labconfig" / "page_config.json").is_file()
