// The server dies in the middle of every step between a visitor's form and the transcript, and in the end there is one of everything.
//
// A kill is SIGKILL, and it comes while a step is under way: when the server was sent the step's request, when it writes to its database after
// that, or when it has answered and nobody has heard it. What it does by itself is looked for in its database, and it is killed at first sight.
// The clients come back by themselves; where a person sees that nothing came of what was pressed, it is pressed again.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { errors, type Locator, type Page } from '@playwright/test';
import type jsforce from 'jsforce';

import { field, offer, pane, signIn } from '../support/console.ts';
import { prepared, twoOfAnAddress } from '../support/crm.ts';
import { Front, type Moment } from '../support/front.ts';
import { Postgres } from '../support/postgres.ts';
import { DemoServer } from '../support/server.ts';
import type { Site } from '../support/site.ts';
import { expect, test } from '../support/test.ts';
import { composer, openWindow, shopPage, write } from '../support/visitor.ts';

/** Steps that are a request. */
const REQUESTS = {
  online: ['PUT', /\/me\/presence$/],
  form: ['POST', /^\/content\/s\/chat$/],
  request: ['POST', /\/visitor\/conversations$/],
  accept: ['POST', /\/offers\/[^/]+\/accept$/],
  choice: ['POST', /\/records\/[^/]+\/choose$/],
  question: ['POST', /\/visitor\/messages$/],
  reply: ['POST', /\/conversations\/[^/]+\/messages$/],
  end: ['POST', /\/conversations\/[^/]+\/end$/],
} as const;
type Asked = keyof typeof REQUESTS;

/** Steps that the server takes by itself after those: what its database says when one has begun, and when it is done. */
const BY_ITSELF = {
  beginning: { begun: 'SELECT 1 FROM transcript', done: 'SELECT 1 FROM crm1_livechattranscript' },
  candidates: {
    begun: "SELECT 1 FROM record_part WHERE entity = 'Contact'",
    done: "SELECT 1 FROM record_part WHERE entity = 'Contact' AND state = 'choosing'",
  },
  case: { begun: "SELECT 1 FROM record_part WHERE entity = 'Case' AND state <> 'waiting'", done: 'SELECT 1 FROM crm1_case' },
  link: {
    begun: "SELECT 1 FROM record_part WHERE entity = 'Contact' AND state = 'linked'",
    done: 'SELECT 1 FROM crm1_case WHERE contactid IS NOT NULL',
  },
  transcript: {
    begun: "SELECT 1 FROM conversation WHERE phase = 'ended'",
    done: "SELECT 1 FROM crm1_livechattranscript WHERE status = 'Completed'",
  },
} as const;
type Done = keyof typeof BY_ITSELF;
const NOTHING_DUE =
  'SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM transcript WHERE due IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM record_course WHERE due IS NOT NULL)';

type Kill = { moment: Moment } | { stage: 'begun' | 'done' };

/** A server that is killed at every step, and started again on what it left. */
class Office {
  kills = 0;

  private constructor(
    readonly server: DemoServer,
    private readonly front: Front,
    private readonly postgres: Postgres | null,
    private readonly kill: Kill,
  ) {}

  static async open(database: 'SQLite' | 'PostgreSQL', kill: Kill): Promise<Office> {
    const front = await Front.start();
    const postgres = database === 'PostgreSQL' ? await Postgres.start() : null;
    const server = await DemoServer.start({ front: front.url, ...(postgres ? { postgres: postgres.url } : {}) });
    front.behind = server.address;
    if (postgres === null) front.log = `${server.file}-wal`;
    return new Office(server, front, postgres, kill);
  }

  /** Does what asks the server for a step, upon which it takes some by itself. Answers whether the request was its last. */
  async during(step: Asked, then: Done[], deed: () => Promise<unknown>): Promise<boolean> {
    const { kill } = this;
    if ('moment' in kill) {
      // A form that is posted writes nothing.
      if (step === 'form' && kill.moment === 'written') return false;
      const [method, path] = REQUESTS[step];
      await Promise.all([this.front.killDuring(method, path, kill.moment, () => this.server.end('SIGKILL')), deed()]);
      await this.comeBack();
      return true;
    }
    if (step === 'form') return false;
    const asks = [deed, ...then.slice(1).map(() => async () => undefined)];
    for (const [at, ask] of asks.entries()) {
      const next = then[at];
      const look = next && (await Look.begin(this.server, BY_ITSELF[next][kill.stage], this.server.pid));
      await Promise.all([look?.seen(), ask()]);
      if (look) await this.comeBack();
    }
    return false;
  }

