# `make` alone lists what there is. Everything runs in .venv, made from requirements.lock.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Compiled modules are kept, whatever the environment says: every command starts faster.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/.ready ## make .venv from requirements.lock, development tools included

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed and this is {v[0]}.{v[1]}; run: make setup PYTHON=python3.11")'
	@echo "Making .venv from requirements.lock (a minute or two the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^uv==/{on=1} on{print} on&&!/\\$$/{exit}' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: run
run: setup ## make the demonstration in WORKBENCH_HOME, then serve the web page and MLflow
	@$(BIN)/workbench demo
	@$(BIN)/workbench serve

.PHONY: browser
browser: setup ## find a chromium for the browser tests, or install one
	@$(BIN)/python tests/browser/find_chromium.py

.PHONY: test
test: setup browser ## run every test
	$(BIN)/python -m pytest -n auto --dist loadgroup

.PHONY: static
static: setup ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: check
check: static test ## everything that can be checked

.PHONY: notebooks
notebooks: setup ## run every notebook from top to bottom
	$(BIN)/python notebooks/run.py

.PHONY: reports
reports: setup ## make the samples and the screenshots in reports/ anew
	$(BIN)/python reports/make_samples.py

.PHONY: worlds
worlds: setup ## hold a world of size M against what is known of real ones, in reports/
	$(BIN)/python reports/study_worlds.py world

.PHONY: sizes
sizes: setup ## make a world of each size, S, M and L, and keep what it took, in reports/
	$(BIN)/python reports/study_sizes.py

.PHONY: auditor
auditor: setup ## study the bias audit itself over 100 declared seeds, in reports/
	$(BIN)/python reports/study_auditor.py

.PHONY: models
models: setup ## study the models over eight declared worlds, in reports/
	$(BIN)/python reports/study_models.py

.PHONY: bench
bench: setup ## measure beside a peer, in the same run
	@PYTHONPATH=tests $(BIN)/python -m benchmarks.run --size full

.PHONY: faults
faults: setup ## kill writers of the decision log 1,000 times, lose nothing
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && PYTHONPATH=tests \
		$(BIN)/python -m faults.kill_writers --home "$$folder/home" --kills 1000 --pause 0.3 --seed 1

.PHONY: audit
audit: setup ## look for known faults in what we depend on; what could not be audited is red too
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock

.PHONY: lock
lock: setup ## resolve requirements.lock anew
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-header --no-annotate --universal --python-version 3.11 --quiet -o requirements.lock
