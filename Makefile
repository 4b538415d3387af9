# `make demo` and `make test` are all a newcomer needs; each sets everything up by itself.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

TOOLS := .tools
UV := $(TOOLS)/uv/bin/uv
DEV := .venv/bin
SAM := $(TOOLS)/sam/bin
AUDIT := $(TOOLS)/audit/bin
SECRETS := $(TOOLS)/secrets/bin
STAMPS := $(TOOLS)/stamps
PINS := $(sort $(wildcard requirements/*.txt) layers/crosscheck/requirements.txt)

# One environment per program whose dependencies clash: the source's own (.venv), the SAM CLI,
# the emulator, the Lambda runtime that the functions run in, what looks for weaknesses (audit),
# what looks for secrets (secrets), and CDK (examples).
ENVIRONMENTS := $(STAMPS)/dev $(STAMPS)/sam $(STAMPS)/emulator $(STAMPS)/runtime

# What lint does, the longest first: two of them at a time.
CHECKS := check-types check-template check-code check-secrets

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: $(ENVIRONMENTS) build browser ## run the example releases in a local account, pictures under build/demo/
	@$(DEV)/python -m local demo

.PHONY: images
images: demo ## run the demo, and put its pictures into the documents
	@mkdir -p docs/images && cd build/demo && for picture in a-unhealthy-secondary a-unhealthy-secondary-timeline \
		a-approval-waiting board; do cp "$$picture.png" "../../docs/images/$$picture.png"; done

.PHONY: local
local: $(ENVIRONMENTS) build ## start a local account with the stack deployed; ends with Ctrl-C
	@$(DEV)/python -m local up

.PHONY: cli
cli: $(STAMPS)/cli ## install the command of operators: tools/crosscheck
	@echo "tools/crosscheck is ready; link it into a folder of your PATH: ln -s $(CURDIR)/tools/crosscheck <folder>"

.PHONY: test
test: ## everything that must hold before a change lands
	@$(MAKE) --no-print-directory --jobs=2 $(CHECKS) $(ENVIRONMENTS) build browser
	@$(MAKE) unit
	@$(MAKE) examples
	@$(MAKE) e2e

.PHONY: unit
unit: $(STAMPS)/dev browser ## fast tests: pure logic, fakes as strict as AWS, moto, the template
	$(DEV)/pytest tests -m "not e2e and not examples and not upgrade" -q -n 2

.PHONY: e2e
e2e: $(ENVIRONMENTS) build browser ## the deployed stack in four local accounts at once
	$(DEV)/pytest tests/e2e -m e2e -q -n 4 --dist loadfile --no-loadscope-reorder

.PHONY: examples
examples: $(STAMPS)/dev $(STAMPS)/examples ## synthesise the CDK example, and compare it with the release that it is of
	$(DEV)/pytest tests/unit/examples -m examples -q

.PHONY: upgrade
upgrade: $(ENVIRONMENTS) build ## update a stack of an older version (FROM=<tag or commit>) with releases in flight
	from="$$(tools/build-version "$(FROM)")" && \
		CROSSCHECK_UPGRADE_FROM="$$from" $(DEV)/pytest tests/e2e/local/test_upgrade.py -m upgrade -q

.PHONY: histories
histories: $(STAMPS)/dev ## ten thousand random histories of a stack with stores, of which `make unit` runs 300
	CROSSCHECK_HISTORIES=10000 $(DEV)/pytest tests/property/test_store_histories.py -q -n 2

.PHONY: fault-tests
fault-tests: $(STAMPS)/dev ## list the tests of each fault in tests/faults.md
	$(DEV)/python -m tests.unit.docs.fault_tests

.PHONY: bench
bench: $(ENVIRONMENTS) build ## speed against a floor, fan-out, sizes and calls; records releases first, a quarter of an hour
	PYTHONPATH=layers/crosscheck:functions $(DEV)/python -m bench

.PHONY: load
load: $(ENVIRONMENTS) build ## a thousand releases at once, a hundred in a local account, stores; half an hour
	PYTHONPATH=layers/crosscheck:functions:. $(DEV)/python -m bench.load_releases
	PYTHONPATH=layers/crosscheck:functions:. $(DEV)/python -m bench.load_account
	PYTHONPATH=layers/crosscheck:functions:. $(DEV)/python -m bench.load_stores

.PHONY: mutants
mutants: $(STAMPS)/dev ## break the rules on purpose, and count what no test notices; half an hour on two free cores
	$(DEV)/python -m tests.mutants $(MUTANTS)

.PHONY: lint
lint: ## formatting, lint, types, import contracts, the template, secrets, the workflow
	@$(MAKE) --no-print-directory --jobs=2 $(CHECKS)

.PHONY: $(CHECKS)
check-types: $(STAMPS)/dev
	$(DEV)/mypy

check-code: $(STAMPS)/dev
	$(DEV)/ruff format --check .
	$(DEV)/ruff check .
	PYTHONPATH=layers/crosscheck:functions $(DEV)/lint-imports

check-template: $(STAMPS)/dev $(STAMPS)/sam $(STAMPS)/audit
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(SAM)/sam validate --lint
	@mkdir -p build
	PYTHONPATH=.:layers/crosscheck:functions $(DEV)/python -m tests.template.expanded > build/expanded.json
	$(AUDIT)/python tools/check-weaknesses $(AUDIT)/checkov build/expanded.json

check-secrets: $(STAMPS)/dev $(STAMPS)/secrets
	$(SECRETS)/python tools/find-secrets
	$(DEV)/zizmor --offline --no-progress --quiet .github/workflows

.PHONY: vulnerabilities
vulnerabilities: $(STAMPS)/audit ## what is known against the pins; needs the network, so it is no part of `make test`
	$(AUDIT)/pip-audit --strict --require-hashes --disable-pip $(PINS:%=--requirement %)

.PHONY: build
build: $(STAMPS)/sam ## sam build, with the runtime's python and pip on PATH
	@tools/sam-build

.PHONY: browser
browser: ## find or install a browser for the pictures
	@tools/find-browser >/dev/null

.PHONY: pins
pins: $(UV) ## compile requirements/*.in to pins with hashes
	@UV="$(UV)" tools/pin-requirements

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf .venv $(TOOLS) .aws-sam .local build

$(UV): requirements/uv.txt
	@tools/bootstrap-uv "$(TOOLS)/uv"

$(STAMPS)/dev: requirements/dev.txt .python-version | $(UV)
	@tools/make-environment "$(UV)" .venv requirements/dev.txt $@

$(STAMPS)/%: requirements/%.txt .python-version | $(UV)
	@tools/make-environment "$(UV)" $(TOOLS)/$* requirements/$*.txt $@
