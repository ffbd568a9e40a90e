// Real servers: the built binary in a folder of its own, so that nothing is shared between tests that run at once.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What `demo.json` says, as far as tests use it. */
export interface Card {
  url: string;
  liveagent: string;
  api: string;
  organisation: string;
  deployment: string;
  button: string;
  workspace: string;
  workspace_id: string;
  deployment_id: string;
  button_id: string;
  sign_ins: Record<string, { password: string; agent: string; old_id: string }>;
}

export const binary = resolve(process.env.SWITCHBOARD_BINARY ?? join(import.meta.dirname, '../../target/debug/switchboard'));

/** A folder and the program that runs in it. */
abstract class Server {
  private process: ChildProcess | undefined;
  private output = '';

  protected constructor(protected readonly folder: string) {}

  protected static folder(): Promise<string> {
    return mkdtemp(join(tmpdir(), 'switchboard-e2e-'));
  }

  abstract get url(): string;

  /** Ends the server for as long as the test likes. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const running = this.process;
    this.process = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise<void>((done) => running.once('exit', () => done()));
    running.kill(signal);
    await gone;
  }

  /** The process; for whoever ends it from outside. */
  get pid(): number {
    if (this.process?.pid === undefined) throw new Error('the server does not run');
    return this.process.pid;
  }

  /** What the server has written; for the message of a failed test. */
  get said(): string {
    return this.output;
  }

  async dispose(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Starts it, and answers what it says when it is ready. */
  protected async run(words: string[], ready: RegExp, settings: Record<string, string> = {}): Promise<RegExpExecArray> {
    this.output = '';
    const started = spawn(binary, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...settings } });
    this.process = started;
    return new Promise((done, failed) => {
      const hear = (chunk: Buffer): void => {
        this.output = (this.output + chunk.toString()).slice(-100_000);
        const said = ready.exec(this.output);
        if (said) done(said);
      };
      started.stdout.on('data', hear);
      started.stderr.on('data', hear);
      started.once('error', failed);
      started.once('exit', (code) => failed(new Error(`the server ended with ${code}:\n${this.output}`)));
    });
  }
}

/** The demonstration: a workspace with everything in it, and a robot that answers. */
export class DemoServer extends Server {
  card!: Card;
  /** Where it listens; clients may come by another address. */
  address!: string;
  private readonly words: string[] = [];
  private readonly settings: Record<string, string> = {};

  /**
   * Starts a server on a fresh database: SQLite in its folder, or the empty one of PostgreSQL at `postgres`. `front`: the address by which
   * clients come, if that is not its own.
   */
  static async start({ postgres, front }: { postgres?: string; front?: string } = {}): Promise<DemoServer> {
    const server = new DemoServer(await Server.folder());
    if (front !== undefined) server.words.push('--public-url', front);
    if (postgres !== undefined) {
      const key = join(server.folder, 'key');
      await writeFile(key, randomBytes(32).toString('hex'), { mode: 0o600 });
      server.words.push('--database', postgres);
      server.settings.SWITCHBOARD__SECRETS__ROOT_KEY_FILE = key;
    }
    const words = ['demo', '--data', server.folder, '--listen', '127.0.0.1:0', ...server.words];
    await server.run(words, /demonstration is ready/, server.settings);
    const card = await readFile(join(server.folder, 'demo.json'), 'utf8');
    server.address = (JSON.parse(card) as Card).url;
    server.card = JSON.parse(card.replaceAll(server.address, front ?? server.address)) as Card;
    return server;
  }

  /** The file of its SQLite database. */
  get file(): string {
    return join(this.folder, 'switchboard.sqlite');
  }

  get url(): string {
    return this.card.url;
  }

  /** The server dies without a word, as in a power cut, and comes back on the same files and the same address. */
  async restart(): Promise<void> {
    await this.end('SIGKILL');
    await this.comeBack();
  }

  /** After [`end`]. Plainly served: the demonstration would give everybody a new password. */
  async comeBack(): Promise<void> {
    const words = ['serve', '--data', this.folder, '--listen', new URL(this.address).host, ...this.words];
    await this.run(words, /serve: ready/, this.settings);
  }

  /** Signs in over the API, for what a test prepares rather than shows. */
  async signIn(login: string): Promise<Api> {
    const password = this.card.sign_ins[login]?.password;
    if (!password) throw new Error(`the demonstration has no ${login}`);
    const answer = await fetch(`${this.card.api}/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password }),
    });
    if (!answer.ok) throw new Error(`${login} cannot sign in: ${answer.status} ${await answer.text()}`);
    const { token } = (await answer.json()) as { token: string };
    return new Api(this.card.api, token);
  }
}

/** A server as an operator has it after the first two lines of the operators' guide: one admin, and nothing else. */
export class NewServer extends Server {
  readonly login = 'ada';
  readonly password = 'a password of her own';
  private address = '';

  static async start(): Promise<NewServer> {
    const server = new NewServer(await Server.folder());
    const words = ['admin', 'create', '--data', server.folder, '--login', server.login, '--name', 'Ada', '--password-stdin'];
    await new Promise<void>((done, failed) => {
      const made = execFile(binary, words, (error) => (error ? failed(error) : done()));
      made.stdin?.end(`${server.password}\n`);
    });
    const said = await server.run(['serve', '--data', server.folder, '--listen', '127.0.0.1:0'], /serve: ready .*url="([^"]+)"/);
    server.address = said[1]!;
    return server;
  }

  get url(): string {
    return this.address;
  }
}

/** The native API with somebody's token. */
export class Api {
  constructor(
    private readonly base: string,
    readonly token: string,
  ) {}

  async call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** Changes some settings of a definition and leaves the others. */
  async change(path: string, changes: Record<string, unknown>): Promise<void> {
    const { settings } = await this.call<{ settings: Record<string, unknown> }>('GET', path);
    await this.call('PUT', path, { ...settings, ...changes });
  }
}
