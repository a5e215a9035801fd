#!/usr/bin/env bash
# Runs a command against a throw-away PostgreSQL: DATABASE_URL names its owner, PGHOST its socket.
#   scripts/with-postgres.sh cargo test
# PG_DURABLE=1 keeps fsync on, for measurements.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || { echo "with-postgres: PostgreSQL is not installed: run scripts/setup.sh tests" >&2; exit 1; }
dir=$(mktemp -d /tmp/orion-pg.XXXXXX)
run=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$dir"
  run=(runuser -u postgres --)
fi
stop() {
  (cd / && "${run[@]}" "$bin/pg_ctl" stop -D "$dir/data" -m immediate >/dev/null 2>&1) || true
  rm -rf "$dir"
}
trap stop EXIT
durable=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
[ -n "${PG_DURABLE:-}" ] && durable=(-c shared_buffers=512MB -c max_wal_size=4GB)
(
  cd /
  "${run[@]}" "$bin/initdb" -D "$dir/data" -U postgres --auth=trust --locale=C --encoding=UTF8 --data-checksums >/dev/null
  "${run[@]}" "$bin/pg_ctl" start -w -D "$dir/data" -l "$dir/log" \
    -o "-k $dir -c listen_addresses= -c max_connections=300 ${durable[*]}" >/dev/null
)
export PGHOST=$dir PGUSER=postgres PGDATABASE=postgres PATH="$bin:$PATH"
psql -qc "create role cabinet_app login" >/dev/null
socket=${dir//\//%2F}
export DATABASE_URL="postgres://postgres@localhost/postgres?host=$socket"
"$@"
