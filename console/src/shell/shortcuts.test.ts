import { describe, expect, it } from 'vitest';
import { matches, written, type Pressed } from './shortcuts';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe('shortcuts', () => {
  it('mod is Ctrl, and ⌘ on a Mac', () => {
    expect(matches('mod+k', press('k', { ctrlKey: true }), false)).toBe(true);
    expect(matches('mod+k', press('k', { metaKey: true }), false)).toBe(false);
    expect(matches('mod+k', press('k', { metaKey: true }), true)).toBe(true);
    expect(matches('mod+k', press('k', { ctrlKey: true }), true)).toBe(false);
  });

  it('a letter is known by its place: on a Mac Alt types another, an Arabic keyboard has its own', () => {
    expect(matches('alt+t', press('†', { code: 'KeyT', altKey: true }), true)).toBe(true);
    expect(matches('alt+t', press('ف', { code: 'KeyT', altKey: true }), false)).toBe(true);
    expect(matches('alt+1', press('&', { code: 'Digit1', altKey: true }), false)).toBe(true);
  });

  it('a sign is known by itself, with whatever keys it is typed', () => {
    expect(matches('?', press('?', { shiftKey: true, code: 'Slash' }), false)).toBe(true);
    expect(matches('?', press('?', { shiftKey: true, code: 'Minus' }), false)).toBe(true);
    expect(matches('?', press('?', { ctrlKey: true }), false)).toBe(false);
  });

  it('more keys held are another shortcut', () => {
    expect(matches('alt+y', press('y', { altKey: true, shiftKey: true }), false)).toBe(false);
    expect(matches('alt+shift+y', press('Y', { altKey: true, shiftKey: true, code: 'KeyY' }), false)).toBe(true);
  });

  it('is written as it is on the keyboard', () => {
    expect(written('mod+k', false)).toEqual(['Ctrl', 'K']);
    expect(written('alt+arrowdown', true)).toEqual(['⌥', '↓']);
  });
});
