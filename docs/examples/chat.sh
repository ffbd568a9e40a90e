#!/usr/bin/env bash
# A whole chat on raw REST: ask for one, say something, print the answer, end.
# usage: chat.sh HOST ORGANISATION DEPLOYMENT BUTTON TEXT        needs curl and jq
set -euo pipefail
host=${1%/} organisation=$2 deployment=$3 button=$4 text=$5
rest=$host/chat/rest

# 1. A session. Every request from here on names its key and its affinity token.
session=$(curl -fsS -H 'X-LIVEAGENT-API-VERSION: 50' -H 'X-LIVEAGENT-AFFINITY: null' "$rest/System/SessionId")
headers=(
  -H 'X-LIVEAGENT-API-VERSION: 50'
  -H "X-LIVEAGENT-AFFINITY: $(jq -r .affinityToken <<<"$session")"
  -H "X-LIVEAGENT-SESSION-KEY: $(jq -r .key <<<"$session")"
)
post() { # RESOURCE BODY: answers OK once it is stored
  curl -fsS "${headers[@]}" -H 'Content-Type: application/json' -d "$2" -o /dev/null "$rest/$1"
}

# 2. Ask for a conversation.
post Chasitor/ChasitorInit "$(jq -n --arg id "$(jq -r .id <<<"$session")" \
  --arg organisation "$organisation" --arg deployment "$deployment" --arg button "$button" '{
    organizationId: $organisation, deploymentId: $deployment, buttonId: $button, sessionId: $id,
    visitorName: "Ana", language: "en-US", userAgent: "curl", screenResolution: "",
    prechatDetails: [], prechatEntities: [], receiveQueueUpdates: true, isPost: true }')"

# 3. Ask for events, again and again. No answer comes earlier than there is one to give, or after half a minute: 204.
ack=-1
while :; do
  answer=$(curl -fsS --max-time 60 "${headers[@]}" "$rest/System/Messages?ack=$ack")
  [ -n "$answer" ] || continue
  ack=$(jq .sequence <<<"$answer")
  while IFS= read -r event; do
    case $(jq -r .type <<<"$event") in
      ChatEstablished)
        echo "$(jq -r .message.name <<<"$event") is here"
        post Chasitor/ChatMessage "$(jq -n --arg text "$text" '{text: $text}')"
        ;;
      ChatMessage)
        echo "$(jq -r .message.name <<<"$event"): $(jq -r .message.text <<<"$event")"
        # 4. The end.
        post Chasitor/ChatEnd '{"reason": "client"}'
        exit 0
        ;;
      ChatRequestFail)
        echo "nobody can take the chat: $(jq -r .message.reason <<<"$event")" >&2
        exit 1
        ;;
      ChatEnded)
        echo 'the agent ended the chat' >&2
        exit 1
        ;;
    esac
  done < <(jq -c '.messages[]' <<<"$answer")
done
