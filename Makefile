# Everything that a newcomer, a developer or a CI machine runs. `make` alone lists the targets.
# Needs: Python 3.11 or newer as `python3` (or PYTHON=…) and make. Set-up builds .venv from a hashed lock, once.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
EVAL ?= ../shared/eval
JOBS ?= auto
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo story test torture lint eval bench screenshots lock clean

help:  ## list the targets
	@echo "Prospector. Targets:"
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
	  || grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST)

setup: $(READY)  ## build .venv from the lock (the other targets do it when needed)

$(READY): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 …")'
	@echo "Setting up .venv (once, about half a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "python3 can't make virtual environments here. On Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)  ## crawl the bundled demo: from seed pages to letters, on loopback, no network needed
	@rm -f output/demo.db output/demo.db-*
	@echo; echo "A demo web of some ninety sites is served on this machine while each command runs. Nothing leaves it, nothing is sent."
	@echo; echo '$$ scrapy crawl resources      # read the seeds, check their links, match, draft'
	@$(BIN)/scrapy crawl resources
	@echo; echo '$$ scrapy crawl recheck        # twice: dead links are confirmed by later looks, days apart in life, seconds here'
	@$(BIN)/scrapy crawl recheck 2>/dev/null
	@$(BIN)/scrapy crawl recheck
	@echo; echo '$$ scrapy drafts list --status ready'
	@$(BIN)/scrapy drafts list --status ready 2>/dev/null
	@echo; printf '%-15s %-36s %s\n' \
	  "Look further:" "$(BIN)/scrapy review" "the desk, in your browser: evidence, letters, decisions" \
	  "" "$(BIN)/scrapy drafts show ID" "a whole letter" \
	  "" "$(BIN)/scrapy export dead-links" "what was found, as CSV" \
	  "" "$(BIN)/scrapy status" "what is due, and why" \
	  "Your own:" "$(BIN)/scrapy init my-campaign" "a folder with a campaign to fill in"

story: $(READY)  ## type the commands of docs/tutorial.md on the demo's web: seeds, backlinks, letters, links won and lost, a disavow file
	@$(BIN)/python -m tests.demo.story

test: $(READY)  ## run all tests, as many at a time as there are processors; COV=1 measures coverage too
	@requirements/system.sh
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(if $(COV),--cov --cov-report=term:skip-covered) $(ARGS)

torture: $(READY)  ## run the long tests: crashes, damage, failing disks and clocks at random moments, a long soak
	@$(BIN)/python -m pytest -m torture --timeout 3600 $(ARGS)

lint: $(READY)  ## ruff (rules and format) and mypy (strict)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

eval: $(READY)  ## quality gates on labelled data in EVAL=DIR, held to benchmarks/floors.toml
	@$(BIN)/python benchmarks/gates.py $(EVAL)

bench: $(READY)  ## speed against peers on a local web; ARGS: see python -m benchmarks.kit --help
	@$(BIN)/python -m benchmarks.kit $(ARGS)

screenshots: $(READY)  ## take the README's pictures of the desk, from the demo's results (needs Chromium)
	@test -f output/demo.db || $(MAKE) demo
	@$(BIN)/python -m tests.browser.screenshots output/demo.db docs/images

lock: pyproject.toml  ## resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --extra dev --extra xlsx --extra mail --extra redis --universal --python-version 3.11 \
	  --generate-hashes --no-header --quiet --output-file requirements/dev.lock

clean:  ## remove .venv, caches and the demo's results
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage output/demo.db*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
