#!/usr/bin/env bash
# Published clients against the real server. Needs node, npm, python3 with venv; SWITCHBOARD_BINARY may name the server.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${SWITCHBOARD_BINARY:-target/debug/switchboard}")
[ -x "$binary" ] || { echo "there is no server at $binary: cargo build -p switchboard" >&2; exit 1; }
place=target/conformance
mkdir -p "$place/node" "$place/python"

if [ ! -d "$place/node/node_modules/rx-sfliveagent-client" ]; then
  echo "installing rx-sfliveagent-client 1.0.0 with npm into $place/node"
  (cd "$place/node" && npm init --yes >/dev/null && npm install --no-audit --no-fund --loglevel=error rx-sfliveagent-client@1.0.0 rx-promise-queue@0.0.1)
fi
if [ ! -x "$place/python/bin/python" ] || ! "$place/python/bin/python" -c 'import genutility.salesforce' 2>/dev/null; then
  echo "installing genutility 0.0.123 with pip into $place/python"
  python3 -m venv "$place/python"
  "$place/python/bin/pip" install --quiet --disable-pip-version-check genutility==0.0.123 simple-salesforce requests aiohttp simplejson
fi

data=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait "${server:-}" 2>/dev/null || true; rm -rf "$data"' EXIT
"$binary" demo --data "$data" --listen 127.0.0.1:0 >"$data/out" 2>&1 &
server=$!
for _ in $(seq 600); do
  [ -s "$data/demo.json" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$data/out" >&2; exit 1; }
  sleep 0.1
done
[ -s "$data/demo.json" ] || { echo "the demonstration did not start:" >&2; cat "$data/out" >&2; exit 1; }

passed=0 failed=0
run() {
  local name=$1; shift
  if "$@"; then echo "test $name ... ok"; passed=$((passed + 1)); else echo "test $name ... FAILED"; failed=$((failed + 1)); fi
}
export DEMO="$data/demo.json" NODE_PATH="$PWD/$place/node/node_modules"
run rx_sfliveagent_client_holds_a_conversation timeout 90 node conformance/rx-sfliveagent-client/conversation.js
run genutility_holds_a_conversation timeout 90 "$place/python/bin/python" conformance/genutility/conversation.py
run genutility_holds_a_conversation_asynchronously timeout 90 "$place/python/bin/python" conformance/genutility/conversation_async.py
word=ok; [ "$failed" -eq 0 ] || word=FAILED
echo "test result: $word. $passed passed; $failed failed; 0 ignored; 0 measured; 0 filtered out"
[ "$failed" -eq 0 ]
