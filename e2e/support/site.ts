// A customer's web site: pages on an origin that is not the server's, as they are in life.

import { createServer, type Server } from 'node:http';

export class Site {
  private readonly pages = new Map<string, { html: string; headers: Record<string, string> }>();

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(): Promise<Site> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    // `localhost` and `127.0.0.1` are two sites for a browser.
    const site = new Site(server, `http://localhost:${address.port}`);
    server.on('request', (request, response) => {
      const found = site.pages.get(new URL(request.url ?? '/', site.origin).pathname);
      if (!found) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('not here');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...found.headers }).end(found.html);
    });
    return site;
  }

  /** Puts a page there and answers its address. */
  put(path: string, html: string, headers: Record<string, string> = {}): string {
    this.pages.set(path, { html, headers });
    return this.origin + path;
  }

  async dispose(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
