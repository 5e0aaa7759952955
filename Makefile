# Two commands do everything: `make run` builds the default data set, `make test` checks the code.
PYTHON ?= python3
# cpu, cuda, or auto: cuda where nvidia-smi answers, else cpu if pip can find that wheel, else cuda
TORCH ?= auto
VENV := .venv
BIN := $(VENV)/bin
IN_VENV := PATH="$(CURDIR)/$(BIN):$$PATH"
INSTALLED := $(VENV)/.installed
export DVC_NO_ANALYTICS := 1
export DO_NOT_TRACK := 1

.PHONY: help run flow sheet test lint lock clean

help:            ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/'

run: $(INSTALLED) ## set up, build everything that is out of date, show the scores
	$(IN_VENV) python -m stages.check_params
	$(IN_VENV) dvc repro
	$(IN_VENV) python -m stages.scoreboard
	@echo "Reports (read, kept, dropped by reason; scores): data/reports/"
	@echo "Benchmark: data/split/benchmark/    Training set: data/split/train/    InternVL / LLaVA JSONL: data/export/"

flow: $(INSTALLED) ## the same build as a Prefect flow
	$(IN_VENV) python -m flows.build

sheet: $(INSTALLED) ## one question in all 19 formats: contact_sheet.jpg (ARGS="QUESTION_ID --source NAME --seed 1")
	$(IN_VENV) python -m stages.contact_sheet $(ARGS)

test: lint       ## lint, types, import contracts and all tests
	$(IN_VENV) python -m pytest

lint: $(INSTALLED)
	$(IN_VENV) ruff check .
	$(IN_VENV) ruff format --check .
	$(IN_VENV) mypy
	$(IN_VENV) lint-imports

$(INSTALLED): requirements/base.txt requirements/torch-cpu.txt requirements/torch-cuda.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/base.txt
	@sh requirements/torch.sh $(BIN)/python $(TORCH)
	touch $(INSTALLED)

lock: $(INSTALLED) ## rewrite the locked requirements from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	sh requirements/lock.sh $(BIN)/uv

clean:           ## remove the environment and what was built; the DVC cache stays
	rm -rf $(VENV) data