  /** Waits until nothing is left that the server would do for any conversation. */
  async rest(): Promise<void> {
    if (this.postgres === null) await (await Look.begin(this.server, NOTHING_DUE)).seen();
  }

  async close(): Promise<void> {
    await this.server.dispose();
    await this.front.dispose();
    await this.postgres?.dispose();
  }

  private async comeBack(): Promise<void> {
    this.kills += 1;
    await this.server.end('SIGKILL');
    await this.server.comeBack();
  }
}

/** A look at the database of a server, until it has a row. */
class Look {
  private constructor(private readonly said: AsyncIterator<string>) {}

  /** `victim` is killed when the row is there. */
  static async begin(server: DemoServer, query: string, victim?: number): Promise<Look> {
    const words = [join(import.meta.dirname, '../support/look.py'), server.file, query];
    if (victim !== undefined) words.push(String(victim));
    const look = new Look(
      createInterface(spawn('python3', words, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout)[Symbol.asyncIterator](),
    );
    await look.hears('looking');
    return look;
  }

  seen = () => this.hears('seen');

  private async hears(word: string): Promise<void> {
    expect((await this.said.next()).value).toBe(word);
  }
}

const SUBJECT = 'The engine stands still';
const SAID = ['It stopped at noon.', 'Can you help?', 'Have you oiled it?', 'It is thirsty at noon.'] as const;

/** What can be pressed is pressed at once. */
const SOON = { timeout: 3_000 };

/** What the two people do, each at their page. */
class People {
  private window!: Page;

  constructor(
    private readonly page: Page,
    private readonly desk: Page,
    private readonly office: Office,
  ) {}

  async goOnline(): Promise<void> {
    const press = () => this.desk.keyboard.press('Alt+o');
    await this.office.during('online', [], press);
    await this.until(this.desk.getByRole('button', { name: 'Presence: Online' }), [
      [this.desk.getByRole('button', { name: 'Presence: Offline' }), press],
    ]);
  }

  /** Fills the form in; the window that answers it asks for the conversation. */
  async ask(site: Site): Promise<void> {
    await this.page.goto(site.put('/shop', shopPage(this.office.server.card)));
    const window = (this.window = await openWindow(this.page));
    const send = async () => {
      await window.getByLabel('E-mail').fill('ada@example.com');
      await window.getByLabel('Subject').fill(SUBJECT);
      await window.getByRole('button', { name: 'Chat' }).click();
    };
    if (await this.office.during('form', [], send)) await window.goBack();
    await this.office.during('request', ['beginning'], send);
  }

  async accept(): Promise<void> {
    const { desk } = this;
    const offered = offer(desk).filter({ hasText: 'Ada Lovelace' });
    const listed = desk.getByRole('link', { name: /^Ada Lovelace/ });
    const press = () => desk.keyboard.press('Alt+y');
    await expect(offered).toBeVisible();
    await this.office.during('accept', ['candidates', 'case'], press);
    await this.until(pane(desk, 'Ada Lovelace'), [
      [offered, press],
      [listed, () => listed.click(SOON)],
    ]);
  }

  async choose(): Promise<void> {
    const { desk } = this;
    const choosing = desk.getByRole('region', { name: 'Contact' });
    const press = () => choosing.getByRole('button', { name: 'This one: Ada Lovelace' }).click(SOON);
    await desk.getByRole('tab', { name: /choose/ }).click();
    await this.office.during('choice', ['link'], press);
    await this.until(desk.getByRole('button', { name: 'Undo: Ada Lovelace' }), [[choosing, press]]);
    await expect(choosing).toHaveCount(0);
    await expect(desk.getByText(SUBJECT, { exact: true })).toBeVisible();
  }

  async talk(): Promise<void> {
    const { window, desk, office } = this;
    await office.during('question', [], () => write(window, SAID[0]));
    // Written while nothing may be known of the first: it waits its turn.
    await write(window, SAID[1]);
    const say = async (text: string) => {
      await field(desk).fill(text);
      await field(desk).press('Enter');
    };
    await this.each(desk, SAID.slice(0, 2));
    await office.during('reply', [], () => say(SAID[2]));
    await say(SAID[3]);
    await this.each(window, SAID);
    await this.each(desk, SAID);
  }

  async end(): Promise<void> {
    const { desk } = this;
    const asked = desk.getByRole('dialog').getByRole('button', { name: 'End', exact: true });
    await desk.keyboard.press('Alt+e');
    await this.office.during('end', ['transcript'], () => asked.click());
    await this.until(this.window.getByText('The conversation was ended by us.'), [[asked, () => asked.click(SOON)]]);
    await this.each(this.window, SAID);
  }

