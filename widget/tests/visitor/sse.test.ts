import { describe, expect, it } from 'vitest';
import { EventReader } from '../../src/visitor/sse';

const stream =
  '\uFEFF: open\nretry: 1500\n\nid: 1:2\ndata: {"a":\ndata: 1}\n\ndata:x\r\n\r\nevent: y\rdata: z\r\rid:7\n\nretry: soon\ndata:é\n\n';

describe('the event reader', () => {
  it('reads the same however the stream is cut', () => {
    const whole = new EventReader().read(stream);
    expect(whole).toEqual([
      { id: '1:2', data: '{"a":\n1}' },
      { id: null, data: 'x' },
      { id: null, data: 'z' },
      { id: null, data: 'é' },
    ]);
    for (let size = 1; size < stream.length; size++) {
      const reader = new EventReader();
      const messages = [];
      for (let at = 0; at < stream.length; at += size) messages.push(...reader.read(stream.slice(at, at + size)));
      expect(messages).toEqual(whole);
      expect(reader.retryMs).toBe(1500);
    }
  });

  it('tells nothing of a message whose end has not come', () => {
    const reader = new EventReader();
    expect(reader.read('data: half')).toEqual([]);
    expect(reader.read(' way\n')).toEqual([]);
    expect(reader.read('\n')).toEqual([{ id: null, data: 'half way' }]);
  });
});
