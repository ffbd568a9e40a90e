import { describe, expect, it } from 'vitest';
import { Lines } from '../../src/visitor/lines';
import type { Outgoing } from '../../src/visitor/outbox';
import { viewOf } from '../../src/visitor/view';
import type { Entry } from '../../src/visitor/wire';

const at = '2026-11-21T10:00:00Z';

function view(...texts: [number, string][]) {
  const timeline: Entry[] = texts.map(([sequence, text]) => ({ sequence, at, kind: 'message', author: { role: 'visitor' }, text }));
  return viewOf({
    id: 'c',
    position: `1:${texts[texts.length - 1]?.[0] ?? 0}`,
    state: 'active',
    started_at: at,
    agent: null,
    transferring: false,
    file_requests: [],
    rating: null,
    closure: null,
    timeline,
    earlier: false,
  });
}

const item = (key: string, text: string, more: Partial<Outgoing> = {}): Outgoing => ({
  key,
  text,
  at: Date.parse(at) + Number(key),
  after: 0,
  state: 'sending',
  problem: null,
  sequence: null,
  tried: true,
  ...more,
});

const shown = (lines: ReturnType<Lines['of']>) => lines.map((line) => (line.kind === 'message' ? `${line.key}:${line.text}` : line.kind));

describe('lines', () => {
  it('are the same line before, while and after a message arrives, whatever the server made of it', () => {
    const lines = new Lines();
    expect(shown(lines.of(view(), [item('1', 'card 4111')], []))).toEqual(['1:card 4111']);
    // The stream is first, and the text was masked.
    expect(shown(lines.of(view([3, 'card ****']), [item('1', 'card 4111')], []))).toEqual(['1:card ****']);
    expect(shown(lines.of(view([3, 'card ****']), [item('1', 'card 4111', { state: 'sent', sequence: 3 })], []))).toEqual(['1:card ****']);
    expect(shown(lines.of(view([3, 'card ****']), [], []))).toEqual(['1:card ****']);
  });

  it('give back an entry that turns out to be of another tab', () => {
    const lines = new Lines();
    expect(shown(lines.of(view([3, 'elsewhere']), [item('1', 'here')], []))).toEqual(['1:elsewhere']);
    expect(shown(lines.of(view([3, 'elsewhere']), [item('1', 'here', { state: 'sent', sequence: 4 })], []))).toEqual([
      's3:elsewhere',
      '1:here',
    ]);
    expect(shown(lines.of(view([3, 'elsewhere'], [4, 'here']), [], []))).toEqual(['s3:elsewhere', '1:here']);
  });

  it('take two messages of one text for two', () => {
    const lines = new Lines();
    const two = [item('1', 'ok', { state: 'delayed' }), item('2', 'ok', { tried: false })];
    expect(shown(lines.of(view([3, 'ok']), two, []))).toEqual(['1:ok', '2:ok']);
    expect(shown(lines.of(view([3, 'ok'], [4, 'ok']), [], []))).toEqual(['1:ok', 's4:ok']);
  });

  it('do not take what was there before for what is sent now', () => {
    const lines = new Lines();
    expect(shown(lines.of(view([3, 'ok']), [item('1', 'ok', { after: 3 })], []))).toEqual(['s3:ok', '1:ok']);
    expect(shown(lines.of(view([3, 'ok']), [item('1', 'ok', { state: 'failed' })], []))).toEqual(['s3:ok', '1:ok']);
  });
});
