/**
 * Settings while they are edited: what differs from what the server has, and what it said of them.
 *
 * What is not saved yet is kept for the tab, so that neither another page, nor a reload, nor a sign-in that ended takes it.
 */
import { refusalFrom, type Refusal } from '../../api/problem';
import { wrongAt } from '../../catalogue/advice';
import { isRecord, kept } from '../kept';

type Kept = Record<string, unknown>;
const isKept = (value: unknown): value is Kept => isRecord(value);
const drawer = kept<Kept>(() => sessionStorage, 'switchboard.forms', {}, isKept);

export class Draft<S extends object> {
  settings = $state() as S;
  saving = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  #saved = $state.raw('');
  /** Whether it began with what was left here earlier. */
  readonly resumed: boolean = false;

  /** `name` tells drafts apart, as the address of their page does. */
  constructor(
    private readonly name: string,
    saved: S,
  ) {
    this.#saved = JSON.stringify(saved);
    const left = drawer.read()[name];
    // Only a draft of what the server still has: what somebody else changed meanwhile is not overwritten unseen.
    if (isRecord(left) && left.from === this.#saved && isRecord(left.settings)) {
      this.settings = left.settings as S;
      this.resumed = true;
    } else {
      this.settings = structuredClone(saved);
    }
  }

  readonly dirty = $derived.by(() => JSON.stringify(this.settings) !== this.#saved);

  /** Keeps what is not saved; in an effect, which calls it after each change. */
  keep(): void {
    const all = { ...drawer.read() };
    delete all[this.name];
    if (this.dirty) all[this.name] = { from: this.#saved, settings: $state.snapshot(this.settings) };
    drawer.write(all);
  }

  discard(): void {
    this.settings = JSON.parse(this.#saved) as S;
    this.refusal = null;
  }

  /** What is wrong with a property, in the server's words. */
  readonly wrong = (property: string): string | undefined => wrongAt(this.refusal, property);

  /** Sends it; `send` answers what the server made of it. Whether it was taken. */
  async save(send: (settings: S) => Promise<S>): Promise<boolean> {
    this.saving = true;
    this.refusal = null;
    try {
      const saved = await send($state.snapshot(this.settings) as S);
      this.#saved = JSON.stringify(saved);
      this.settings = structuredClone(saved);
      this.keep();
      return true;
    } catch (thrown) {
      this.refusal = refusalFrom(thrown);
      return false;
    } finally {
      this.saving = false;
    }
  }
}
