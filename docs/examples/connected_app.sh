#!/usr/bin/env bash
# A connected app from its making to its end: it logs in by its secret, and by a statement that it signs.
# usage: connected_app.sh HOST LOGIN PASSWORD        needs curl, jq and openssl; the login is an admin's
set -euo pipefail
host=${1%/} login=$2 password=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# An admin signs in to the native API.
signed_in=$(curl -fsS -H 'Content-Type: application/json' "$host/api/v1/sign-in" \
  -d "$(jq -n --arg login "$login" --arg password "$password" '{login: $login, password: $password}')")
me=$(jq -r .me.id <<<"$signed_in")
admin() { # METHOD PATH [BODY]
  curl -fsS -X "$1" -H "Authorization: Bearer $(jq -r .token <<<"$signed_in")" -H "Idempotency-Key: $RANDOM-$RANDOM-$RANDOM" \
    -H 'Content-Type: application/json' ${3:+-d "$3"} "$host/api/v1/admin/connected-apps$2"
}

# The app has a key of its own; the server is given the public half.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$folder/key.pem" 2>/dev/null
app=$(admin POST '' "$(jq -n --arg me "$me" --arg key "$(openssl pkey -in "$folder/key.pem" -pubout)" '{
  name: "Nightly load", flows: ["client_credentials", "jwt_bearer"], scopes: ["api", "id"],
  certificate: $key, run_as: $me, agents: [$me] }')")
id=$(jq -r .id <<<"$app") client_id=$(jq -r .settings.client_id <<<"$app")
secret=$(admin POST "/$id/secret" '{}' | jq -r .secret)

# By its secret it acts as the agent that it is set up with.
answer=$(curl -fsS "$host/services/oauth2/token" -d grant_type=client_credentials \
  --data-urlencode "client_id=$client_id" --data-urlencode "client_secret=$secret")
token=$(jq -r .access_token <<<"$answer")
echo "client credentials: $(curl -fsS -H "Authorization: Bearer $token" "$host/services/oauth2/userinfo" | jq -r .name)"

# By a statement, signed with its key, it acts as the user that the statement names.
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
header=$(printf '{"alg":"RS256"}' | base64url)
claims=$(jq -jn --arg iss "$client_id" --arg sub "$login" '{iss: $iss, sub: $sub, aud: "https://login.salesforce.com", exp: (now + 180 | floor)}' | base64url)
signature=$(printf '%s.%s' "$header" "$claims" | openssl dgst -sha256 -sign "$folder/key.pem" -binary | base64url)
answer=$(curl -fsS "$host/services/oauth2/token" -d grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer -d "assertion=$header.$claims.$signature")
echo "signed statement: $(curl -fsS -H "Authorization: Bearer $(jq -r .access_token <<<"$answer")" "$(jq -r .id <<<"$answer")" | jq -r .username)"

# A token is taken back by whoever has it; everything of an app by an admin.
curl -fsS "$host/services/oauth2/revoke" --data-urlencode "token=$token"
echo "grants taken back: $(admin DELETE "/$id/tokens" | jq .grants)"
admin DELETE "/$id"
