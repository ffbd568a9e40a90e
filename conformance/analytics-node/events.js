// The events of events.json over @segment/analytics-node, unmodified: each is stored as it is written there.
'use strict'

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { randomUUID } = require('node:crypto')
const { Analytics } = require('@segment/analytics-node')

const demo = JSON.parse(readFileSync(process.env.DEMO, 'utf8'))
const events = JSON.parse(readFileSync(join(__dirname, 'events.json'), 'utf8'))

async function native(method, path, token, body) {
  const headers = { 'idempotency-key': randomUUID(), ...(token && { authorization: `Bearer ${token}` }) }
  const answer = await fetch(demo.api + path, { method, headers, body: body && JSON.stringify(body) })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return answer.json()
}

/** The same for every client: a page's category stands in its properties, too, where a client puts it there. */
function comparable(event) {
  const { category, ...properties } = event.properties ?? {}
  return {
    kind: event.kind,
    name: event.name ?? null,
    user_key: event.user_key ?? null,
    device_key: event.device_key ?? null,
    group_key: event.group_key ?? null,
    previous_key: event.previous_key ?? event.more?.previous_key ?? null,
    category: event.category ?? event.more?.category ?? null,
    traits: event.traits ?? {},
    properties,
  }
}

async function main() {
  const { token } = await native('POST', '/sign-in', null, { login: 'admin', password: demo.sign_ins.admin.password })
  const source = await native('POST', '/admin/event-sources', token, { name: 'analytics-node' })
  const { key } = await native('POST', `/admin/event-sources/${source.id}/keys`, token, { note: '' })

  const failures = []
  // A path is made of the key's host and `path`, which the SDK has by itself.
  const analytics = new Analytics({ writeKey: key, host: demo.url, flushAt: 3 })
  analytics.on('error', (error) => failures.push(error))
  for (const event of events) {
    const { user_key: userId, device_key: anonymousId, name, category, traits, properties } = event
    const who = userId ? { userId } : { anonymousId }
    switch (event.kind) {
      case 'identify': analytics.identify({ ...who, traits }); break
      case 'group': analytics.group({ ...who, groupId: event.group_key, traits }); break
      case 'track': analytics.track({ ...who, event: name, properties }); break
      case 'page': analytics.page({ ...who, name, category, properties }); break
      case 'screen': analytics.screen({ ...who, name, category, properties }); break
      case 'alias': analytics.alias({ userId, previousId: event.previous_key }); break
      default: assert.fail(event.kind)
    }
  }
  await analytics.closeAndFlush({ timeout: 20_000 })
  assert.deepEqual(failures, [])

  const page = await native('GET', `/admin/events?source=${source.id}&limit=100`, token)
  const stored = []
  for (const { position, verdict, reasons } of page.items.reverse()) {
    assert.deepEqual([verdict, reasons], ['accepted', []])
    stored.push(comparable(await native('GET', `/admin/events/${position}?clear=true`, token)))
  }
  // The SDK sends its batches side by side: in which order they come is nobody's promise.
  const place = (event) => [event.kind, event.name, event.user_key, event.device_key].join()
  const inOrder = (all) => all.toSorted((one, other) => (place(one) < place(other) ? -1 : 1))
  assert.deepEqual(inOrder(stored), inOrder(events.map(comparable)))

  // A key that nobody knows is told to the program, and nothing is lost silently.
  const stranger = new Analytics({ writeKey: 'nobody', host: demo.url, maxRetries: 0 })
  const told = new Promise((resolve) => stranger.on('error', resolve))
  stranger.track({ userId: 'u', event: 'x' })
  await stranger.closeAndFlush({ timeout: 10_000 })
  assert.ok(await told)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
