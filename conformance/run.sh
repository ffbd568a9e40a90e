#!/usr/bin/env bash
# Published clients against the real server, on SQLite and on PostgreSQL, and a published grammar beside ours. Needs node, npm, python3 with venv,
# PostgreSQL's server programs; SWITCHBOARD_BINARY may name the server.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${SWITCHBOARD_BINARY:-target/debug/switchboard}")
[ -x "$binary" ] || { echo "there is no server at $binary: cargo build -p switchboard" >&2; exit 1; }
databases=$(dirname "$binary")/examples/database
[ -x "$databases" ] || { echo "there is no $databases: cargo build -p switchboard-testkit --example database" >&2; exit 1; }
corpus=$(dirname "$binary")/examples/corpus
[ -x "$corpus" ] || { echo "there is no $corpus: cargo build -p switchboard-soql --example corpus" >&2; exit 1; }
place=target/conformance
mkdir -p "$place/node" "$place/python"

if [ ! -d "$place/node/node_modules/rx-sfliveagent-client" ]; then
  echo "installing rx-sfliveagent-client 1.0.0 with npm into $place/node"
  (cd "$place/node" && npm init --yes >/dev/null && npm install --no-audit --no-fund --loglevel=error rx-sfliveagent-client@1.0.0 rx-promise-queue@0.0.1)
fi
if [ ! -d "$place/node/node_modules/@salesforce/soql-common" ]; then
  echo "installing @salesforce/soql-common 0.2.1 with npm into $place/node"
  (cd "$place/node" && npm install --no-audit --no-fund --loglevel=error @salesforce/soql-common@0.2.1 antlr4ts@0.5.0-alpha.4)
fi
if [ ! -d "$place/node/node_modules/jsforce" ]; then
  echo "installing jsforce 3.10.16 with npm into $place/node"
  (cd "$place/node" && npm install --no-audit --no-fund --loglevel=error jsforce@3.10.16)
fi
if [ ! -d "$place/node/node_modules/@segment/analytics-node" ]; then
  echo "installing @segment/analytics-node 3.1.0 with npm into $place/node"
  (cd "$place/node" && npm install --no-audit --no-fund --loglevel=error @segment/analytics-node@3.1.0)
fi
if [ ! -x "$place/python/bin/python" ] || ! "$place/python/bin/python" -c 'import genutility.salesforce, segment.analytics, simple_salesforce' 2>/dev/null; then
  echo "installing genutility 0.0.123, segment-analytics-python 2.4.0 and simple-salesforce 1.12.10 with pip into $place/python"
  python3 -m venv "$place/python"
  "$place/python/bin/pip" install --quiet --disable-pip-version-check genutility==0.0.123 segment-analytics-python==2.4.0 simple-salesforce==1.12.10 requests aiohttp simplejson
fi

data=$(mktemp -d)
trap 'stop; rm -rf "$data"' EXIT
server='' database=''
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; server=''; fi
  # Its standard input ends, and with it the database.
  if [ -n "$database" ]; then eval "exec $database>&-"; database=''; fi
}

# start NAME [ARGUMENT...]: the demonstration in a folder of that name.
start() {
  local folder=$data/$1; shift
  mkdir "$folder"
  "$binary" demo --data "$folder" --listen 127.0.0.1:0 "$@" >"$folder/out" 2>&1 &
  server=$!
  for _ in $(seq 600); do
    [ -s "$folder/demo.json" ] && break
    kill -0 "$server" 2>/dev/null || { cat "$folder/out" >&2; exit 1; }
    sleep 0.1
  done
  [ -s "$folder/demo.json" ] || { echo "the demonstration did not start:" >&2; cat "$folder/out" >&2; exit 1; }
  export DEMO="$folder/demo.json"
}

passed=0 failed=0
run() {
  local name=$1; shift
  if "$@"; then echo "test $name ... ok"; passed=$((passed + 1)); else echo "test $name ... FAILED"; failed=$((failed + 1)); fi
}
export NODE_PATH="$PWD/$place/node/node_modules"
clients() {
  run "rx_sfliveagent_client_holds_a_conversation_on_$1" timeout 90 node conformance/rx-sfliveagent-client/conversation.js
  run "jsforce_works_with_records_on_$1" timeout 120 node conformance/jsforce/records.js
  run "simple_salesforce_works_with_records_on_$1" timeout 120 "$place/python/bin/python" conformance/simple-salesforce/records.py
  run "analytics_node_posts_events_on_$1" timeout 90 node conformance/analytics-node/events.js
  run "segment_analytics_python_posts_events_on_$1" timeout 90 "$place/python/bin/python" conformance/segment-analytics-python/events.py
  run "genutility_holds_a_conversation_on_$1" timeout 90 "$place/python/bin/python" conformance/genutility/conversation.py
  run "genutility_holds_a_conversation_asynchronously_on_$1" timeout 90 "$place/python/bin/python" conformance/genutility/conversation_async.py
}

grammar() { "$corpus" | timeout 120 node conformance/soql-common/compare.js; }
run soql_is_read_as_by_soql_common_save_for_the_listed_differences grammar

start sqlite
clients sqlite
stop

# A database of the testkit's own cluster, for as long as this script keeps the other end of its standard input.
coproc helper { exec "$databases"; }
eval "exec {database}>&${helper[1]} ${helper[1]}>&-"
read -r url <&"${helper[0]}" || { echo "there is no PostgreSQL database to be had" >&2; exit 1; }
head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$data/root.key"
chmod 600 "$data/root.key"
export SWITCHBOARD__SECRETS__ROOT_KEY_FILE="$data/root.key"
start postgres --database "$url"
clients postgres
stop

word=ok; [ "$failed" -eq 0 ] || word=FAILED
echo "test result: $word. $passed passed; $failed failed; 0 ignored; 0 measured; 0 filtered out"
[ "$failed" -eq 0 ]
