import { describe, expect, it } from 'vitest';
import { line } from './line';
import { leadsTo, pieces } from './links';
import { fillIn, shortcutAt, type Values } from './placeholders';

const links = (text: string) => pieces(text).flatMap(({ href }) => href ?? []);

describe('links', () => {
  it('finds addresses and leaves what ends the sentence', () => {
    expect(links('See https://a.example/b?c=1, or (http://d.example/e).')).toEqual(['https://a.example/b?c=1', 'http://d.example/e']);
    expect(links('https://en.example/Foo_(bar)')).toEqual(['https://en.example/Foo_(bar)']);
  });

  it('loses nothing of the text', () => {
    const text = 'a https://a.example/. b\nhttps://b.example';
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });

  it('makes no link of what is not http, hides where it leads, or carries a password', () => {
    expect(links('javascript:alert(1) data:text/html,x file:///etc')).toEqual([]);
    expect(links('https://user:pw@evil.example/')).toEqual([]);
    expect(links('https://good.example@evil.example/')).toEqual([]);
    expect(leadsTo('https://a.example/\u202egpj.exe')).toBeNull();
    expect(leadsTo(`https://a.example/${'x'.repeat(3000)}`)).toBeNull();
    expect(leadsTo('not an address')).toBeNull();
  });
});

describe('a line', () => {
  it('has no control or direction characters and is never long', () => {
    expect(line('Ann\u202e\nAdmin\u0000')).toBe('Ann Admin');
    expect([...line('x'.repeat(1_000_000))]).toHaveLength(121);
    expect(line('👩‍👩‍👧'.repeat(200)).length).toBeLessThan(1000);
  });
});

describe('quick texts', () => {
  const values: Values = {
    visitor: 'Bianca',
    agent: 'Ann',
    details: [
      { label: 'Order', value: '{agent.name}' },
      { label: 'E-mail', value: '' },
    ],
    date: '21 Nov 2026',
    time: '14:05',
  };

  it('puts values in, and never looks into them', () => {
    expect(fillIn('Hello {visitor.name}, {detail.order} – {agent.name}, {date} {time}', values)).toEqual({
      text: 'Hello Bianca, {agent.name} – Ann, 21 Nov 2026 14:05',
      open: null,
    });
  });

  it('leaves what has no value, and says where the first is', () => {
    const { text, open } = fillIn('Mail to {detail.E-mail} {unknown}', values);
    expect(text).toBe('Mail to {detail.E-mail} {unknown}');
    expect(text.slice(open!.from, open!.to)).toBe('{detail.E-mail}');
  });

  it('are found after a slash at the start or after a space, and not in an address', () => {
    expect(shortcutAt('/gre', 4)).toEqual({ from: 0, typed: 'gre' });
    expect(shortcutAt('Hi\n/', 4)).toEqual({ from: 3, typed: '' });
    expect(shortcutAt('https://x', 9)).toBeNull();
    expect(shortcutAt('and/or', 6)).toBeNull();
    expect(shortcutAt('/done now', 9)).toBeNull();
  });
});
