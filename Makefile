# make run · make test · make check · make bench · make attack: the only commands to know.
# Tests run in two processes, each file in one, long files first. Extra words for a tool: make run ARGS="--port 9000", make test ARGS="-m 'not slow' tests/web".

SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
STAMPS := .make
ARGS ?=
# With three it takes a fifth less on two cores, and browsers there come to wait for each other.
PROCESSES := -n 2 --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# The first Python on the machine that is new enough.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; \
	done)

.PHONY: manual run test test-lowest coverage release check bench attack bare lock update clean
.DEFAULT_GOAL := run

run: $(STAMPS)/run
	@$(BIN)/python run.py $(ARGS)

test: $(STAMPS)/develop machine
	@$(BIN)/pytest $(PROCESSES) $(ARGS)

# The suite with the oldest versions that setup.cfg allows, in an environment of its own.
test-lowest: $(STAMPS)/lowest machine
	@$(LOWEST)/bin/python -m pytest $(PROCESSES) $(ARGS)

# What the tests in this process reach, with branches.
coverage: $(STAMPS)/develop machine
	@$(BIN)/pytest $(PROCESSES) --cov -m "not slow and not browser" $(ARGS)

# sdist and wheel of a tag, checked: make release TAG=v0.2.0
release: $(STAMPS)/develop
	@VENV=$(VENV) .ci/release $(TAG)

check: $(STAMPS)/develop
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/oxlint --quiet --deny-warnings --ignore-pattern '*.bundle.js' wiki/static/js frontend/src
	@$(BIN)/hadolint deploy/Containerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose*.yaml

# The manual, in build/manual; a reference to what is not there fails it.
manual: $(STAMPS)/develop
	@$(BIN)/python -m sphinx -q -n -W --keep-going -b html docs build/manual && echo build/manual/index.html

bench: $(STAMPS)/develop
	@$(BIN)/python -m bench $(ARGS)

attack: $(STAMPS)/develop machine
	@$(BIN)/python -m tests.attack $(ARGS)

# From a bare Debian with the README and docs/server.md alone to https behind Caddy, timed; as root.
bare: $(STAMPS)/develop
	@$(BIN)/python -m tests.bare $(ARGS)

# Packs of many random saves, each of which git has to take: make fuzz-packs SAVES=20000
SAVES ?= 20000
fuzz-packs: $(STAMPS)/develop
	@DENKTANK_FUZZ=$(SAVES) $(BIN)/pytest -q tests/store/shared/test_packs.py $(ARGS)

# Three nodes in processes of their own, killed at random: make soak-nodes MINUTES=10
MINUTES ?= 10
soak-nodes: $(STAMPS)/develop machine
	@$(BIN)/python -m tests.soak --minutes $(MINUTES) $(ARGS)

# What several nodes cost, as ratios to one machine.
.PHONY: bench-nodes
bench-nodes: $(STAMPS)/develop machine
	@$(BIN)/python -m bench.nodes

LOWEST := $(VENV)-lowest

$(STAMPS)/lowest: $(STAMPS)/develop
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(LOWEST)
	@$(BIN)/uv pip compile --quiet --resolution lowest-direct --extra test setup.cfg \
		requirements/build.in --python $(LOWEST)/bin/python --output-file $(STAMPS)/lowest.txt
	@$(BIN)/uv pip sync --quiet --python $(LOWEST)/bin/python $(STAMPS)/lowest.txt
	@$(BIN)/uv pip install --quiet --python $(LOWEST)/bin/python --no-deps --editable .
	@touch $@

# update: the newest versions that setup.cfg allows, for every Python and system at once.
# lock: the same files with what setup.cfg newly asks for, and nothing else newer.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --custom-compile-command "make update" setup.cfg requirements/build.in

update: UPGRADE := --upgrade
lock update: $(STAMPS)/develop
	@$(LOCK) $(UPGRADE) --extra postgres --extra test --extra dev -o requirements/develop.txt
	@$(LOCK) --constraint requirements/develop.txt -o requirements/run.txt
	@$(LOCK) --constraint requirements/develop.txt --extra postgres -o requirements/serve.txt

.PHONY: machine
machine:
	@.ci/machine

$(STAMPS)/venv:
	@test -n "$(PYTHON)" || { echo "Denktank needs Python 3.11 or newer; none was found." >&2; exit 1; }
	@git --version >/dev/null 2>&1 || { echo "Denktank needs git; it was not found." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

# Installed is what requirements/ names: exact versions, each with its hashes.
$(STAMPS)/run: $(STAMPS)/venv setup.cfg pyproject.toml requirements/run.txt
	@test -e $(STAMPS)/develop || echo "Installing Denktank in $(VENV); this happens once ..."
	@$(PIP) --require-hashes --requirement requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q wiki
	@touch $@

$(STAMPS)/develop: $(STAMPS)/venv setup.cfg pyproject.toml requirements/develop.txt
	@echo "Installing Denktank and its tools in $(VENV); this happens once ..."
	@$(PIP) --require-hashes --requirement requirements/develop.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q wiki
	@touch $@ $(STAMPS)/run

clean:
	rm -rf $(VENV) $(LOWEST) $(STAMPS) build dist *.egg-info
