// One visitor's conversation at one entry point, as this browser has it: begun or taken up again, followed, written to and ended. All that a
// chat panel needs; it draws nothing.
import { newKey, VisitorApi } from './api';
import { IdleWatch } from './idle';
import { Lines, type Line, type Upload } from './lines';
import { Outbox } from './outbox';
import { asProblem, Problem } from './problem';
import { Kept, type Keeping } from './storage';
import { Stream, type StreamState } from './stream';
import { apply, positionOf, viewOf, type View } from './view';
import { backoff, Pause } from './waiting';
import { Writing } from './writing';
import type {
  Entry,
  FileRequest,
  Rating,
  RefusedBecause,
  RouteOverride,
  Snapshot,
  StartConversation,
  StartedConversation,
  VisitorSettings,
  WebPage,
} from './wire';

/** A request that was begun before a reload is finished after it when it is not older than this. */
const START_LIFE_MS = 10 * 60_000;
/** An ended conversation is shown again for so long. */
const ENDED_LIFE_MS = 30 * 60_000;
/** So often a request for a conversation is tried by itself. */
const START_TRIES = 4;
const MAX_URL = 2_000;

export interface Options {
  /** Where the server is, such as `https://chat.example.com`. */
  server: string;
  /** UUIDs, as the settings answer them. */
  deployment: string;
  button: string | null;
  /** Whom to ask first; then the button. */
  agent?: string | null;
  overrides?: RouteOverride[];
  /** What outlives the page, and where it is kept. */
  keeping: Keeping;
  /** Keeps apart what is stored for other entry points; the entry point itself unless told. */
  scope?: string;
  random?: () => number;
}

/** What the caller adds to a request for a conversation. */
export type Asking = Pick<StartConversation, 'name' | 'language' | 'details' | 'entity_plans' | 'page' | 'referrer' | 'visit'>;

/** `open`: asked for and not over; whether somebody is there says the view. */
export type Phase = 'none' | 'starting' | 'open' | 'ended';

export interface State {
  readonly phase: Phase;
  /** Null until the first snapshot is there. */
  readonly view: View | null;
  /** Whether what is shown is what is: null while nothing is followed. */
  readonly stream: StreamState | null;
  readonly settings: VisitorSettings | null;
  readonly lines: readonly Line[];
  /** Open requests for files. */
  readonly fileRequests: readonly FileRequest[];
  /** What agents wrote or sent since the visitor looked. */
  readonly unread: number;
  /** When the conversation will end for idleness, while that is warned of (milliseconds). */
  readonly idleEndsAt: number | null;
  /** Why it could not be asked for, or is gone. */
  readonly problem: Problem | null;
  /** Why it was turned away. */
  readonly refused: RefusedBecause | null;
}

interface Stored {
  token: string;
  settings: VisitorSettings;
}

interface Starting {
  key: string;
  body: StartConversation;
  at: number;
}

const NOTHING: State = {
  phase: 'none',
  view: null,
  stream: null,
  settings: null,
  lines: [],
  fileRequests: [],
  unread: 0,
  idleEndsAt: null,
  problem: null,
  refused: null,
};

export class Conversation {
  state: State = NOTHING;
  readonly api: VisitorApi;
  private readonly options: Options;
  private readonly kept: Kept;
  private readonly random: () => number;
  private readonly writing: Writing;
  private readonly listeners = new Set<(state: State) => void>();
  private readonly entryListeners = new Set<(entry: Entry) => void>();
  private readonly pause = new Pause();
  private readonly unwatch: () => void;
  private lines = new Lines();
  private outbox: Outbox;
  private uploads: readonly Upload[] = [];
  private readonly aborts = new Map<string, AbortController>();
  private stream: Stream | null = null;
  private idle: IdleWatch | null = null;
  private seen = 0;
  private watched = false;
  private scheduled = false;
  private destroyed = false;
  /** Tells what was begun for an earlier conversation from what is. */
  private life = 0;
  private ending: Promise<void> | null = null;

