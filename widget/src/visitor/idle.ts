// The visitor's side warns of idleness and ends the conversation itself (`VisitorSettings`): what one tab sees being done counts in all.
import type { Kept } from './storage';

/** Activity is noted at most so often. */
const NOTE_MS = 2_000;

export interface IdleEnds {
  kept: Kept;
  /** The warning is to be shown until `endsAt` (milliseconds), or no longer. */
  warning(endsAt: number | null): void;
  timedOut(): void;
}

export class IdleWatch {
  private readonly ends: IdleEnds;
  private readonly warnMs: number;
  private readonly endMs: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = 0;
  private noted = 0;
  private warned = false;

  constructor(ends: IdleEnds, settings: { idle_warning_seconds: number | null; idle_timeout_seconds: number | null }) {
    this.ends = ends;
    this.endMs = (settings.idle_timeout_seconds ?? 0) * 1000;
    this.warnMs = (settings.idle_warning_seconds ?? 0) * 1000 || this.endMs;
  }

  /** The visitor did something, here or in another tab. */
  active(): void {
    if (this.endMs <= 0) return;
    this.last = Date.now();
    if (this.last - this.noted >= NOTE_MS || this.warned) {
      this.noted = this.last;
      this.ends.kept.set('active', this.last);
    }
    this.unwarn();
    this.schedule();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.unwarn();
  }

  private unwarn(): void {
    if (!this.warned) return;
    this.warned = false;
    this.ends.warning(null);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const next = this.last + (this.warned ? this.endMs : this.warnMs);
    this.timer = setTimeout(() => this.due(), Math.max(0, next - Date.now()));
  }

  private due(): void {
    this.last = Math.max(this.last, this.ends.kept.get<number>('active') ?? 0);
    const idle = Date.now() - this.last;
    if (idle < this.warnMs) this.unwarn();
    else if (idle >= this.endMs) {
      this.stop();
      this.ends.timedOut();
      return;
    } else if (!this.warned) {
      this.warned = true;
      this.ends.warning(this.last + this.endMs);
    }
    this.schedule();
  }
}
