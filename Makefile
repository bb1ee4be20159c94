# Onefold's verbs. `make help` lists them.
#
# What a verb needs is installed by stamp files under .venv/.onefold: a warm run compares times and installs nothing.
# Versions and hashes come from requirements/*.txt, which `make lock` writes from pyproject.toml.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.onefold
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# uv is three times as fast and pip does the same work without it (see requirements/uv.txt below).
INSTALL = if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install --quiet --python $(BIN)/python $(1); else $(PIP_INSTALL) $(1); fi

PEOPLE ?= 2000
PYTEST_WORKERS ?= 2
PYTEST_ARGS ?=
FAST := not postgres and not mysql and not spark and not e2e and not slow
BENCH := $(BIN)/python -m benchmarks all --size small
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate $(UPGRADE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-fast check fix bench docs lock clean services

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMPS)/run ## Example company in, golden records out: installs what it needs and runs the pipeline in ./demo
	@$(BIN)/onefold demo demo

test: $(STAMPS)/spark services ## Every test, with the database servers and the Java they need
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) $(PYTEST_ARGS)

test-fast: $(STAMPS)/dev ## Tests without servers, Spark and browser: about two minutes
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) -m "$(FAST)" --hypothesis-profile=fast $(PYTEST_ARGS)

check: $(STAMPS)/spark ## Formatting, lint, types, import rules and the project's own lints
	@$(BIN)/python -m tools.check

fix: $(STAMPS)/dev ## Format and repair what ruff can repair
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check .

bench: $(STAMPS)/bench ## Benchmarks at their small sizes, as a table
	@$(BENCH)

docs: $(STAMPS)/dev ## Write docs/reference from the code, then run every command and code block of README and docs
	@$(BIN)/python -m tools.reference
	@$(BIN)/python -m pytest tests/docs $(PYTEST_ARGS)

lock: $(STAMPS)/uv ## Write requirements/*.txt from pyproject.toml (UPGRADE=--upgrade for newer versions)
	@test -x $(BIN)/uv || { echo "make lock needs uv, and pip could not install it here."; exit 1; }
	@$(LOCK) --group installer -o requirements/uv.txt
	@$(LOCK) --group build -o requirements/build.txt
	@$(LOCK) pyproject.toml --extra postgres -c requirements/build.txt -o requirements/run.txt
	@$(LOCK) pyproject.toml --extra postgres --extra mysql --extra s3 --group dev -c requirements/run.txt -o requirements/dev.txt
	@$(LOCK) pyproject.toml --all-extras --group dev -c requirements/dev.txt -o requirements/spark.txt
	@$(LOCK) pyproject.toml --extra postgres --extra mysql --extra s3 --group dev --group bench -c requirements/dev.txt -o requirements/bench.txt

clean: ## Remove the environment, caches and generated folders
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

services:
	@bash tools/services.sh

# --- what the verbs stand on -------------------------------------------------------------------------------------

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "No '$(PYTHON)' here. Next step: install Python 3.11 or newer, or name one: make demo PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) tools/interpreter.py
	@$(PYTHON) -m venv $(VENV)

# pip gets uv where it can; where it cannot, everything below goes through pip.
$(STAMPS)/uv: requirements/uv.txt | $(BIN)/python
	@mkdir -p $(STAMPS)
	@$(PIP_INSTALL) --require-hashes -r requirements/uv.txt 2>/dev/null || echo "uv is not to be had here; installing with pip (slower)."
	@touch $@

$(STAMPS)/run: requirements/run.txt requirements/build.txt pyproject.toml $(STAMPS)/uv
	@echo "Installing Onefold into $(VENV) ..."
	@$(call INSTALL,--require-hashes -r requirements/run.txt -r requirements/build.txt)
	@$(call INSTALL,--no-deps --no-build-isolation --editable .)
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/run
	@echo "Installing what development and tests need ..."
	@$(call INSTALL,--require-hashes -r requirements/dev.txt)
	@touch $@

$(STAMPS)/spark: requirements/spark.txt $(STAMPS)/dev
	@echo "Installing Spark ..."
	@$(call INSTALL,--require-hashes -r requirements/spark.txt)
	@touch $@

$(STAMPS)/bench: requirements/bench.txt $(STAMPS)/dev
	@echo "Installing the benchmarks' peers ..."
	@$(call INSTALL,--require-hashes -r requirements/bench.txt)
	@touch $@
