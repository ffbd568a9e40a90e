// A conversation with the demonstration's robot over rx-sfliveagent-client, as its README uses it.
const assert = require('node:assert');
const { readFileSync } = require('node:fs');
const { startSession } = require('rx-sfliveagent-client');

const demo = JSON.parse(readFileSync(process.env.DEMO, 'utf8'));
const config = { buttonId: demo.button, deploymentId: demo.deployment, host: demo.url, organizationId: demo.organisation, version: 42 };
const visitor = {
  language: 'en', userAgent: 'Test', visitorName: 'Blip Blapperton', prechatDetails: [], prechatEntities: [],
  receiveQueueUpdates: true, screenResolution: '1900x1200', isPost: true,
};

const next = (stream, what) => new Promise((resolve, reject) => {
  const subscription = stream.subscribe((event) => { resolve(event); setImmediate(() => subscription.unsubscribe()); });
  setTimeout(() => reject(new Error(`no ${what} within 30 s`)), 30000).unref();
});

(async () => {
  const session = startSession(config, visitor);
  const errors = [];
  session.error$.subscribe((error) => errors.push(error));
  const success = next(session.chatRequestSuccess$, 'ChatRequestSuccess');
  const established = next(session.chatEstablished$, 'ChatEstablished');
  const ended = next(session.chatEnd$, 'ChatEnd');
  const texts = [];
  session.chatMessage$.subscribe((event) => texts.push(event.message.text));

  assert.ok((await success).message.visitorId);
  assert.strictEqual((await established).message.name, 'Robot');
  await session.api.chasitorTyping();
  await session.api.chasitorNotTyping();
  await session.api.chasitorSneakPeek({ position: 1, text: 'Hel' });
  for (const text of ['Hello', 'schöne Grüße 👋', '<b>third</b>']) await session.api.chatMessage({ text });
  for (let waited = 0; texts.length < 3 && waited < 30000; waited += 50) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepStrictEqual(texts, ['Hello', 'schöne Grüße 👋', '<b>third</b>'], 'each message is answered once and in order');

  const availability = await session.api.availability();
  assert.strictEqual(availability.message.results[0].isAvailable, true);
  assert.strictEqual(availability.message.results[0].id, demo.button);
  const settings = await session.api.settings({ Settings: { buttonIds: `[${demo.button}]`, updateBreadcrumb: 1 } });
  assert.strictEqual(settings.messages[0].type, 'Settings');
  const id = await session.api.visitorId();
  assert.ok(id.messages[0].message.sessionId);

  await session.api.chatEnd();
  await ended;
  assert.deepStrictEqual(errors.filter((error) => error.response), [], 'no request was refused');
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
