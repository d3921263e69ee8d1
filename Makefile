# Everything that a developer does with gazewire. All it needs is CPython 3.11 or newer, and make.

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint bench clean env peers

BIN := .venv/bin

help:
	@echo "make demo      eyes measured live, in software, and the page that shows how well"
	@echo "               (make demo ARGS='--seed 7' passes options on)"
	@echo "make test      all checks and tests on the first Python found"
	@echo "make test-all  all tests again on every Python found, 3.11 to 3.13"
	@echo "make lint      format, lint, types and floors, without tests"
	@echo "make bench     figures on this machine"
	@echo "make clean     remove what the above have made"

demo: env
	@exec $(BIN)/gazewire up $(ARGS)

# Many tests run programs against each other, on machines that do other work as well. What fails is
# told, and gets one more chance without the rest.
test: lint peers
	@$(BIN)/python -m pytest -q || $(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none

test-all: lint peers
	@tools/pythons | while read -r version python; do \
		case $$version in 3.11|3.12|3.13) ;; *) continue ;; esac; \
		PYTHON="$$python" tools/make-env .venvs/$$version --editable '.[all]' --group dev && \
		echo "Testing on Python $$version" && \
		.venvs/$$version/bin/python -m pytest -q </dev/null || exit 1; \
	done

# lint-imports is heard only when a contract is broken: it draws a banner.
lint: env
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@floors=$$($(BIN)/lint-imports 2>&1) || { echo "$$floors"; exit 1; }; echo "Imports only go down."

bench: env
	@set -e; for benchmark in benchmarks/bench_*.py; do $(BIN)/python "$$benchmark"; done

clean:
	@rm -rf .venv .venvs .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@find src tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} +

env:
	@tools/make-env .venv --editable '.[all]' --group dev

# The incumbents exclude our own versions of their libraries, so each kind has an environment of its own.
# The ZRE peer comes as source alone; it is pure Python. So does old MessagePack, which then is slower than it was.
peers:
	@tools/make-env .venvs/peers-realtime --group peers-realtime
	@tools/make-env .venvs/peers-core --no-binary zeromq-pyre --group peers-core
	@tools/make-env .venvs/peers-old --no-binary msgpack --group peers-old
	@tools/make-env .venvs/peers-eye --group peers-eye
	@tools/make-env .venvs/peers-bids --group peers-bids
