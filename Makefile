# The two commands are `make demo` and `make test`; each does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test days bench soak lint format migration lock screenshots

demo: $(VENV)/.run
	@$(BIN)/intervisie demo $(ARGS)

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@# Half of a test is waiting for something: four of them keep two cores busy.
	@# They start many processes: what is compiled once is kept, beside the packages and not among the sources.
	PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/$(VENV)/compiled \
		$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

# The suite on nine other days, about twenty minutes; ARGS="tests/meetings" for a part of it.
days: $(VENV)/.dev
	$(BIN)/python -m tests.days $(ARGS)

# About eight minutes; ARGS="--json FILE" writes the figures too.
bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks $(ARGS)

# About ten minutes; ARGS="--minutes 2 --json FILE" for a short run and its figures.
soak: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.soak $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

# make migration MESSAGE="what changes"
migration: $(VENV)/.dev
	DATABASE_URL=sqlite:///.migration.db $(BIN)/alembic upgrade head
	DATABASE_URL=sqlite:///.migration.db $(BIN)/alembic revision --autogenerate -m "$(MESSAGE)"
	rm -f .migration.db*

screenshots: $(VENV)/.dev
	$(BIN)/python -m docs.screenshots

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		pyproject.toml --extra build -o requirements/run.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		pyproject.toml --extra build --extra dev -o requirements/dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		pyproject.toml --extra build --extra dev --extra bench -o requirements/bench.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 …")'
	@# What a failed attempt leaves behind would pass for an environment the next time.
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the bot needs…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	@echo "Installing what the tests need…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.bench: requirements/bench.lock $(VENV)/.dev
	@echo "Installing what the benchmarks compare with…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.lock
	@touch $@
