# make run    a running service with demo data       make test   everything that CI checks
# make setup  .venv with the holdfast command        make help   the rest

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
UV := UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 UV_COMPILE_BYTECODE=1 $(BIN)/uv
# Python keeps the bytecode of what it imports, unless it may not write there or was told not to: then
# every start compiles a thousand modules again, which takes longer than all the rest of it.
BYTECODE := $(BIN)/python -m compileall -q app training holdfast.py
# What the service and its command line need; --inexact leaves what `make test` added.
SYNC := $(UV) sync --frozen --inexact --python $(BIN)/python --extra postgres --extra training

PYTEST_ARGS ?= --numprocesses auto --dist loadfile

DEMO := data/demo
DEMO_CUSTOMERS ?= 3000
DEMO_DAYS ?= 540
PORT ?= 8000
HOLDFAST := $(BIN)/holdfast

.PHONY: help setup run test bench openapi clean-demo clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do \
	  printf '  make %-12s %s\n' "$$name" "$$text"; done

## Environment

setup: $(VENV)/installed ## .venv with the holdfast command

$(BIN)/uv:
	@sh .ci/system-libraries
	@python=$$(sh .ci/find-python) && echo "Creating $(VENV) with $$python" && "$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/installed: pyproject.toml uv.lock | $(BIN)/uv
	@echo "Installing Holdfast" && $(SYNC) --quiet && $(BYTECODE) && $(HOLDFAST) warm-up
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "Installing what the tests need" && $(SYNC) --group dev --quiet
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r .ci/data-requirements.txt
	@touch $@

## Demo: each step leaves a file, so that a second start goes straight to serving.

run: $(DEMO)/scored ## simulate, train, import, score and serve on 127.0.0.1:8000
	@echo
	@echo "  API key    $$(cat $(DEMO)/key)"
	@echo "  Try        curl -s -H 'Authorization: Bearer $$(cat $(DEMO)/key)' 'http://127.0.0.1:$(PORT)/v1/customers?tier=high&limit=3'"
	@echo "             curl -s -H 'Authorization: Bearer $$(cat $(DEMO)/key)' http://127.0.0.1:$(PORT)/v1/customers/c0000001/score"
	@echo
	@exec $(HOLDFAST) serve --port $(PORT)

$(DEMO)/activity.parquet: | $(VENV)/installed
	@mkdir -p $(DEMO) && date -u +%F > $(DEMO)/end
	$(HOLDFAST) simulate --customers $(DEMO_CUSTOMERS) --days $(DEMO_DAYS) --seed 7 --end $$(cat $(DEMO)/end) --out $(DEMO)

$(DEMO)/trained: $(DEMO)/activity.parquet
	$(HOLDFAST) train $(DEMO)/activity.parquet --customers $(DEMO)/customers.parquet \
	  --until $$(cat $(DEMO)/end) --churn-event order_placed --horizon-days 90 --models models --promote
	@touch $@

$(DEMO)/imported: $(DEMO)/activity.parquet
	$(HOLDFAST) migrate
	$(HOLDFAST) import customers $(DEMO)/customers.parquet
	$(HOLDFAST) import activity $(DEMO)/activity.parquet
	@touch $@

$(DEMO)/scored: $(DEMO)/trained $(DEMO)/imported
	$(HOLDFAST) rescore
	@umask 077 && $(HOLDFAST) keys create demo --quiet > $(DEMO)/key
	@touch $@

## Checks

test: $(VENV)/installed-dev ## formatting, lint, types, floors, migrations, OpenAPI, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(PYTEST_ARGS)

openapi: $(VENV)/installed ## write openapi/openapi.json anew
	$(BIN)/python -m openapi.generate

bench: $(VENV)/installed-dev ## measure what the docs claim; see benchmarks/README.md
	$(BIN)/python -m benchmarks

clean-demo: ## forget the demo's data, bundles and database
	rm -rf $(DEMO) data/holdfast.db data/holdfast.db-wal data/holdfast.db-shm

clean: clean-demo ## forget the environment too
	rm -rf $(VENV)
