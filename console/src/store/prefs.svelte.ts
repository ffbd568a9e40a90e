/** What a person chose for this browser. */
import { LANGUAGES, preferred, speak, type Language } from '../catalogue/catalogue.svelte';
import { isRecord, kept } from './kept';

export interface Prefs {
  theme: 'auto' | 'light' | 'dark';
  density: 'compact' | 'roomy';
  /** Null: as the browser asks for. */
  language: Language | null;
  /** A sound for offers and for messages that nobody looks at. */
  sound: boolean;
  /** The browser's notifications, once it allowed them. */
  notifications: boolean;
  /** How many conversations side by side. */
  columns: number;
  /** Whether the visitor's side is shown beside the conversation. */
  details: boolean;
}

const FIRST: Prefs = { theme: 'auto', density: 'compact', language: null, sound: true, notifications: true, columns: 1, details: true };

const isPrefs = (value: unknown): value is Prefs => isRecord(value) && typeof value.theme === 'string';
const store = kept<Prefs>(() => localStorage, 'switchboard.prefs', FIRST, isPrefs);

class Preferences {
  now = $state.raw<Prefs>({ ...FIRST, ...store.read() });

  set(change: Partial<Prefs>): void {
    this.now = { ...this.now, ...change };
    store.write(this.now);
    this.show();
    if ('language' in change) void this.talk();
  }

  /** Puts theme and density on the page. */
  show(): void {
    const root = document.documentElement;
    if (this.now.theme === 'auto') delete root.dataset.theme;
    else root.dataset.theme = this.now.theme;
    root.dataset.density = this.now.density;
  }

  async talk(): Promise<void> {
    const { language } = this.now;
    await speak(language !== null && LANGUAGES.includes(language) ? language : preferred(navigator.languages));
  }
}

export const prefs = new Preferences();
