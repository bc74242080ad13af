# `make demo` shows the main job (`CRM=amocrm`: into amoCRM); `make test` checks everything. Both install what they need into .venv.
PYTHON ?= python3
CRM ?= bitrix24
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-all bench bench-peers bench-cleaning lint format lock clean

# CI installs the exact versions of the lock file; `make lock` writes it.
$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

demo: $(VENV)/.installed
	$(BIN)/dentsync demo --crm $(CRM)

test: $(VENV)/.installed lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-all: $(VENV)/.installed lint
	$(BIN)/python -m pytest -n 2 --dist worksteal -m ""

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

# dentsync beside the Bitrix24 clients of others, which are installed into benchmarks/.work: about twelve minutes.
bench-peers: $(VENV)/.installed
	$(BIN)/python -m benchmarks peers

# Names and phones beside the parsers of others, which are installed into benchmarks/.work: about ten minutes.
bench-cleaning: $(VENV)/.installed
	$(BIN)/python -m benchmarks cleaning

lock:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade --editable '.[dev]'
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
