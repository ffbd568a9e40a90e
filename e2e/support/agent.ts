// An agent without a face: somebody at the other end of a visitor's test, over the native API.

import { expect } from '@playwright/test';

import type { Api, DemoServer } from './server.ts';

interface Snapshot {
  offers: { id: string; conversation: string; visitor_name: string | null }[];
  conversations: Conversation[];
}

export interface Conversation {
  id: string;
  state: string;
  rating: { score: number; comment: string | null } | null;
  visitor: Record<string, unknown>;
  details: { label: string; value: string }[];
  timeline: { kind: string; text?: string; name?: string; data?: string; author?: { role: string } }[];
}

/** The demonstration's robot answers while nobody is there: it is waited for until it has gone. */
export async function robotGone(server: DemoServer): Promise<void> {
  const admin = await server.signIn('admin');
  const robot = `/admin/agents/${server.card.sign_ins.robot!.agent}`;
  const status = async () => (await admin.call<{ presence: { status: string } }>('GET', robot)).presence.status;
  await expect.poll(status, { message: 'the robot goes', timeout: 20_000 }).not.toBe('online');
}

export class Desk {
  private constructor(
    private readonly api: Api,
    private readonly events: AbortController,
  ) {}

  /** Signs in and goes online. The stream that is held is what tells the server that somebody is there. */
  static async open(server: DemoServer, login = 'agent'): Promise<Desk> {
    const api = await server.signIn(login);
    const events = new AbortController();
    const connect = (): Promise<Response> =>
      fetch(`${server.card.api}/events`, {
        headers: { authorization: `Bearer ${api.token}`, accept: 'text/event-stream' },
        signal: events.signal,
      });
    const stream = await connect();
    if (!stream.ok || !stream.body) throw new Error(`no events: ${stream.status}`);
    void hold(stream, connect, events.signal);
    await api.call('PUT', '/me/presence', { status: 'online', note: null });
    await robotGone(server);
    return new Desk(api, events);
  }

  /** Accepts what is offered next. Answers the conversation. */
  async accept(): Promise<Conversation> {
    let offer: string | undefined;
    await expect
      .poll(async () => (offer = (await this.snapshot()).offers[0]?.id), { message: 'an offer comes', timeout: 20_000 })
      .toBeTruthy();
    const { conversation } = await this.api.call<{ conversation: Conversation }>('POST', `/offers/${offer}/accept`);
    return conversation;
  }

  async say(conversation: string, text: string): Promise<void> {
    await this.api.call('POST', `/conversations/${conversation}/messages`, { text });
  }

  async sendCustomEvent(conversation: string, name: string, data: string): Promise<void> {
    await this.api.call('POST', `/conversations/${conversation}/custom-events`, { name, data });
  }

  async flag(conversation: string, note: string): Promise<void> {
    await this.api.call('POST', `/conversations/${conversation}/flag`, { note });
  }

  async end(conversation: string): Promise<void> {
    await this.api.call('POST', `/conversations/${conversation}/end`, { reason: null });
  }

  async read(conversation: string): Promise<Conversation> {
    return this.api.call('GET', `/conversations/${conversation}`);
  }

  /** Waits until the visitor has written that. */
  async hears(conversation: string, text: string): Promise<void> {
    const lines = async () =>
      (await this.read(conversation)).timeline.filter((entry) => entry.kind === 'message').map((entry) => entry.text);
    await expect.poll(lines, { message: `the agent reads "${text}"`, timeout: 20_000 }).toContain(text);
  }

  close(): void {
    this.events.abort();
  }

  private snapshot(): Promise<Snapshot> {
    return this.api.call('GET', '/snapshot');
  }
}

/** Reads the stream, and takes it up again when the server is killed and comes back: an agent who is not there loses conversations. */
async function hold(first: Response, connect: () => Promise<Response>, closed: AbortSignal): Promise<void> {
  let stream: Response | undefined = first;
  while (!closed.aborted) {
    try {
      for await (const _ of (stream?.body ?? []) as unknown as AsyncIterable<Uint8Array>);
    } catch {
      // Cut off, or closed by the test.
    }
    // A server that is not there refuses at once.
    await new Promise((done) => setTimeout(done, 200));
    stream = await connect().catch(() => undefined);
  }
}
