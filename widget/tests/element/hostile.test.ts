// What others wrote is shown as it was written, and is nothing else.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { en } from '../../src/catalogue/en';
import { Texts } from '../../src/catalogue/texts';
import { Form } from '../../src/element/form';
import { Log } from '../../src/element/log';
import { inert, inertLine, linked } from '../../src/element/text';
import { on } from '../../src/element/theme';
import { Conversation } from '../../src/visitor/conversation';
import { Lines } from '../../src/visitor/lines';
import { viewOf } from '../../src/visitor/view';
import type { Entry } from '../../src/visitor/wire';

const texts = new Texts('en', en);
const attacks = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
  '</bdi></div><iframe src=//evil.example>',
];

describe('links', () => {
  const links = (text: string) => linked(text).flatMap(({ href }) => (href === null ? [] : [href]));

  it('go to web pages only', () => {
    expect(links('see https://example.com/a?b=1. Or (http://example.org/x_(y)), fine')).toEqual([
      'https://example.com/a?b=1',
      'http://example.org/x_(y)',
    ]);
    for (const text of [...attacks, 'ftp://example.com', 'https://', 'https://bank.example@evil.example/', 'xhttps://example.com']) {
      expect(links(text), text).toEqual([]);
    }
  });

  it('end before characters that cannot be seen', () => {
    expect(links('https://example.com/\u202Egpj.exe')).toEqual(['https://example.com/gpj.exe']);
    expect(links('https://example.com/\u200Bhidden')).toEqual(['https://example.com/']);
  });

  it('lose nothing of the text around them', () => {
    for (const text of ['a https://example.com b', 'https://a.example https://b.example!', '', 'no link', '\nhttps://example.com\n']) {
      expect(
        linked(text)
          .map(({ text }) => text)
          .join(''),
      ).toBe(text);
    }
  });

  it('are found in a megabyte at once', () => {
    const begun = performance.now();
    linked('https://a'.repeat(60_000) + ')'.repeat(500_000));
    linked('h'.repeat(1_000_000));
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

it('a text keeps its letters and loses what turns it around', () => {
  expect(inert('a\u202Eb\u0000c\u2067d\u200Fe\nf\tg')).toBe('abcd\u200Fe\nf\tg');
  expect(inertLine(' a\n\u202E b\u0007 ')).toBe('a b');
});

describe('the log', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(attacks)('shows %s as text', (attack) => {
    const at = '2026-11-21T10:00:00Z';
    const ada = { id: 'a', name: attack };
    const timeline: Entry[] = [
      { sequence: 1, at, kind: 'joined', agent: ada },
      { sequence: 2, at, kind: 'message', author: { role: 'agent', ...ada }, text: `${attack} https://example.com/"onmouseover=alert(1)` },
      {
        sequence: 3,
        at,
        kind: 'file',
        file: { id: 'f', name: attack, media_type: 'text/html', size: 1, author: { role: 'agent', ...ada }, erased: false },
      },
    ];
    const view = viewOf({
      id: 'c',
      position: '1:3',
      state: 'active',
      started_at: at,
      agent: ada,
      transferring: false,
      file_requests: [],
      rating: null,
      closure: null,
      timeline,
      earlier: false,
    });
    const conversation = new Conversation({ server: 'https://chat.example', deployment: 'd', button: 'b', keeping: 'none' });
    const log = new Log({ texts, conversation, visible: () => true, takenBack: () => undefined });
    log.show(new Lines().of(view, [], []), true, ada, true);
    conversation.destroy();
    const made = [...log.element.querySelectorAll('*')];
    expect(made.map((element) => element.localName).filter((name) => ['img', 'script', 'iframe'].includes(name))).toEqual([]);
    expect(made.flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith('on'))).toEqual([]);
    expect(log.element.textContent).toContain(attack);
    for (const link of log.element.querySelectorAll('a')) {
      expect(link.protocol).toMatch(/^https?:$/);
      expect(link.rel).toContain('noopener');
    }
  });
});

it('a form takes labels, choices and hints as text', () => {
  const [attack = ''] = attacks;
  const form = new Form(
    texts,
    [
      { label: attack, kind: 'choice', required: true, choices: [attack] },
      { label: attack, kind: 'text', required: false, placeholder: attack },
    ],
    'Go',
    () => undefined,
  );
  expect(form.element.querySelectorAll('img')).toHaveLength(0);
  expect(form.element.textContent).toContain(attack);
});

it('any colour of a deployment can be read', () => {
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const value = parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (let n = 0; n < 4096; n++) {
    const colour = `#${[...n.toString(16).padStart(3, '0')].map((digit) => digit + digit).join('')}`;
    const [light, dark] = [luminance(colour), luminance(on(colour))].sort((a, b) => b - a) as [number, number];
    expect((light + 0.05) / (dark + 0.05), colour).toBeGreaterThanOrEqual(4.5);
  }
});
