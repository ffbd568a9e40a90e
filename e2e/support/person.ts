// A visitor without a browser: somebody at the other end of an agent's test, over the visitor's API.

import type { DemoServer } from './server.ts';

interface Start {
  details?: { label: string; value: string }[];
  page?: { url: string; title: string };
}

interface Entry {
  kind: string;
  text?: string;
  because?: string;
  author?: { role: string };
}

export class Person {
  private constructor(
    private readonly server: DemoServer,
    private readonly token: string,
  ) {}

  /** Asks for a conversation. */
  static async start(server: DemoServer, name: string, { details = [], page }: Start = {}): Promise<Person> {
    const { deployment_id: deployment, button_id: button } = server.card;
    const seen = page ?? { url: 'https://shop.example.com/cart', title: 'Your cart' };
    const answer = await ask(server, null, 'POST', 'conversations', { deployment, button, name, details, page: seen });
    return new Person(server, String(answer!.resume_token));
  }

  /** Leaves a message for when somebody is there. */
  static async leave(server: DemoServer, message: Record<string, unknown>): Promise<void> {
    const { deployment_id: deployment, button_id: button } = server.card;
    await ask(server, null, 'POST', 'offline-messages', { deployment, button, details: [], ...message });
  }

  say = (text: string) => ask(this.server, this.token, 'POST', 'messages', { text });

  end = () => ask(this.server, this.token, 'POST', 'end', {});

  rate = (score: number, comment: string | null = null) => ask(this.server, this.token, 'POST', 'rating', { score, comment });

  /** Why the conversation was turned away; null when it was not. */
  async refused(): Promise<string | null> {
    return (await this.timeline()).find(({ kind }) => kind === 'refused')?.because ?? null;
  }

  private async timeline(): Promise<Entry[]> {
    const { timeline } = (await ask(this.server, this.token, 'GET', 'conversation')) as { timeline: Entry[] };
    return timeline;
  }

  /** What the agents wrote, in the order in which the visitor sees it. */
  async hears(): Promise<string[]> {
    const timeline = await this.timeline();
    return timeline.filter(({ kind, author }) => kind === 'message' && author?.role === 'agent').map(({ text }) => text ?? '');
  }
}

async function ask(
  server: DemoServer,
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown> | null> {
  const answer = await fetch(`${server.card.api}/visitor/${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? null : (JSON.parse(text) as Record<string, unknown>);
}
