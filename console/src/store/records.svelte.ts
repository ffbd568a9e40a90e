/** Records that a conversation is linked to: read when looked at, and again whenever the conversation says that they changed. */
import { call, under } from '../api/client';
import { refusalFrom, type Refusal } from '../api/problem';
import type { ConversationId, ConversationRecords, CrmRecord, RecordEntity, RecordForm } from '../api/schema';
import { api } from './session.svelte';

export class Records {
  is = $state.raw<ConversationRecords | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  loading = $state(false);
  /** The deed that is under way: `choose/contact`. */
  busy = $state<string | null>(null);
  #asked = 0;

  constructor(private readonly conversation: ConversationId) {}

  async reload(): Promise<void> {
    const turn = ++this.#asked;
    this.loading = true;
    try {
      const read = await this.#read();
      if (turn === this.#asked) this.#take(read);
    } catch (thrown) {
      if (turn === this.#asked) this.refusal = refusalFrom(thrown);
    } finally {
      if (turn === this.#asked) this.loading = false;
    }
  }

  #read = () => call(api.GET('/conversations/{id}/records', { params: { path: { id: this.conversation } } }));

  /** An answer that was long on its way never replaces a later one. */
  #take(read: ConversationRecords): void {
    if (this.is !== null && read.revision < this.is.revision) return;
    this.is = read;
    this.refusal = null;
  }

  /** Null when it was done; else why not, and the records are as they were. */
  async #do(deed: string, ask: () => Promise<ConversationRecords>): Promise<Refusal | null> {
    if (this.busy !== null) return null;
    this.busy = deed;
    try {
      this.#take(await ask());
      return null;
    } catch (thrown) {
      const refusal = refusalFrom(thrown);
      // Somebody else may have been faster: what is there now helps more than what was asked.
      void this.reload();
      return refusal;
    } finally {
      this.busy = null;
    }
  }

  #at = (part: string) => ({ path: { id: this.conversation, part } });

  choose = (part: string, record: string) =>
    this.#do(`choose/${part}/${record}`, () =>
      call(api.POST('/conversations/{id}/records/{part}/choose', { params: this.#at(part), body: { record } })),
    );
  make = (part: string) =>
    this.#do(`make/${part}`, () => call(api.POST('/conversations/{id}/records/{part}/make', { params: this.#at(part) })));
  retry = (part: string) =>
    this.#do(`retry/${part}`, () => call(api.POST('/conversations/{id}/records/{part}/retry', { params: this.#at(part) })));
  undo = (part: string) =>
    this.#do(`undo/${part}`, () => call(api.POST('/conversations/{id}/records/{part}/undo', { params: this.#at(part) })));
  unlink = (part: string) =>
    this.#do(`unlink/${part}`, async () => {
      await call(api.DELETE('/conversations/{id}/records/{part}', { params: this.#at(part) }));
      return this.#read();
    });
  link = ({ entity, id }: CrmRecord) =>
    this.#do(`link/${id}`, () =>
      call(api.POST('/conversations/{id}/records', { params: { path: { id: this.conversation } }, body: { entity, record: id } })),
    );
  /** Under a key of the form's: sent twice, it is one record. */
  add = (entity: string, fields: { [name: string]: string }, key: string) =>
    this.#do('add', () =>
      call(
        api.POST('/conversations/{id}/records/new', {
          params: { path: { id: this.conversation } },
          body: { entity, fields },
          ...under(key),
        }),
      ),
    );
}

/** The kinds of records that this agent may use. */
export const entities = async (): Promise<readonly RecordEntity[]> => (await call(api.GET('/records/entities'))).entities;

/** What a form for a new record of a kind asks. */
export const formOf = (entity: string): Promise<RecordForm> => call(api.GET('/records/form', { params: { query: { entity } } }));

export const find = async (entity: string, text: string): Promise<readonly CrmRecord[]> =>
  (await call(api.GET('/records/search', { params: { query: { entity, text } } }))).records;
