# 衡平 Hengping. `make help` lists what can be asked for.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
# One worker more than there are cores: tests wait for the database and the browser much of their time.
JOBS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 8 ? n + 1 : 8)))
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

BIN := .venv/bin
RUN := .venv/run.stamp
DEV := .venv/dev.stamp
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r
PYTEST := $(BIN)/python -m pytest -n $(JOBS)
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

export PORT

.PHONY: help demo demo-reset test test-all check bench browser format lock assets messages

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(RUN) ## 演示: the fictional city on http://127.0.0.1:8000 until Ctrl-C (PORT=… for another port)
	@exec $(BIN)/python -m app.serve

demo-reset: $(RUN) ## stop the demo, throw its data away and start over
	@$(BIN)/python -m app.serve reset && exec $(BIN)/python -m app.serve

test: $(DEV) browser ## the whole suite with browser journeys, under 15 minutes on 2 cores
	@$(PYTEST)

test-all: $(DEV) browser ## as test, and the long ones: races, kills, faults, the full crawl
	@$(PYTEST) -m "not benchmark"

check: $(DEV) ## style, types, imports, templates, catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint app --lint --quiet
	$(BIN)/python -m app.core.catalogues check

bench: $(DEV) ## figures of speed; asserts nothing
	@$(BIN)/python -m pytest tests/benchmarks -m benchmark -n 0 -p no:randomly -o faulthandler_timeout=0 -s

browser: $(DEV)
	@.ci/browser

format: $(DEV) ## put the code into the house style
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

messages: $(DEV) ## collect the msgids, update and compile the catalogues
	$(BIN)/python -m app.core.catalogues extract

lock: $(DEV) ## pin what pyproject.toml asks for (UPGRADE=1 takes newer versions)
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements.lock --extra triage \
		-o requirements-triage.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements-triage.lock --extra dev \
		-o requirements-dev.lock pyproject.toml

assets: ## build styles and scripts anew (needs Node.js; the built files are committed)
	cd app/ui/assets && npm ci --no-audit --no-fund && npm run build

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本。 Python 3.11 or newer is needed." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "无法建立 .venv：请安装 python3-venv。 Cannot make .venv: install python3-venv." >&2; exit 1; }

# What runs is a part of what develops: where the tools are in already, both stay at one set of versions.
$(RUN): requirements.lock | .venv/bin/python
	@echo "安装依赖 … installing what requirements.lock pins"
	@$(PIP) $(if $(wildcard $(DEV)),requirements-dev.lock,requirements.lock)
	@touch $@

$(DEV): requirements-dev.lock | .venv/bin/python
	@echo "安装依赖 … installing what requirements-dev.lock pins"
	@$(PIP) requirements-dev.lock
	@touch $@ $(RUN)