  constructor(options: Options) {
    this.options = options;
    this.random = options.random ?? Math.random;
    this.api = new VisitorApi(options.server);
    const scope = options.scope ?? [options.deployment, options.button ?? '', options.agent ?? ''].join('.');
    this.kept = new Kept(scope, options.keeping);
    this.writing = new Writing(this.api);
    this.outbox = this.newOutbox();
    this.unwatch = this.kept.watch((name) => this.changedElsewhere(name));
  }

  /** Is told of every new state, at most once for what changes together. Answers what ends that. */
  subscribe(listener: (state: State) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Is told of what newly happens; not of what had happened before the page was opened. */
  onEntry(listener: (entry: Entry) => void): () => void {
    this.entryListeners.add(listener);
    return () => this.entryListeners.delete(listener);
  }

  /** Whether an earlier page left a conversation to take up again. Stores nothing. */
  get resumable(): boolean {
    return this.kept.get<Stored>('conversation') !== null || this.unfinished() !== null;
  }

  /** Takes up again what an earlier page left. False if there is nothing. */
  resume(): boolean {
    if (this.state.phase === 'open' || this.state.phase === 'starting') return true;
    const stored = this.kept.get<Stored>('conversation');
    if (stored && typeof stored.token === 'string') {
      this.begin(stored, null);
      return true;
    }
    const unfinished = this.unfinished();
    if (unfinished) void this.ask(unfinished);
    return unfinished !== null;
  }

  /** Asks for a conversation. What becomes of it is told by the state; it never throws. */
  async start(asking: Asking): Promise<void> {
    if (this.state.phase === 'open' || this.state.phase === 'starting') return;
    if (this.state.phase === 'ended') this.forget();
    const { deployment, button, agent, overrides } = this.options;
    const body: StartConversation = { deployment, ...defined(asking) };
    if (button !== null) body.button = button;
    if (agent) Object.assign(body, { agent, fall_back: button !== null });
    if (overrides?.length) body.overrides = overrides;
    body.screen_resolution = `${screen.width}x${screen.height}`;
    if (body.page) body.page = cut(body.page);
    const known = this.kept.get<string>('known');
    if (known) body.known_as = known;
    // The same request again is the same conversation, should the first have come through unnoticed.
    const earlier = this.unfinished();
    const same = earlier !== null && JSON.stringify(earlier.body) === JSON.stringify(body);
    const starting: Starting = { key: same ? earlier.key : newKey(), body, at: Date.now() };
    this.kept.set('starting', starting);
    await this.ask(starting);
  }

  /** Asks again after a failure, with the same key. */
  async startAgain(): Promise<void> {
    const unfinished = this.unfinished();
    if (unfinished && this.state.phase === 'none') await this.ask(unfinished);
  }

  /** Gives up asking, before anything came of it. */
  cancelStart(): void {
    if (this.state.phase !== 'starting' && this.state.phase !== 'none') return;
    this.kept.remove('starting');
    this.life += 1;
    this.pause.end();
    this.set(NOTHING);
  }

  /** Sends a message. It is in the lines at once, and stored until the server has it. */
  send(text: string): void {
    if (this.state.phase !== 'open' || text.trim() === '') return;
    this.writing.sent();
    this.idle?.active();
    this.outbox.add(text, this.state.view ? positionOf(this.state.view) : 0);
  }

  retry(key: string): void {
    const upload = this.uploads.find((upload) => upload.key === key);
    if (upload?.state === 'failed') void this.transfer(upload);
    else this.outbox.retry(key);
  }

  /** Takes back what failed. Answers its text, if it is a message. */
  discard(key: string): string | null {
    this.aborts.get(key)?.abort();
    if (this.uploads.some((upload) => upload.key === key)) {
      this.uploads = this.uploads.filter((upload) => upload.key !== key);
      this.changed();
      return null;
    }
    return this.outbox.discard(key);
  }

  sendFile(file: File, request: string | null): void {
    if (this.state.phase !== 'open') return;
    this.idle?.active();
    const after = this.state.view ? positionOf(this.state.view) : 0;
    const most = this.state.settings?.max_file_bytes ?? Infinity;
    const tooLarge = file.size > most;
    const upload: Upload = {
      key: newKey(),
      file,
      request,
      at: Date.now(),
      after,
      state: tooLarge ? 'failed' : 'sending',
      progress: 0,
      problem: tooLarge ? 'too_large' : null,
      sequence: null,
    };
    this.uploads = [...this.uploads, upload];
    this.changed();
    if (!tooLarge) void this.transfer(upload);
  }

  async declineFile(request: string): Promise<void> {
    this.idle?.active();
    await this.api.declineFile(request);
  }

  /** The input field has another text. */
  typed(text: string): void {
    if (this.state.phase !== 'open') return;
    this.idle?.active();
    if (this.state.view?.conversation.state === 'active') this.writing.changed(text);
  }

  /** The visitor did something else that shows that somebody is there. */
  active(): void {
    this.idle?.active();
  }

  /** The visitor sees what there is: nothing is unread any more. */
  markSeen(): void {
    const { view } = this.state;
    const newest = view ? positionOf(view) : 0;
    if (newest <= this.seen) return;
    this.seen = newest;
    this.kept.set('seen', newest);
    this.changed();
  }

  /** The visitor is on another page. */
  visit(page: WebPage): void {
    const { url, title } = cut(page);
    if (this.state.phase !== 'open' || url === '' || this.kept.get('page') === url) return;
    this.kept.set('page', url);
    void this.api.visit({ url, title }).catch(() => this.kept.remove('page'));
  }

  /** @throws {Problem} */
  async sendCustomEvent(name: string, data: string): Promise<void> {
    await this.api.sendCustomEvent(name, data, newKey());
  }

  /** @throws {Problem} */
  async rate(rating: Rating): Promise<void> {
    try {
      await this.api.rate(rating, newKey());
    } catch (thrown) {
      if (asProblem(thrown).kind !== 'already_exists') throw thrown;
    }
    if (this.state.phase === 'ended') await this.resync(this.life);
  }

  /** Ends the conversation. What was written before is sent before. @throws {Problem} */
  end(reason: string | null = null): Promise<void> {
    this.ending ??= this.endNow(reason).finally(() => (this.ending = null));
    return this.ending;
  }

  /** Lets an ended conversation go, so that another can begin. The visitor stays known. */
  forget(): void {
    const stored = this.kept.get<Stored>('conversation');
    if (stored) this.kept.set('known', stored.token);
    for (const name of ['conversation', 'starting', 'seen', 'page', 'active']) this.kept.remove(name);
    this.close();
    this.outbox.clear();
    this.outbox = this.newOutbox();
    this.api.token = null;
    this.set(NOTHING);
  }

  /** Stops everything; what is stored stays for the next page. */
  destroy(): void {
    this.destroyed = true;
    this.close();
    this.outbox.stop();
    this.pause.end();
    this.unwatch();
    this.listeners.clear();
    this.entryListeners.clear();
  }

  private newOutbox(): Outbox {
    return new Outbox({
      kept: this.kept,
      send: (text, key) => this.api.send(text, key),
      changed: () => this.changed(),
      random: this.random,
    });
  }

  /** Ends all that goes on by itself. */
  private close(): void {
    this.life += 1;
    this.stream?.stop();
    this.stream = null;
    this.idle?.stop();
    this.idle = null;
    this.writing.stop();
    for (const abort of this.aborts.values()) abort.abort();
    this.aborts.clear();
    this.uploads = [];
    this.lines = new Lines();
    this.seen = 0;
    this.watched = false;
  }

  private unfinished(): Starting | null {
    const starting = this.kept.get<Starting>('starting');
    return starting && Date.now() - starting.at < START_LIFE_MS ? starting : null;
  }

  private async ask(starting: Starting): Promise<void> {
    const life = ++this.life;
    this.set({ ...NOTHING, phase: 'starting' });
    for (let tries = 1; ; tries++) {
      let problem: Problem;
      try {
        const started = await this.api.start(starting.body, starting.key);
        if (life === this.life && !this.destroyed) this.started(started);
        return;
      } catch (thrown) {
        problem = asProblem(thrown);
      }
      if (life !== this.life || this.destroyed) return;
      if (problem.property === 'known_as') {
        // A visitor whom this server does not know is a new one.
        this.kept.remove('known');
        delete starting.body.known_as;
        starting.key = newKey();
        this.kept.set('starting', starting);
        continue;
      }
      if (!problem.transient || problem.kind === 'unavailable' || tries >= START_TRIES) {
        if (!problem.transient || problem.kind === 'unavailable') this.kept.remove('starting');
        this.set({ ...NOTHING, problem });
        return;
      }
      await this.pause.take(backoff(tries, problem.retryAfterMs, this.random));
      if (life !== this.life || this.destroyed) return;
    }
  }

  private started({ resume_token: token, conversation, settings }: StartedConversation): void {
    const stored: Stored = { token, settings };
    this.kept.set('conversation', stored);
    this.kept.remove('starting');
    this.begin(stored, conversation);
  }

  /** Follows a conversation: from this snapshot, or from a fresh one. */
  private begin({ token, settings }: Stored, snapshot: Snapshot | null): void {
    this.close();
    this.api.token = token;
    this.writing.drafts = settings.drafts;
    this.seen = this.kept.get<number>('seen') ?? 0;
    this.set({ ...NOTHING, phase: 'open', settings, stream: 'connecting' });
    if (snapshot) this.take(snapshot);
    const life = this.life;
    if (this.state.phase !== 'ended') {
      this.outbox.load();
      this.stream = new Stream(
        {
          open: (after, signal) => this.api.events(after, signal),
          position: () => this.state.view?.conversation.position ?? '0:0',
          event: (id, event) => {
            const { view } = this.state;
            if (!view || life !== this.life) return 'resync';
            const applied = apply(view, id, event);
            if (applied.outcome === 'resync') return 'resync';
            if (applied.view !== view) this.show(applied.view);
            if (applied.outcome === 'changed' && event.event === 'entry') this.happened(event.entry);
            return 'on';
          },
          resync: () => this.resync(life),
          state: (stream) => {
            if (life === this.life && stream !== this.state.stream) this.set({ ...this.state, stream });
          },
          gone: (problem) => {
            if (life !== this.life) return;
            this.forget();
            this.set({ ...NOTHING, problem });
          },
          random: this.random,
        },
        snapshot === null,
      );
    }
  }

  private async resync(life: number): Promise<void> {
    const snapshot = await this.api.snapshot();
    if (life !== this.life) return;
    const { view } = this.state;
    // One that was never answered, or is long over, is nothing to come back to.
    const over = snapshot.closure ? Date.now() - Date.parse(snapshot.closure.at) > ENDED_LIFE_MS : snapshot.state === 'ended';
    const refused = snapshot.timeline.some((entry) => entry.kind === 'refused');
    if (!view && (over || refused)) {
      this.forget();
      return;
    }
    const known = view ? positionOf(view) : Infinity;
    this.take(snapshot);
    for (const entry of snapshot.timeline) if (entry.sequence > known) this.happened(entry);
  }

  private take(snapshot: Snapshot): void {
    this.show(viewOf(snapshot));
  }

  private show(view: View): void {
    const { state } = view.conversation;
    const refused = view.conversation.timeline.find((entry) => entry.kind === 'refused');
    const phase: Phase = state === 'ended' ? 'ended' : 'open';
    this.set({ ...this.state, view, phase, refused: refused?.kind === 'refused' ? refused.because : null });
    if (phase === 'ended') {
      this.stream?.stop();
      this.stream = null;
      this.idle?.stop();
      this.idle = null;
      this.writing.stop();
      this.set({ ...this.state, stream: null, idleEndsAt: null });
      return;
    }
    if (state === 'active' && !this.watched) this.watchIdleness();
  }

  private watchIdleness(): void {
    const { settings } = this.state;
    if (!settings) return;
    this.watched = true;
    this.idle = new IdleWatch(
      {
        kept: this.kept,
        warning: (idleEndsAt) => {
          if (this.state.phase !== 'open') return;
          this.set({ ...this.state, idleEndsAt });
          void this.api.setIdleWarning(idleEndsAt !== null).catch(() => undefined);
        },
        timedOut: () => void this.end('idle').catch(() => undefined),
      },
      settings,
    );
    this.idle.active();
  }

  private happened(entry: Entry): void {
    if (entry.kind === 'message' && entry.author.role === 'visitor') this.idle?.active();
    for (const listener of this.entryListeners) listener(entry);
  }

  private async endNow(reason: string | null): Promise<void> {
    const life = this.life;
    const key = newKey();
    try {
      await this.api.end(reason, key);
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (!problem.gone) throw problem;
      this.forget();
      return;
    }
    if (life === this.life && this.state.phase === 'open') await this.resync(life);
  }

  private async transfer(upload: Upload): Promise<void> {
    const abort = new AbortController();
    this.aborts.set(upload.key, abort);
    const life = this.life;
    const change = (change: Partial<Upload>) => {
      if (life !== this.life) return;
      this.uploads = this.uploads.map((other) => (other.key === upload.key ? { ...other, ...change } : other));
      this.changed();
    };
    change({ state: 'sending', progress: 0, problem: null });
    try {
      const { sequence } = await this.api.upload(upload.file, upload.request, upload.key, (progress) => change({ progress }), abort.signal);
      change({ state: 'sent', sequence, progress: 1 });
    } catch (thrown) {
      change({ state: 'failed', problem: asProblem(thrown).kind });
    } finally {
      this.aborts.delete(upload.key);
    }
  }

  private changedElsewhere(name: string): void {
    if (name.startsWith('out:')) {
      if (this.kept.get(name) === null) this.outbox.forgotten(name);
    } else if (name === 'seen') {
      this.seen = Math.max(this.seen, this.kept.get<number>('seen') ?? 0);
      this.changed();
    } else if (name === 'conversation') {
      const stored = this.kept.get<Stored>('conversation');
      if (stored && stored.token !== this.api.token && this.state.phase !== 'open') {
        this.begin(stored, null);
      } else if (!stored && this.state.phase === 'ended') {
        this.close();
        this.api.token = null;
        this.set(NOTHING);
      }
    }
  }

  /** Something that the state is made of is different. */
  private changed(): void {
    this.set(this.state);
  }

  private set(state: State): void {
    const { view } = state;
    const lines = view || this.outbox.items.length > 0 ? this.lines.of(view, this.outbox.items, this.uploads) : [];
    if (view) {
      // What the timeline has now needs to be on its way no longer.
      const position = positionOf(view);
      this.outbox.settle(position);
      if (this.uploads.length > 0) this.uploads = this.uploads.filter((upload) => upload.sequence === null || upload.sequence > position);
    }
    const unread = view ? view.conversation.timeline.filter((entry) => entry.sequence > this.seen && isFromAgent(entry)).length : 0;
    this.state = { ...state, lines, unread, fileRequests: view?.conversation.file_requests ?? [] };
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      for (const listener of this.listeners) listener(this.state);
    });
  }
}

function isFromAgent(entry: Entry): boolean {
  if (entry.kind === 'message') return entry.author.role !== 'visitor';
  return entry.kind === 'file' && entry.file.author.role !== 'visitor';
}

/** An address as the server takes it. */
function cut(page: WebPage): WebPage {
  return { url: page.url.slice(0, MAX_URL), title: page.title === null ? null : page.title.slice(0, 255) };
}

/** Without what is not said: unknown and undefined properties are not sent. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, property]) => property !== undefined)) as T;
}
