// Tells the agent that the visitor types, and, where the entry point wants it, what. Throttled; the latest state wins; a failure is nothing
// that anybody needs to know.

/** Without a key pressed for so long, somebody has stopped. */
const STOPPED_MS = 5_000;
/** A draft is sent at most so often. */
const DRAFT_MS = 800;

export interface WritingEnds {
  setTyping(typing: boolean): Promise<void>;
  setDraft(text: string): Promise<void>;
}

export class Writing {
  /** Agents may see drafts. */
  drafts = false;
  private readonly ends: WritingEnds;
  private typing = false;
  private stopping: ReturnType<typeof setTimeout> | undefined;
  private drafting: ReturnType<typeof setTimeout> | undefined;
  private draft = '';
  private told = '';
  /** One request after the other, so that an early one cannot overtake a later one. */
  private line: Promise<void> = Promise.resolve();

  constructor(ends: WritingEnds) {
    this.ends = ends;
  }

  /** The input field has another text. */
  changed(text: string): void {
    this.set(text.trim() !== '');
    clearTimeout(this.stopping);
    if (this.typing) this.stopping = setTimeout(() => this.set(false), STOPPED_MS);
    if (!this.drafts) return;
    this.draft = text;
    this.drafting ??= setTimeout(() => {
      this.drafting = undefined;
      this.tellDraft();
    }, DRAFT_MS);
  }

  /** The text was sent: the server knows by itself that nobody types it any more. */
  sent(): void {
    this.stop();
    this.typing = false;
    this.told = '';
  }

  stop(): void {
    clearTimeout(this.stopping);
    clearTimeout(this.drafting);
    this.drafting = undefined;
    this.draft = '';
  }

  private set(typing: boolean): void {
    if (typing === this.typing) return;
    this.typing = typing;
    this.queue(() => (this.typing === typing ? this.ends.setTyping(typing) : Promise.resolve()));
  }

  private tellDraft(): void {
    this.queue(() => {
      if (this.draft === this.told) return Promise.resolve();
      this.told = this.draft;
      return this.ends.setDraft(this.draft);
    });
  }

  private queue(task: () => Promise<void>): void {
    this.line = this.line.then(task).catch(() => undefined);
  }
}
