#!/usr/bin/env bash
# The file that the agent asks for, on raw REST: hear of the request, send the file, hear that it came.
# usage: file.sh HOST ORGANISATION DEPLOYMENT BUTTON FILE        needs curl and jq
# The demonstration's robot asks for a file when it is told "file"; a person presses a button.
set -euo pipefail
host=${1%/} organisation=$2 deployment=$3 button=$4 file=$5
rest=$host/chat/rest

session=$(curl -fsS -H 'X-LIVEAGENT-API-VERSION: 50' -H 'X-LIVEAGENT-AFFINITY: null' "$rest/System/SessionId")
id=$(jq -r .id <<<"$session")
headers=(
  -H 'X-LIVEAGENT-API-VERSION: 50'
  -H "X-LIVEAGENT-AFFINITY: $(jq -r .affinityToken <<<"$session")"
  -H "X-LIVEAGENT-SESSION-KEY: $(jq -r .key <<<"$session")"
)
post() { # RESOURCE BODY
  curl -fsS "${headers[@]}" -H 'Content-Type: application/json' -d "$2" -o /dev/null "$rest/$1"
}
post Chasitor/ChasitorInit "$(jq -n --arg id "$id" \
  --arg organisation "$organisation" --arg deployment "$deployment" --arg button "$button" '{
    organizationId: $organisation, deploymentId: $deployment, buttonId: $button, sessionId: $id,
    visitorName: "Ana", language: "en-US", userAgent: "curl", screenResolution: "",
    prechatDetails: [], prechatEntities: [], receiveQueueUpdates: true, isPost: true }')"

ack=-1
while :; do
  answer=$(curl -fsS --max-time 60 "${headers[@]}" "$rest/System/Messages?ack=$ack")
  [ -n "$answer" ] || continue
  ack=$(jq .sequence <<<"$answer")
  while IFS= read -r event; do
    case $(jq -r '"\(.type) \(.message.type // "")"' <<<"$event") in
      'ChatEstablished '*)
        post Chasitor/ChatMessage '{"text": "file"}'
        ;;
      'FileTransfer Requested')
        # No header of the protocol here: the token says which request is answered. The answer is `Success`, without quotes.
        url=$(jq -r .message.uploadServletUrl <<<"$event")
        token=$(jq -r .message.fileToken <<<"$event")
        curl -fsS -F "file=@$file" -F "filename=$(basename "$file")" \
          "$url?orgId=$organisation&chatKey=$id&fileToken=$token&encoding=UTF-8"
        echo
        ;;
      'FileTransfer Success')
        echo 'the agent has it'
        ;;
      'ChatMessage '*)
        echo "$(jq -r .message.name <<<"$event"): $(jq -r .message.text <<<"$event")"
        post Chasitor/ChatEnd '{"reason": "client"}'
        exit 0
        ;;
      'FileTransfer '* | ChatRequestFail* | ChatEnded*)
        echo "no file is wanted: $event" >&2
        exit 1
        ;;
    esac
  done < <(jq -c '.messages[]' <<<"$answer")
done
