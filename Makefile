# The main targets are `make demo` and `make test`; each installs what it needs. `make help` lists all.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check days night mutants audit bench soak lint quick format migration lock release screenshots help

demo: $(VENV)/.run ## opens the sandbox with the bot in it (ARGS=--play plays a story)
	@$(BIN)/intervisie demo $(ARGS)

test: lint ## lint and every test, some minutes (ARGS="tests/meetings" for a part)
	@# Tests wait for processes and for PostgreSQL: four at once keep two cores busy.
	@# They start many processes, so bytecode is cached, in the environment and not among the sources.
	PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/$(VENV)/compiled \
		$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

check: $(VENV)/.dev ## lint and the quick tests, side by side, within a minute; says what it leaves out
	@$(MAKE) --no-print-directory -j 2 lint quick

lint: $(VENV)/.dev ## ruff, mypy and the floors of the house (import-linter)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quick: $(VENV)/.dev ## the tests of rules, views, texts, catalogues and settings only
	$(BIN)/python -m pytest -p tests.quick $(ARGS)

format: $(VENV)/.dev ## formats the code, and mends what ruff can mend
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

days: $(VENV)/.dev ## the suite on nine other days, about twenty minutes (ARGS="tests/meetings")
	$(BIN)/python -m tests.days $(ARGS)

night: $(VENV)/.dev ## long random lives, every crash, soak, mutants, audit: hours (ARGS="--seed 20261201")
	$(BIN)/python -m tests.night $(ARGS)

mutants: $(VENV)/.dev ## changes rules one by one, and lists what no test notices (ARGS="--count 5 --seed 2")
	$(BIN)/python -m tests.mutants $(ARGS)

audit: $(VENV)/.dev ## asks whether a locked package has a known vulnerability
	$(BIN)/python -m deploy.audit

bench: $(VENV)/.bench ## measures speed, about a quarter of an hour (ARGS="--json FILE" writes the figures too)
	$(BIN)/python -m benchmarks $(ARGS)

soak: $(VENV)/.dev ## kills processes and breaks Slack, about ten minutes (ARGS="--minutes 2 --json FILE")
	@$(BIN)/python -m benchmarks.soak $(ARGS)

migration: $(VENV)/.dev ## writes the next migration (MESSAGE="Add a colour to groups")
	DATABASE_URL=sqlite:///.migration.db $(BIN)/alembic upgrade head
	DATABASE_URL=sqlite:///.migration.db $(BIN)/alembic revision --autogenerate -m "$(MESSAGE)"
	rm -f .migration.db*

screenshots: $(VENV)/.dev ## takes the pictures of the README anew
	$(BIN)/python -m docs.screenshots

lock: ## pins the packages anew in requirements/ (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		pyproject.toml --extra build -o requirements/run.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		pyproject.toml --extra build --extra dev -o requirements/dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		pyproject.toml --extra build --extra dev --extra bench -o requirements/bench.lock
	echo uv | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		- -o requirements/installer.lock

release: $(VENV)/.dev ## the files of a release, from its tag, in dist/ (TAG=v0.2.0)
	$(BIN)/python -m deploy.release $(or $(TAG),--untagged)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@echo "Making a Python environment in $(VENV): some five seconds…" >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 …")'
	@# Remove a half-made environment, which the next run would take for a complete one.
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# requirements/install.py says what it does and how far it is.
$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@echo "What the bot needs:" >&2
	@$(BIN)/python requirements/install.py run --project
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	@echo "What the tests need:" >&2
	@$(BIN)/python requirements/install.py dev
	@touch $@

$(VENV)/.bench: requirements/bench.lock $(VENV)/.dev
	@echo "What the benchmarks compare with:" >&2
	@$(BIN)/python requirements/install.py bench
	@touch $@
