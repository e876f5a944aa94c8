# Works from a fresh clone: every target makes what it needs, once.
.PHONY: help setup demo run test test-extended test-all times screenshots soak races mutants bench check sbom audit lock build docs clean
.DEFAULT_GOAL := help

SOURCES := functions simulator local ops checks bench testing tests examples
# For Linux and macOS on ARM and x86 alike; where the packages come from is the machine's affair.
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes \
	--no-annotate --no-emit-index-url --custom-compile-command 'make lock'

export PYTHONPATH := functions:.
# sam build asks the first python3.13 here, and version managers' shims fail it.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
# A developer's own AWS account has no part in any of this.
unexport AWS_PROFILE AWS_DEFAULT_PROFILE

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '%-14s %s\n' "$$name" "$$text"; done

setup: ## make .venv (Python 3.13) with all requirements
	@sh local/setup.sh

demo: setup ## one payment against the local stack, from the request to PAID
	@.venv/bin/python -m local demo

run: setup ## the local stack until Ctrl-C; ARGS="--api-port 8081" chooses ports
	@.venv/bin/python -m local run $(ARGS)

# The whole run is parallel and has to cover functions/; a part, chosen by ARGS, answers sooner without.
# OPTIONS are more options of pytest, as --fail-on-skip is in .ci/run.
test: setup ## what a change needs to be trusted; ARGS="tests/unit/test_money.py" chooses a part
	@.venv/bin/python -m pytest $(OPTIONS) $(or $(ARGS),--numprocesses=auto \
		--cov=functions --cov-report=term-missing --cov-fail-under=100)

test-extended: setup ## the tests that need more than Python, or minutes
	@.venv/bin/python -m pytest -m extended --numprocesses=auto --dist=loadgroup $(OPTIONS)
	@.venv/bin/python -m pytest --aws=moto --numprocesses=auto $(OPTIONS) \
		tests/functional/handlers tests/functional/store

test-all: test test-extended ## all tests

times: setup ## measure what CONTRIBUTING.md says of times; ARGS='"make test"' chooses commands
	@.venv/bin/python -m checks.times $(ARGS)

screenshots: setup ## the README's pictures of the shop and the till, taken anew
	@FINPAY_SCREENSHOTS=docs/images .venv/bin/python -m pytest -q -m extended --fail-on-skip \
		tests/browser/test_pictures.py

soak: setup ## more of the simulation; SEEDS="1000:3000" chooses worlds, SEEDS=7 replays one
	@.venv/bin/python -m tests.property.simulation --seeds $(or $(SEEDS),500:2500) $(ARGS)

races: setup ## every race a hundred times, for about half an hour; ROUNDS=10 for less
	@FINPAY_RACE_ROUNDS=$(or $(ROUNDS),100) .venv/bin/python -m pytest -m extended tests/property/races $(ARGS)

mutants: setup ## faults put into the code that guards money; MODULES="ledger/rupiah" chooses
	@.venv/bin/python -m checks.mutants $(MODULES) $(ARGS)

bench: setup ## cold and warm, size and cost, beside other frameworks; ARGS="cold warm" chooses parts
	@.venv/bin/python -m bench $(ARGS)

check: setup sbom ## style, types, import rules, template, security, known vulnerabilities
	.venv/bin/ruff check $(SOURCES)
	.venv/bin/ruff format --check $(SOURCES)
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/bandit --quiet --recursive functions ops local simulator checks
	.venv/bin/sam validate --lint
	.venv/bin/cfn-lint template.yaml --append-rules cfn_lint_serverless.rules
	@.venv/bin/python -m checks.checkov
	@.venv/bin/python -m checks.audit

sbom: setup ## what is shipped to AWS, in CycloneDX's form: .local/sbom.json
	@mkdir -p .local
	@PYTHONWARNINGS=ignore .venv/bin/cyclonedx-py requirements functions/requirements.txt --pyproject pyproject.toml \
		--output-reproducible --of JSON --output-file .local/sbom.json
	@echo ".local/sbom.json: $$(grep -c '"purl"' .local/sbom.json) components"

audit: setup ## known vulnerabilities of all pins; fails also where one could not be looked up
	@.venv/bin/python -m checks.audit --strict

lock: setup ## pin everything anew, with hashes, after a requirements file was changed
	$(LOCK) functions/requirements.in --output-file functions/requirements.txt
	$(LOCK) requirements.txt --constraints functions/requirements.txt --output-file requirements.lock
	$(LOCK) local/requirements.txt --output-file local/requirements.lock
	$(LOCK) checks/requirements.txt --output-file checks/requirements.lock
	$(LOCK) checks/mutants/requirements.txt --output-file checks/mutants/requirements.lock
	$(LOCK) bench/requirements.txt --output-file bench/requirements.lock
	@for folder in bench/peers/*/ bench/floor/*/; do if [ -f "$$folder/requirements.in" ]; then \
		$(LOCK) "$$folder/requirements.in" --constraints functions/requirements.txt \
			--output-file "$$folder/requirements.txt"; fi; done

build: setup ## sam build, for AWS, and trimmed to what runs there
	.venv/bin/sam build
	.venv/bin/python -m ops.trim .aws-sam/build

docs: setup ## write anew what in docs/ is made from the code: states, OpenAPI, Postman collection
	.venv/bin/python -m ops.states > docs/states.md
	.venv/bin/python -m ops.openapi > docs/openapi.json
	.venv/bin/python -m ops.openapi postman > docs/finpay.postman_collection.json

clean: ## remove what the other targets made, .venv included
	rm -rf .venv .local .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache .coverage htmlcov
