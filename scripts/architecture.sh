#!/usr/bin/env bash
# The house's one-way rule and known traps, as commands. Silent when all is well.
set -euo pipefail
cd "$(dirname "$0")/.."
fail=0
wrong() { printf 'architecture: %s\n' "$*" >&2; fail=1; }
tree() { cargo tree --offline -e normal --prefix none -f '{p}' "$@" | cut -d' ' -f1 | sort -u; }
without() { # what, tree, forbidden…
  local what=$1 found=$2; shift 2
  for crate in "$@"; do
    grep -qx "$crate" <<<"$found" && wrong "$what depends on $crate"
  done
  return 0
}
without "frontend" "$(tree -p frontend --target wasm32-unknown-unknown)" \
  sqlx sqlx-core tokio axum rust_decimal chrono services storage gateways
without "domain" "$(tree -p domain)" tokio chrono sqlx axum leptos services storage gateways
without "storage" "$(tree -p storage)" axum leptos gateways services
without "gateways" "$(tree -p gateways)" axum leptos sqlx storage services
without "services" "$(tree -p services)" axum leptos
without "server" "$(tree -p server)" openssl openssl-sys native-tls aws-lc-rs

src() { git ls-files -- "$@" ':!*/tests/*'; }
found=$(src '*.rs' ':!crates/storage/*' | xargs grep -lE 'sqlx::query' || true)
[ -z "$found" ] || wrong "SQL outside crates/storage: $found"
found=$(src 'app/*.rs' | xargs grep -nE '<textarea|style="' | grep -v 'svg.contains' || true)
[ -z "$found" ] || wrong "raw textarea or style attribute: $found"
found=$(src '*.rs' ':!server/*' | xargs grep -nE 'std::env::var|env::var\(' || true)
[ -z "$found" ] || wrong "the environment is read outside server: $found"
found=$(src '*.rs' ':!crates/sandbox/*' | xargs grep -nE 'Utc::now\(|SystemTime::now\(' || true)
[ -z "$found" ] || wrong "a clock besides the database's: $found"
found=$(src '*.css' | xargs grep -nE '@import|@layer|oklch\(|light-dark\(|color-mix\(' || true)
[ -z "$found" ] || wrong "CSS that old browsers or the minifier do not take: $found"
for path in $(git ls-files -- '*.rs' | grep -v '/tests/'); do
  lines=$(wc -l < "$path")
  [ "$lines" -le 650 ] || wrong "$path has $lines lines: which second subject moved in?"
done
exit $fail
