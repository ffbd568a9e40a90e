// The lines that a visitor sees: the view's timeline, then what is on its way. An outgoing message and the entry that it becomes are one line
// with one key, whichever of the answer and the stream comes first, so that a line is neither doubled nor drawn or announced twice.
import type { Outgoing } from './outbox';
import type { ProblemKind } from './problem';
import type { View } from './view';
import type { Author, Entry, FileCard } from './wire';

/** A file on its way. It does not outlive the page: browsers give no way to keep it. */
export interface Upload {
  readonly key: string;
  readonly file: File;
  /** The request that it answers. */
  readonly request: string | null;
  readonly at: number;
  readonly after: number;
  readonly state: 'sending' | 'failed' | 'sent';
  /** 0 to 1. */
  readonly progress: number;
  readonly problem: ProblemKind | null;
  readonly sequence: number | null;
}

interface Common {
  /** Names the line for as long as the conversation is shown. */
  readonly key: string;
  /** Milliseconds. */
  readonly at: number;
  /** Null while it is on its way. */
  readonly sequence: number | null;
}

export type Line = Common &
  (
    | { readonly kind: 'message'; readonly author: Author; readonly text: string; readonly outgoing: Outgoing | null }
    | { readonly kind: 'file'; readonly author: Author; readonly file: FileCard }
    | { readonly kind: 'upload'; readonly upload: Upload }
    | { readonly kind: 'notice'; readonly entry: Entry }
  );

interface Pending {
  readonly key: string;
  readonly after: number;
  readonly sequence: number | null;
}

export class Lines {
  /** Which outgoing one became which entry. */
  private readonly became = new Map<number, string>();

  of(view: View | null, outgoing: readonly Outgoing[], uploads: readonly Upload[]): Line[] {
    const timeline = view?.conversation.timeline ?? [];
    const shown = new Set<string>();
    const messages = timeline.filter((entry) => entry.kind === 'message' && entry.author.role === 'visitor');
    const files = timeline.filter((entry) => entry.kind === 'file' && entry.file.author.role === 'visitor');
    for (const item of outgoing) {
      const same = (entry: Entry) => entry.kind === 'message' && entry.text === item.text;
      this.claim(item, messages, shown, same, item.tried && item.state !== 'failed', item.state === 'sending');
    }
    for (const upload of uploads) {
      const same = (entry: Entry) => entry.kind === 'file' && entry.file.name === upload.file.name;
      this.claim(upload, files, shown, same, upload.state !== 'failed', upload.progress === 1);
    }
    const lines: Line[] = [];
    for (const entry of timeline) {
      const line = lineOf(entry, this.became.get(entry.sequence) ?? `s${entry.sequence}`);
      if (line) lines.push(line);
    }
    const waiting: Line[] = [];
    for (const item of outgoing) {
      if (shown.has(item.key)) continue;
      const { key, at, text, sequence } = item;
      waiting.push({ key, at, sequence, kind: 'message', author: { role: 'visitor' }, text, outgoing: item });
    }
    for (const upload of uploads) {
      if (!shown.has(upload.key)) waiting.push({ key: upload.key, at: upload.at, sequence: upload.sequence, kind: 'upload', upload });
    }
    return lines.concat(waiting.sort((a, b) => a.at - b.at));
  }

  /**
   * Finds the entry of something on its way. Before the answer tells which it is, it is one with the same content, or, since a server may
   * have masked the content, any that nobody else sent while it is under way.
   */
  private claim(item: Pending, entries: Entry[], shown: Set<string>, same: (entry: Entry) => boolean, may: boolean, any: boolean): void {
    const mine = (entry: Entry) => this.became.get(entry.sequence) === item.key;
    const free = (entry: Entry) => entry.sequence > item.after && (mine(entry) || !this.became.has(entry.sequence));
    let entry: Entry | undefined;
    if (item.sequence !== null) {
      for (const [sequence, key] of this.became) if (key === item.key && sequence !== item.sequence) this.became.delete(sequence);
      entry = entries.find((entry) => entry.sequence === item.sequence);
      this.became.set(item.sequence, item.key);
    } else if (may) {
      entry = entries.find(mine) ?? entries.find((entry) => free(entry) && same(entry)) ?? (any ? entries.find(free) : undefined);
      if (entry) this.became.set(entry.sequence, item.key);
    }
    if (entry) shown.add(item.key);
  }
}

function lineOf(entry: Entry, key: string): Line | null {
  const { sequence } = entry;
  const at = Date.parse(entry.at);
  switch (entry.kind) {
    case 'message':
      return { key, at, sequence, kind: 'message', author: entry.author, text: entry.text, outgoing: null };
    case 'file':
      return { key, at, sequence, kind: 'file', author: entry.file.author, file: entry.file };
    case 'refused':
    case 'joined':
    case 'transferring':
    case 'transfer_failed':
    case 'agent_lost':
    case 'file_requested':
    case 'ended':
      return { key, at, sequence, kind: 'notice', entry };
    case 'file_request_ended':
      // A file that came is a line of its own.
      return entry.outcome === 'received' ? null : { key, at, sequence, kind: 'notice', entry };
    default:
      return null;
  }
}
