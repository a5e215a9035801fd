# Everything a person does with the project. `make help` lists it.
export PATH := $(CURDIR)/scripts/node_modules/.bin:$(HOME)/.cargo/bin:$(PATH)
SERVER := domain storage gateways services sandbox app server
PACKAGES := $(SERVER:%=-p %)

.PHONY: help run build setup dev check test bench fmt sqlx screenshots clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 22

run: build ## the whole cabinet with demo data at http://localhost:3000
	@target/release/cabinet demo

setup: ## install what is missing
	@scripts/setup.sh

build: setup ## the release: server and browser module
	@scripts/style.sh
	@scripts/quietly.sh target/build.log cargo leptos build --release --precompress

dev: setup ## rebuild on every change
	@scripts/style.sh
	cargo leptos watch -- demo

check: ## format, lints, architecture, licences, query descriptions
	@scripts/setup.sh tests
	@scripts/style.sh
	cargo fmt --all --check
	scripts/architecture.sh
	cargo deny --log-level error check bans licenses sources
	scripts/sqlx.sh check
	cargo clippy --quiet $(PACKAGES) --all-targets -- -D warnings
	cargo clippy --quiet -p frontend --target wasm32-unknown-unknown -- -D warnings

test: check build ## everything that has to pass
	scripts/with-postgres.sh cargo test --quiet $(PACKAGES)
	conformance/sandbox.sh
	node scripts/budget.mjs
	cd end2end && npm test

bench: build ## measure: ledger against pgbench, signing in, weights; writes target/bench/results.json
	@scripts/setup.sh tests
	cargo build --quiet --release -p storage --example ledger_load
	cargo build --quiet --release -p services --example hash_rate --example sign_in_load --example webhook_load
	PG_DURABLE=1 scripts/with-postgres.sh node scripts/bench.mjs

screenshots: build ## every page at three widths, light and dark, into end2end/screenshots
	@scripts/setup.sh tests
	cd end2end && npm run screenshots

sqlx: ## describe the checked queries anew
	scripts/sqlx.sh prepare

fmt: ## format
	cargo fmt --all

clean: ## forget what was built; the demo's data stays
	cargo clean
	rm -rf style/dist
