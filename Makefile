# Two commands: `make chat` and `make test`. The rest is for those who work on Footnote.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

MINUTES ?= 10

.PHONY: help chat test quick check bench llm fuzz pictures constraints clean
.DEFAULT_GOAL := help

help:
	@echo "make chat       install, build the index if needed, serve on http://127.0.0.1:7860"
	@echo "make test       everything that continuous integration checks"
	@echo "make quick      the part of it that takes under a minute: run it at every change"
	@echo "make bench      speed, beside a plain pipeline and the raw engines; a part: make bench ARGS='--only help'"
	@echo "make llm        what a small language model manages; yours: make llm ARGS='--url URL --model NAME'"
	@echo "make fuzz       read damaged documents of every format for MINUTES=10"
	@echo "make pictures   the README's screenshots"
	@echo "make constraints  pin the newest versions that fit pyproject.toml"

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Footnote needs Python 3.11 or newer; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/pip install -q -c constraints.txt -e '.[test]'
	@touch $@

chat: $(VENV)/.installed
	@$(BIN)/footnote index build --if-stale
	@$(BIN)/footnote serve

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

quick: check
	$(BIN)/pytest -m 'not slow and not browser' -n 2 --dist loadfile --hypothesis-profile quick

test: check
	$(BIN)/pytest

bench: $(VENV)/.installed-test
	$(BIN)/python -m tests.bench $(ARGS)

# The server of the small model is no part of Footnote; where it is missing, what to install is said.
llm: $(VENV)/.installed-test
	@$(BIN)/footnote index build --if-stale
	$(BIN)/python -m tests.bench.llm $(ARGS)

fuzz: $(VENV)/.installed-test
	$(BIN)/python -m tests.bench.fuzz_readers --minutes $(MINUTES)

pictures: $(VENV)/.installed-test
	$(BIN)/footnote index build --if-stale
	$(BIN)/python docs/make_pictures.py --disputed 'How many soldiers have deserted?'

# The newest versions that fit pyproject.toml, from an environment of its own; review the difference, then run make test.
constraints:
	rm -rf build/constraints && $(PYTHON) -m venv build/constraints
	build/constraints/bin/pip install -q torch==2.13.0
	build/constraints/bin/pip install -q '.[test]'
	{ echo '# Every version that Footnote is tested with. Regenerate: make constraints'; \
	  build/constraints/bin/pip freeze --all --exclude pip --exclude setuptools --exclude footnote \
	  | sed 's/^\(torch==[0-9.]*\)+.*/\1/; s/ @ .*//' ; } > constraints.txt
	rm -rf build/constraints

clean:
	rm -rf $(VENV) .footnote build