  /** After the server has come back: presses what there is still to be pressed, until it is done. */
  private async until(done: Locator, presses: [there: Locator, press: () => Promise<void>][]): Promise<void> {
    await expect(this.desk.getByText('Live', { exact: true })).toBeVisible();
    const look = async () => {
      for (const [there, press] of presses)
        if (!(await done.isVisible()) && (await there.isVisible())) {
          // What is gone before it could be pressed has been done.
          await press().catch((error: unknown) => {
            if (!(error instanceof errors.TimeoutError)) throw error;
          });
        }
      return done.isVisible();
    };
    await expect.poll(look, { message: 'it is done', timeout: 60_000 }).toBe(true);
  }

  /** Each is there, once. */
  private async each(page: Page, texts: readonly string[]): Promise<void> {
    for (const text of texts) await expect(page.getByRole('log').getByText(text, { exact: true })).toHaveCount(1);
  }
}

/** One of each, whatever happened. */
async function oneOfEach(crm: jsforce.Connection, ada: string): Promise<void> {
  const all = async (soql: string) => (await crm.query<Record<string, unknown>>(soql)).records;
  const contacts = await all('SELECT Email FROM Contact');
  expect(contacts).toHaveLength(2);
  const cases = await all('SELECT Id, Subject, ContactId FROM Case');
  expect(cases).toEqual([expect.objectContaining({ Subject: SUBJECT, ContactId: ada })]);
  const visitors = await all('SELECT Id FROM LiveChatVisitor');
  expect(visitors).toHaveLength(1);
  const transcripts = await all('SELECT Status, Body, ContactId, CaseId, LiveChatVisitorId, VisitorMessageCount FROM LiveChatTranscript');
  const [CaseId, LiveChatVisitorId] = [cases[0]!.Id, visitors[0]!.Id];
  const transcript = { Status: 'Completed', ContactId: ada, CaseId, LiveChatVisitorId, VisitorMessageCount: 2 };
  expect(transcripts).toEqual([expect.objectContaining(transcript)]);
  const said = new RegExp(SAID.map((text) => text.replace(/[?.]/g, '\\$&')).join('|'), 'g');
  expect(String(transcripts[0]!.Body).match(said)).toEqual(SAID);
  const events = await all('SELECT Type FROM LiveChatTranscriptEvent');
  expect(events.map(({ Type }) => Type).sort()).toEqual(['Accept', 'ChatRequest', 'EndAgent', 'Enqueue', 'PushAssignment']);
}

const completed = async (crm: jsforce.Connection) =>
  (await crm.query("SELECT Id FROM LiveChatTranscript WHERE Status = 'Completed'")).totalSize;

/** Those of `cargo xtask soak` are left out otherwise. */
const SOAK = { tag: '@soak' };

for (const [name, database, kill, kills, details] of [
  ['has been sent each request', 'SQLite', { moment: 'asked' }, 8, SOAK],
  ['writes what each request wants', 'SQLite', { moment: 'written' }, 7, {}],
  ['has answered each request and is not heard', 'SQLite', { moment: 'answered' }, 8, SOAK],
  ['begins each thing that it does by itself', 'SQLite', { stage: 'begun' }, 5, {}],
  ['has just done each thing that it does by itself', 'SQLite', { stage: 'done' }, 5, SOAK],
  ['has been sent each request', 'PostgreSQL', { moment: 'asked' }, 8, SOAK],
  ['has answered each request and is not heard', 'PostgreSQL', { moment: 'answered' }, 8, {}],
] as const)
  test(`one of each record, though the server dies when it ${name}, on ${database}`, details, async ({ page, browser, site }) => {
    const office = await Office.open(database, kill);
    const { crm } = await prepared(office.server, site);
    const ada = await twoOfAnAddress(crm);
    const desk = await browser.newPage();
    await signIn(desk, office.server, 'agent');
    const people = new People(page, desk, office);
    await people.goOnline();
    await people.ask(site);
    await people.accept();
    await people.choose();
    await people.talk();
    await people.end();
    // Whoever died with a transcript in its hands left it to be given again a minute later.
    await expect.poll(() => completed(crm), { message: 'the transcript is complete', timeout: 120_000 }).toBe(1);
    await office.rest();
    await oneOfEach(crm, ada);
    expect(office.kills).toBe(kills);
    console.log(`soaked: ${kills} kills on ${database}, one of each record`);
    await office.close();
  });
