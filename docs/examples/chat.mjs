// A whole chat on raw REST: ask for one, say something, print the answer, end.
// usage: node chat.mjs HOST ORGANISATION DEPLOYMENT BUTTON TEXT        needs Node.js 18 or newer, nothing else
const [host, organizationId, deploymentId, buttonId, text] = process.argv.slice(2);
const rest = `${host.replace(/\/$/, "")}/chat/rest`;
let headers = { "X-LIVEAGENT-API-VERSION": "50", "X-LIVEAGENT-AFFINITY": "null" };

async function request(resource, body) {
  const options = body ? { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) } : { headers };
  const answer = await fetch(`${rest}/${resource}`, options);
  if (!answer.ok) throw new Error(`${resource}: ${answer.status} ${await answer.text()}`);
  return answer;
}

// 1. A session. Every request from here on names its key and its affinity token.
const session = await (await request("System/SessionId")).json();
headers = { ...headers, "X-LIVEAGENT-AFFINITY": session.affinityToken, "X-LIVEAGENT-SESSION-KEY": session.key };

// 2. Ask for a conversation.
await request("Chasitor/ChasitorInit", {
  organizationId, deploymentId, buttonId, sessionId: session.id,
  visitorName: "Ana", language: "en-US", userAgent: "node", screenResolution: "",
  prechatDetails: [], prechatEntities: [], receiveQueueUpdates: true, isPost: true,
});

// 3. Ask for events, again and again. No answer comes earlier than there is one to give, or after half a minute: 204.
let ack = -1;
for (let open = true; open; ) {
  const answer = await request(`System/Messages?ack=${ack}`);
  if (answer.status === 204) continue;
  const { messages, sequence } = await answer.json();
  ack = sequence;
  for (const { type, message } of messages) {
    if (type === "ChatEstablished") {
      console.log(`${message.name} is here`);
      await request("Chasitor/ChatMessage", { text });
    } else if (type === "ChatMessage") {
      console.log(`${message.name}: ${message.text}`);
      await request("Chasitor/ChatEnd", { reason: "client" }); // 4. The end.
      open = false;
    } else if (type === "ChatRequestFail" || type === "ChatEnded") {
      throw new Error(`${type}: ${message.reason}`);
    }
  }
}
