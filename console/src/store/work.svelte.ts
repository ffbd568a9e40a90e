/** What an agent does with offers and conversations. Each says by a notice what went wrong; none throws. */
import { call, newKey } from '../api/client';
import { refusalFrom, type Refusal } from '../api/problem';
import type { AgentConversation, ConversationId, Offer, OfferId, Permission, PresenceStatus, TransferTarget } from '../api/schema';
import { sentence } from '../catalogue/advice';
import { conversationOf } from '../state/state';
import { desk } from './desk.svelte';
import { kept } from './kept';
import { notices } from './notices.svelte';
import { api, session } from './session.svelte';

const on = (id: ConversationId) => ({ params: { path: { id } } });

class Work {
  /** What is under way, so that a button is not pressed twice: `accept/<id>`. */
  busy = $state.raw<ReadonlySet<string>>(new Set());

  may(permission: Permission): boolean {
    return desk.state.view?.me.permissions.includes(permission) ?? false;
  }

  /** Does it once at a time; answers whether it was done. */
  async #attempt(name: string, deed: () => Promise<unknown>): Promise<Refusal | null> {
    if (this.busy.has(name)) return null;
    this.busy = new Set([...this.busy, name]);
    try {
      await deed();
      return null;
    } catch (thrown) {
      const refusal = refusalFrom(thrown);
      // An ended sign-in asks for itself.
      if (!refusal.signedOut) notices.say(sentence(refusal), { tone: 'bad' });
      return refusal;
    } finally {
      this.busy = new Set([...this.busy].filter((other) => other !== name));
    }
  }

  // Presence and offers.

  setPresence(status: PresenceStatus, note: string | null = null): Promise<Refusal | null> {
    return this.#attempt('presence', async () => {
      const me = await call(api.PUT('/me/presence', { body: { status, ...(note === null ? {} : { note }) } }));
      desk.dispatch({ type: 'streamed', events: [{ position: null, event: { event: 'me_changed', me } }] });
    });
  }

  accept({ id, conversation }: Offer): Promise<Refusal | null> {
    return this.#attempt(`offer/${id}`, async () => {
      const taken = await call(api.POST('/offers/{offer}/accept', { params: { path: { offer: id } } }));
      this.#entered(taken.conversation, id);
      desk.dispatch({ type: 'opened', conversation });
    });
  }

  decline({ id }: Offer, reason: string | null = null): Promise<Refusal | null> {
    return this.#attempt(`offer/${id}`, async () => {
      const body = reason === null ? {} : { reason };
      await call(api.POST('/offers/{offer}/decline', { params: { path: { offer: id } }, body }));
      this.#answered(id, 'declined');
    });
  }

  /** Picks one that waits. */
  take(id: ConversationId): Promise<Refusal | null> {
    return this.#attempt(`take/${id}`, async () => {
      const taken = await call(api.POST('/conversations/{id}/take', { ...on(id), body: {} }));
      this.#entered(taken.conversation, null);
      desk.dispatch({ type: 'opened', conversation: id });
    });
  }

  /** The answer says the same as the stream will: whichever comes first counts. */
  #entered(conversation: AgentConversation, offer: OfferId | null): void {
    if (offer !== null) this.#answered(offer, 'accepted');
    desk.dispatch({ type: 'streamed', events: [{ position: null, event: { event: 'conversation_entered', conversation } }] });
  }

  #answered(offer: OfferId, outcome: 'accepted' | 'declined'): void {
    desk.dispatch({ type: 'streamed', events: [{ position: null, event: { event: 'offer_ended', offer, outcome } }] });
  }

  // In a conversation.

  say(conversation: ConversationId, text: string, kind: 'message' | 'note'): void {
    const after = conversationOf(desk.state, conversation)?.sequence ?? 0;
    const item = { key: newKey(), conversation, what: { kind, text }, at: Date.now(), after };
    desk.dispatch({ type: 'outbox', action: { type: 'written', item } });
  }

  sendAgain(key: string): void {
    desk.dispatch({ type: 'outbox', action: { type: 'again', key } });
  }

  discard(key: string): void {
    desk.dispatch({ type: 'outbox', action: { type: 'discarded', key } });
  }

  /** Told to the visitor, and worth no notice when it fails. */
  typing(id: ConversationId, typing: boolean): void {
    void call(api.POST('/conversations/{id}/typing', { ...on(id), body: { typing } })).catch(() => undefined);
  }

  transfer(id: ConversationId, to: TransferTarget, note: string | null): Promise<Refusal | null> {
    return this.#attempt(`transfer/${id}`, () =>
      call(api.POST('/conversations/{id}/transfer', { ...on(id), body: { to, ...(note === null ? {} : { note }) } })),
    );
  }

  end(id: ConversationId, reason: string | null): Promise<Refusal | null> {
    return this.#attempt(`end/${id}`, () =>
      call(api.POST('/conversations/{id}/end', { ...on(id), body: reason === null ? {} : { reason } })),
    );
  }

  /** After-conversation work is done. */
  finish(id: ConversationId): Promise<Refusal | null> {
    return this.#attempt(`finish/${id}`, async () => {
      await call(api.POST('/conversations/{id}/finish', on(id)));
      desk.dispatch({ type: 'closed', conversation: id });
    });
  }

  requestFile(id: ConversationId): Promise<Refusal | null> {
    return this.#attempt(`request/${id}`, () => call(api.POST('/conversations/{id}/file-requests', { ...on(id), body: {} })));
  }

  withdrawRequest(id: ConversationId, request: string): Promise<Refusal | null> {
    return this.#attempt(`request/${id}`, () =>
      call(api.DELETE('/conversations/{id}/file-requests/{request}', { params: { path: { id, request } } })),
    );
  }

  raiseFlag(id: ConversationId, note: string | null): Promise<Refusal | null> {
    return this.#attempt(`flag/${id}`, () =>
      call(api.POST('/conversations/{id}/flag', { ...on(id), body: note === null ? {} : { note } })),
    );
  }

  lowerFlag(id: ConversationId): Promise<Refusal | null> {
    return this.#attempt(`flag/${id}`, () => call(api.DELETE('/conversations/{id}/flag', on(id))));
  }

  block(id: ConversationId, body: { note?: string; network: boolean; end: boolean }): Promise<Refusal | null> {
    return this.#attempt(`block/${id}`, () => call(api.POST('/conversations/{id}/block', { ...on(id), body })));
  }

  /** The page of entries before the oldest one shown. */
  async older(id: ConversationId): Promise<void> {
    const known = desk.state.older.get(id);
    if (known?.loading === true || known?.more === false) return;
    const before = known?.entries[0]?.sequence ?? conversationOf(desk.state, id)?.timeline[0]?.sequence;
    desk.dispatch({ type: 'older_asked', conversation: id });
    const failed = await this.#attempt(`older/${id}`, async () => {
      const page = await call(
        api.GET('/conversations/{id}/entries', { params: { path: { id }, query: before === undefined ? {} : { before } } }),
      );
      desk.dispatch({ type: 'older_came', conversation: id, entries: page.entries, more: page.earlier });
    });
    if (failed !== null) desk.dispatch({ type: 'older_failed', conversation: id });
  }

  // What the agent has read.

  read(id: ConversationId): void {
    const sequence = desk.state.view?.conversations.get(id)?.sequence;
    if (sequence !== undefined) desk.dispatch({ type: 'read', conversation: id, sequence });
  }

  restoreRead(agent: string): void {
    desk.dispatch({ type: 'read_restored', read: new Map(readStore(agent).read()) });
  }
}

type Read = [string, number][];
const isRead = (value: unknown): value is Read => Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
const readStore = (agent: string) => kept<Read>(() => localStorage, `switchboard.read/${agent}`, [], isRead);

export const work = new Work();

desk.listen((_, before, after) => {
  const agent = session.held?.agent;
  if (after.read === before.read || agent === undefined || after.view === null) return;
  // Only of those that are still there.
  const { conversations } = after.view;
  readStore(agent).write([...after.read].filter(([id]) => conversations.has(id)));
});
