/**
 * Shortcuts: one table a page, shown in the sheet (`?`), in tooltips and in the command palette.
 *
 * `mod` is ⌘ on a Mac and Ctrl elsewhere. Keys without `mod` or `alt` do nothing while somebody types, except those that say so.
 */

const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

export interface Shortcut {
  /** Such as `mod+enter`, `alt+1`, `?`. */
  keys: string;
  /** What it does, in the catalogue's words. */
  label: () => string;
  /** Under which heading of the sheet. */
  group: () => string;
  run: () => void;
  /** Whether it can be done now; always, unless told. */
  when?: () => boolean;
  /** Whether it works while somebody types too. */
  typing?: boolean;
}

/** The keys of a shortcut, as they are written on this keyboard. */
export function written(keys: string, mac = MAC): string[] {
  return keys.split('+').map((key) => NAMES[key]?.[mac ? 1 : 0] ?? (key.length === 1 ? key.toUpperCase() : key));
}

const NAMES: Record<string, readonly [string, string]> = {
  mod: ['Ctrl', '⌘'],
  alt: ['Alt', '⌥'],
  shift: ['Shift', '⇧'],
  enter: ['Enter', '↵'],
  escape: ['Esc', 'Esc'],
  arrowup: ['↑', '↑'],
  arrowdown: ['↓', '↓'],
  pageup: ['PgUp', 'PgUp'],
};

export interface Pressed {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** Whether these keys are those of the shortcut. */
export function matches(keys: string, pressed: Pressed, mac = MAC): boolean {
  const parts = keys.split('+');
  const key = parts.pop()!;
  const [mod, alt, shift] = ['mod', 'alt', 'shift'].map((part) => parts.includes(part));
  const [held, other] = mac ? [pressed.metaKey, pressed.ctrlKey] : [pressed.ctrlKey, pressed.metaKey];
  if (held !== mod || other || pressed.altKey !== alt) return false;
  // With Alt a Mac types another character, and an Arabic keyboard another letter: what counts is the key's place.
  const place = /^[a-z]$/.test(key) ? `Key${key.toUpperCase()}` : /^[0-9]$/.test(key) ? `Digit${key}` : null;
  const hit = pressed.key.toLowerCase() === key || (place !== null && pressed.code === place);
  // `?` is Shift and another key, which differs by keyboard: what is typed is what counts.
  const symbol = key.length === 1 && !/[a-z0-9]/.test(key);
  return hit && (symbol || pressed.shiftKey === shift);
}

/** Whether a key pressed there is typed. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}
