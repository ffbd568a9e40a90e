// What Segment's "Salesforce Live Agent" destination does with the script (deployment_segment.md 10): it is loaded without a call of `init`, and
// everything comes with an event, long after the page was read.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BUTTON, DEPLOYMENT, element, ENDPOINT, freshPage, liveagent, load, ORG, windows, type FakeServer, type Opened } from './page';

let server: FakeServer;
let opened: Opened[];
beforeEach(() => {
  server = freshPage();
  opened = windows();
});

/** The order of calls that was observed. A trait that is missing comes as undefined. */
function started(traits: Record<string, unknown>): void {
  const api = liveagent();
  const contact = api.findOrCreate('Contact');
  for (const name of ['email', 'firstName', 'plan']) {
    api.addCustomDetail(name, traits[name], true);
    contact.map(name, name, true, true, false);
  }
  api.setName('Ada Lovelace');
  const found = api.findOrCreate('Case');
  api.addCustomDetail('subject', new Date('2026-01-02T03:04:05.006Z'), false);
  found.map('Subject', 'subject', false, false, true);
  api.init(ENDPOINT, DEPLOYMENT, ORG);
  api.enableLogging();
}

describe('the destination', () => {
  it('starts with the event, and all of it arrives', () => {
    vi.spyOn(console, 'log').mockReturnValue();
    load('g/js/36.0/deployment.js');
    liveagent().showWhenOnline(BUTTON, element());
    vi.advanceTimersByTime(60_000);
    expect(server.calls).toHaveLength(0);
    started({ email: 'ada@example.com', firstName: 'Ada', plan: 'gold' });
    vi.advanceTimersByTime(1);
    expect(server.last).toContain('version=36');
    server.settings([{ id: BUTTON, isAvailable: true }]);
    liveagent().startChat(BUTTON);
    const { det, ent, visitorName } = opened[0]!.fields;
    expect(JSON.parse(det!).map(({ label, value }: any) => [label, value])).toEqual([
      ['email', 'ada@example.com'],
      ['firstName', 'Ada'],
      ['plan', 'gold'],
      ['subject', '2026-01-02T03:04:05.006Z'],
    ]);
    expect(JSON.parse(ent!).map(({ entityName }: any) => entityName)).toEqual(['Contact', 'Case']);
    expect(visitorName).toBe('Ada Lovelace');
  });

  it('goes on where a mapped trait is missing, which ended the old script’s chat before it began', () => {
    vi.spyOn(console, 'log').mockReturnValue();
    vi.spyOn(console, 'warn').mockReturnValue();
    load('g/js/36.0/deployment.js');
    liveagent().showWhenOnline(BUTTON, element());
    started({ email: 'ada@example.com', plan: null });
    vi.advanceTimersByTime(1);
    server.settings([{ id: BUTTON, isAvailable: true }]);
    liveagent().startChat(BUTTON);
    expect(JSON.parse(opened[0]!.fields['det']!).map(({ label }: any) => label)).toEqual(['email', 'subject']);
  });

  it('a second event after the first answer is refused, as it was', () => {
    vi.spyOn(console, 'log').mockReturnValue();
    load('g/js/36.0/deployment.js');
    started({ email: 'a', firstName: 'b', plan: 'c' });
    vi.advanceTimersByTime(1);
    server.settings();
    expect(() => started({ email: 'a', firstName: 'b', plan: 'c' })).toThrow('after page initialization');
  });
});
