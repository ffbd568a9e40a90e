// A short sound for what comes while nobody looks. Made of two tones: there is nothing to fetch, and no policy on media to ask.
import type { Kept } from '../visitor/storage';

export class Sound {
  muted: boolean;
  private readonly kept: Kept;
  private context: AudioContext | null = null;

  constructor(kept: Kept) {
    this.kept = kept;
    this.muted = kept.get<boolean>('muted') === true;
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    this.kept.set('muted', muted);
  }

  /** Browsers let a page make sounds only after the visitor did something on it. */
  allow(): void {
    if (this.context || typeof AudioContext !== 'function') return;
    try {
      this.context = new AudioContext();
    } catch {
      // No device.
    }
  }

  play(): void {
    const { context } = this;
    if (this.muted || !context) return;
    if (context.state === 'suspended') void context.resume().catch(() => undefined);
    const now = context.currentTime;
    for (const [frequency, start] of [
      [660, 0],
      [880, 0.11],
    ] as const) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.0001, now + start);
      volume.gain.exponentialRampToValueAtTime(0.12, now + start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, now + start + 0.22);
      tone.connect(volume).connect(context.destination);
      tone.start(now + start);
      tone.stop(now + start + 0.24);
    }
  }

  destroy(): void {
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }
}
