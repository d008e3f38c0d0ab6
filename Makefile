# Abonent: everything a developer types. `make` alone explains itself.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CONSOLE := $(VENV)/.console
PYTHON ?= $(shell .ci/find-python)
UV_VERSION := 0.13.9
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test test-long lint format lock schema bench soak examples

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) $(CONSOLE) ## Make the environment in .venv/ (needs Python 3.11 or newer)

run: $(READY) $(CONSOLE) ## Serve a demo on http://localhost:8000 (another port: ABONENT_PORT=8010 make run)
	@exec $(BIN)/abonent serve --demo

test: $(READY) $(CONSOLE) ## Run the tests, on SQLite and, where it answers, PostgreSQL (some only: make test ARGS="-k login")
	$(BIN)/python -m pytest -n 2 -m "not long" $(ARGS)

test-long: $(READY) $(CONSOLE) ## Run those that take their time: soaks, crashes, failover, many random histories, installations
	$(BIN)/python -m pytest -n 2 -m long $(ARGS)

lint: $(READY) ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Put the code in its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## Measure it beside hand-written SQL, on PostgreSQL (make bench ARGS="--scales 5000 --rounds 1"; ARGS=--help)
	@$(BIN)/python -m benchmarks.run $(ARGS)

soak: $(READY) ## Two minutes of mixed load by 32 clients on a server of its own (make soak ARGS="--seconds 30 --database postgres")
	@$(BIN)/python -m tests.hardening.soak $(ARGS)

examples: $(READY) ## Generate the example clients and run them on a demo of their own (one: make examples ARGS=python; needs npm)
	@$(BIN)/python -m examples.run $(ARGS)

schema: $(READY) ## Print the GraphQL schema into schema/schema.graphql
	$(BIN)/abonent export-schema > schema/schema.graphql.new
	@mv schema/schema.graphql.new schema/schema.graphql

lock: $(READY) ## Pin the newest allowed versions of all dependencies, with hashes (UPGRADE=1) or only what pyproject.toml changed
	$(BIN)/python -m pip install --quiet "uv==$(UV_VERSION)"
	$(call compile,requirements.txt,)
	$(call compile,requirements-dev.txt,--group dev)
	$(call compile,examples/python/requirements.txt,,examples/python/requirements.in)
	$(call compile,benchmarks/peers/requirements.txt,,benchmarks/peers/requirements.in)

compile = $(BIN)/uv pip compile --quiet $(or $(3),pyproject.toml) $(2) --output-file $(1) --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade)

# An environment that another Python made, or that was made in another folder, is of no use: it is made anew.
ASKED_FOR := $(if $(filter file undefined,$(origin PYTHON)),,$(PYTHON))
CHECK_VENV = .ci/check-venv $(VENV) "$(ASKED_FOR)" 2>/dev/null
$(shell $(CHECK_VENV) || rm -f $(READY))

$(READY): requirements-dev.txt pyproject.toml web/vendor.py tests/schema/audit.py
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found (set PYTHON=/path/to/python)." >&2; exit 1; }
	@$(CHECK_VENV) || { echo "Making the environment in $(VENV)/ with $(PYTHON) …"; "$(PYTHON)" -m venv --clear $(VENV); }
	@echo "Installing what requirements-dev.txt pins: about a minute the first time …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "Fetching the parts of the pages for people …"
	@$(BIN)/python -m web.vendor
	@$(BIN)/python -m tests.schema.audit
	@touch $@

# The console is built anew whenever what it is made of has changed; where it cannot be, the program does without.
$(CONSOLE): $(READY) web/console.py schema/schema.graphql $(shell find console -type f -not -path '*/node_modules/*' -not -path '*/generated/*')
	@echo "Building the console …"
	@$(BIN)/python -m web.console
	@touch $@
