# The commands of the project. `make run` and `make test` need python3 (3.11 or later) and make.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test dac7 saleor lint lock install install-dev system-packages

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one with: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed: on Debian, apt-get install python3-venv"; exit 1; }

# The catalogues of texts are compiled when the package is installed.
CATALOGUES := $(wildcard saleor_alencon/locale/*/LC_MESSAGES/*.po saleor_alencon/*/locale/*/LC_MESSAGES/*.po)

$(VENV)/.run: requirements.lock pyproject.toml setup.py $(CATALOGUES) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/.run
install-dev: $(VENV)/.dev

run: install  ## Everything on this machine, with recorded orders, on http://127.0.0.1:8080
	@$(BIN)/alencon up

saleor: install  ## The same beside a real Saleor (SALEOR_SRC), API on port 8000
	@$(BIN)/alencon saleor up

system-packages:
	@tests/install_system_packages.sh

test: install-dev dac7 system-packages  ## Every test; those against the real Saleor when it is configured
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	SECRET_KEY=lint DATABASE_URL=postgres://none/none $(BIN)/mypy

$(VENV)/.dac7: requirements-dac7.lock | $(VENV)/bin/python
	$(BIN)/python -m venv $(VENV)/dac7
	$(VENV)/dac7/bin/python -m pip install --quiet --require-hashes -r requirements-dac7.lock
	@touch $@

dac7: $(VENV)/.dac7  ## The program that writes the tax authority's DAC7 file, apart: its pins are others

lock:  ## Pin every dependency again
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet pyproject.toml --extra office --extra embedded --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements.lock
	$(BIN)/uv pip compile --quiet pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -c requirements.lock -o requirements-dev.lock
	echo "dac7==2025.0.0" | $(BIN)/uv pip compile --quiet - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements-dac7.lock
