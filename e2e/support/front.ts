// What stands between the clients and a server that is to be killed: it lets requests through, and knows when one of them is on its way.

import { statSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';

/**
 * A moment in the life of a request. `asked`: the server has been sent all of it. `written`: the server writes to its database after that.
 * `answered`: the server has answered all of it, and nobody has heard the answer.
 */
export type Moment = 'asked' | 'written' | 'answered';

interface Trap {
  method: string;
  path: RegExp;
  moment: Moment;
  kill: () => Promise<void>;
  sprung: () => void;
}

/** Headers of one connection, which say nothing of the next. */
const OWN = new Set(['connection', 'keep-alive', 'transfer-encoding']);

export class Front {
  private trap: Trap | null = null;

  /** Where the server is; it may come and go. */
  behind = '';
  /** The file that changes whenever the server writes; null where that cannot be seen. */
  log: string | null = null;

  private constructor(
    private readonly server: HttpServer,
    readonly url: string,
  ) {}

  static async start(): Promise<Front> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    const front = new Front(server, `http://127.0.0.1:${address.port}`);
    server.on('request', (asked, answer) => front.pass(asked, answer));
    return front;
  }

  /** The next such request is the server's last. Resolves when the server is dead. */
  killDuring(method: string, path: RegExp, moment: Moment, kill: () => Promise<void>): Promise<void> {
    if (this.trap) throw new Error(`nobody has asked ${this.trap.method} ${this.trap.path} yet`);
    return new Promise((sprung) => (this.trap = { method, path, moment, kill, sprung }));
  }

  async dispose(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const trap = this.taken(asked);
    const headers = Object.fromEntries(Object.entries(asked.headers).filter(([name]) => !OWN.has(name)));
    const { hostname, port } = new URL(this.behind);
    const on = request({ hostname, port, method: asked.method, path: asked.url, headers, agent: false });
    const cut = (): void => {
      on.destroy();
      answer.destroy();
    };
    const spring = async (trap: Trap): Promise<void> => {
      await trap.kill();
      cut();
      trap.sprung();
    };
    on.on('error', () => answer.destroy());
    answer.on('close', () => on.destroy());
    on.on('response', (told) => {
      if (trap) {
        // Whatever the server still says after its death is not heard.
        if (trap.moment === 'answered') told.on('end', () => void spring(trap));
        told.on('error', () => undefined);
        told.resume();
        return;
      }
      answer.writeHead(told.statusCode ?? 502, Object.fromEntries(Object.entries(told.headers).filter(([name]) => !OWN.has(name))));
      // A stream begins before it has anything to tell.
      answer.flushHeaders();
      told.on('error', cut);
      told.pipe(answer);
    });
    if (trap?.moment === 'asked') on.on('finish', () => void spring(trap));
    if (trap?.moment === 'written') this.whenWritten(on, () => spring(trap));
    asked.on('error', cut);
    asked.pipe(on);
  }

  private taken(asked: IncomingMessage): Trap | null {
    const { trap } = this;
    const { pathname } = new URL(asked.url ?? '/', this.url);
    if (trap?.method !== asked.method || !trap?.path.test(pathname)) return null;
    this.trap = null;
    return trap;
  }

  /** Looks as fast as it can; a write takes far longer than a look. */
  private whenWritten(on: ReturnType<typeof request>, then: () => Promise<void>): void {
    const { log } = this;
    if (log === null) throw new Error('it cannot be seen when this database is written to');
    const state = (): string => {
      const { size, mtimeMs } = statSync(log, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
      return `${size} ${mtimeMs}`;
    };
    on.on('finish', () => {
      const before = state();
      const look = (): void => {
        if (state() === before) setImmediate(look);
        else void then();
      };
      look();
    });
  }
}
