// The two shapes in which analytics.js takes the destination, and settings that pages may write.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import addresses from '../../../crates/protocols/segment/tests/addresses.json';
import { Integration } from '../../src/destination/classic';
import { destination } from '../../src/destination/plugin';
import { readSettings } from '../../src/destination/settings';
import { BUTTON, DEPLOYMENT, element, liveagent, ORG, windows, type FakeServer } from '../deployment/page';
import { arrives, FakeAnalytics, freshPage, OWN, said, scripts, SETTINGS } from './page';

let server: FakeServer;
beforeEach(() => {
  server = freshPage();
  windows();
  said();
});

describe('the modern shape', () => {
  it('is a destination of Segment’s name, ready when the script is there', async () => {
    const plugin = destination(SETTINGS, OWN);
    expect(plugin).toMatchObject({ name: 'Salesforce Live Agent', type: 'destination' });
    let ready = false;
    void plugin.ready().then(() => (ready = true));
    const loading = plugin.load({ event: {} }, new FakeAnalytics());
    await Promise.resolve();
    expect([ready, plugin.isLoaded()]).toEqual([false, false]);
    await arrives(server);
    await loading;
    await plugin.ready();
    expect([ready, plugin.isLoaded()]).toEqual([true, true]);
  });

  it('is loaded once, however often it is asked', async () => {
    const [plugin, analytics] = [destination(SETTINGS, OWN), new FakeAnalytics()];
    const both = [plugin.load({ event: {} }, analytics), plugin.load({ event: {} }, analytics)];
    await arrives(server);
    await Promise.all(both);
    expect(scripts(server)).toHaveLength(1);
  });
});

describe('settings of our server, by their write key', () => {
  function served(answer: () => Response | Promise<never>): string[] {
    const asked: string[] = [];
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url);
      return answer();
    });
    return asked;
  }

  it('are fetched where our script came from, and events wait for them', async () => {
    const asked = served(() => Response.json({ remotePlugins: [{ name: 'Salesforce Live Agent', settings: SETTINGS }] }));
    const analytics = new FakeAnalytics();
    const loading = analytics.register(destination({ writeKey: 'KEY/1' }, OWN));
    analytics.identify({ email: 'ada@example.com' });
    analytics.started({ subject: 'A' });
    await vi.waitFor(() => expect(scripts(server)).toHaveLength(1));
    await arrives(server);
    await loading;
    expect(asked).toEqual(['https://chat.example/v1/projects/KEY%2F1/settings']);
    expect(liveagent().isInitialized()).toBe(true);
  });

  it.each([
    ['the server refuses it', () => new Response('No such key.', { status: 404 }), 'answers 404: No such key.'],
    ['the server is not there', () => Promise.reject(new TypeError('x')), 'could not be reached'],
    ['the source has no chat', () => Response.json({ remotePlugins: [] }), 'no deployment'],
  ])('say why nothing comes of them where %s', async (_, answer, sentence) => {
    served(answer);
    const warnings = said().warnings;
    const analytics = new FakeAnalytics();
    await expect(analytics.register(destination({ writeKey: 'KEY' }, OWN))).rejects.toThrow(sentence);
    analytics.started({ subject: 'A' });
    expect(warnings).toEqual([expect.stringContaining(sentence)]);
    expect(server.calls).toEqual([]);
  });
});

describe('the classic shape', () => {
  function made(): { integration: Integration; heard: string[]; analytics: FakeAnalytics } {
    const [integration, heard, analytics] = [new Integration(SETTINGS), [] as string[], new FakeAnalytics()];
    integration.analytics = analytics;
    integration.once('ready', () => heard.push('ready'));
    integration.on('initialize', () => heard.push('initialize'));
    return { integration, heard, analytics };
  }

  it('has its name where analytics.js looks for it', () => {
    expect(Integration.prototype.name).toBe('Salesforce Live Agent');
  });

  it('is ready when the script is there, and delivers what was tracked, dates as they were written', async () => {
    const { integration, heard, analytics } = made();
    integration.initialize();
    expect(heard).toEqual(['initialize']);
    expect(integration.loaded()).toBe(false);
    await arrives(server);
    expect(heard).toEqual(['initialize', 'ready']);
    expect(integration.loaded()).toBe(true);
    liveagent().showWhenOnline(BUTTON, element());
    const told = vi.spyOn(liveagent() as { setVisitorDetails(told: unknown): void }, 'setVisitorDetails');
    const event = (date: unknown) => ({ event: 'Live Chat Conversation Started', properties: { subject: date } });
    integration.invoke('page', { json: () => event(1) });
    integration.invoke('identify', { json: () => event(1) });
    expect(told).not.toHaveBeenCalled();
    integration.invoke('track', { rawEvent: () => event('2026-01-02T03:04:05Z'), json: () => event(new Date()) });
    expect(told).toHaveBeenLastCalledWith(
      expect.objectContaining({ details: [expect.objectContaining({ value: '2026-01-02T03:04:05Z' })] }),
    );
    integration.invoke('track', { json: () => event(new Date('2026-01-02T03:04:05Z')) });
    expect(told).toHaveBeenLastCalledWith(
      expect.objectContaining({ details: [expect.objectContaining({ value: '2026-01-02T03:04:05.000Z' })] }),
    );
    vi.spyOn(analytics, 'user').mockReturnValue({ traits: () => ({ email: 'ada@example.com' }) });
    integration.invoke('identify', { json: () => ({}) });
    expect(told.mock.calls.at(-1)![0]).toMatchObject({ details: [{ label: 'E-mail' }, { label: 'Subject' }] });
  });

  it('is never ready where the script cannot be loaded, so that analytics.js keeps the events', async () => {
    const { integration, heard } = made();
    integration.initialize();
    server.fail();
    await Promise.resolve();
    expect(heard).toEqual(['initialize']);
  });

  it('forgets a handler that was taken away', () => {
    const integration = new Integration({});
    const handler = vi.fn();
    integration.on('x', handler).emit('x', 1).off('x', handler).emit('x', 2);
    expect(handler.mock.calls).toEqual([[1]]);
  });
});

/** What begins with `//` is loaded as the page was. */
const asPage = (address: string) => (address.startsWith('//') ? `https:${address}` : address);

describe('settings', () => {
  // The server's reading of the same settings is held to this table too.
  it.each(addresses.map(({ setting, script, endpoint }) => [setting, script, endpoint] as const))(
    'address %j',
    (setting, script, endpoint) => {
      expect(readSettings({ hostname: setting, liveAgentEndpointUrl: setting })).toMatchObject({
        script: script && asPage(script),
        endpoint: endpoint && asPage(endpoint),
      });
    },
  );

  it.each([null, undefined, 'text', 7, [], { contactMappings: 'x', objects: [null, {}, { entityName: 'A', source: 'mail' }] }])(
    'of no use are harmless: %j',
    (told) => expect(readSettings(told)).toMatchObject({ script: null, endpoint: null, objects: [] }),
  );

  it('are flat or in key and value, and flags are what they say', () => {
    const { objects, enableLogging } = readSettings({
      deploymentId: DEPLOYMENT,
      orgId: ORG,
      enableLogging: 'false',
      contactMappings: [
        { key: 'email', value: { label: 'E-mail', fieldName: 'Email', displayToAgent: 'true', doFind: 1, doCreate: '' } },
        null,
        7,
      ],
    });
    expect(enableLogging).toBe(false);
    expect(objects[0]!.mappings).toEqual([
      { path: 'email', label: 'E-mail', fieldName: 'Email', displayToAgent: true, doFind: true, isExactMatch: false, doCreate: false },
    ]);
  });
});
