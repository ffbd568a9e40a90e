// Reads `text/event-stream` as the HTML standard says (9.2.6): pure, a chunk of text in, messages out.

export interface Message {
  /** The message's own id; null when it brought none. */
  id: string | null;
  data: string;
}

export class EventReader {
  /** What `retry` said last. */
  retryMs: number | null = null;
  private rest = '';
  private started = false;
  private id: string | null = null;
  private data: string[] = [];

  /** The messages that are whole with this chunk. */
  read(chunk: string): Message[] {
    if (!this.started && chunk !== '') {
      this.started = true;
      if (chunk.startsWith('\uFEFF')) chunk = chunk.slice(1);
    }
    const text = this.rest + chunk;
    const messages: Message[] = [];
    let start = 0;
    for (;;) {
      const end = lineEnd(text, start);
      if (end === null) break;
      this.line(text.slice(start, end.at), messages);
      start = end.next;
    }
    this.rest = text.slice(start);
    return messages;
  }

  private line(line: string, messages: Message[]): void {
    if (line === '') {
      if (this.data.length > 0) messages.push({ id: this.id, data: this.data.join('\n') });
      this.data = [];
      this.id = null;
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }
}

/** The next end of a line; null while it may be the first half of `\r\n`, or is not there. */
function lineEnd(text: string, from: number): { at: number; next: number } | null {
  for (let at = from; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 10) return { at, next: at + 1 };
    if (c === 13) {
      if (at + 1 === text.length) return null;
      return { at, next: text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1 };
    }
  }
  return null;
}
