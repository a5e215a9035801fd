#!/usr/bin/env bash
# The checked queries' descriptions in crates/storage/.sqlx.
#   scripts/sqlx.sh prepare   writes them anew
#   scripts/sqlx.sh check     fails when they differ from what the queries and migrations say
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:?prepare or check}
if [ -z "${SQLX_INSIDE:-}" ]; then
  SQLX_INSIDE=1 exec scripts/with-postgres.sh "$0" "$mode"
fi
for file in crates/storage/migrations/*.sql; do
  # Some migrations are no transaction: they say so in their first line.
  [ "$(head -1 "$file")" = "-- no-transaction" ] && whole="" || whole=-1
  psql -q -v ON_ERROR_STOP=1 $whole -f "$file" >/dev/null
done
fresh=$PWD/target/sqlx-fresh
rm -rf "$fresh" && mkdir -p "$fresh"
touch crates/storage/src/lib.rs
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$fresh cargo check -q -p storage
touch crates/storage/src/lib.rs
if [ "$mode" = prepare ]; then
  rm -rf crates/storage/.sqlx && mv "$fresh" crates/storage/.sqlx
  echo "sqlx: $(ls crates/storage/.sqlx | wc -l) queries described"
elif ! diff -rq "$fresh" crates/storage/.sqlx; then
  echo "sqlx: the descriptions are out of date: run scripts/sqlx.sh prepare" >&2
  exit 1
fi
