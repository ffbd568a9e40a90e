// A database of PostgreSQL, for as long as a test needs it.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { binary } from './server.ts';

export class Postgres {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  static async start(): Promise<Postgres> {
    const started = spawn(join(binary, '../examples/database'), { stdio: ['pipe', 'pipe', 'inherit'] });
    const url = await new Promise<string>((done, failed) => {
      createInterface(started.stdout).once('line', done);
      started.once('error', failed);
      started.once('exit', (code) => failed(new Error(`there is no database: ${code}`)));
    });
    return new Postgres(started, url);
  }

  async dispose(): Promise<void> {
    const gone = new Promise((done) => this.process.once('exit', done));
    // It drops the database when nobody holds the other end.
    this.process.stdin?.end();
    await gone;
  }
}
