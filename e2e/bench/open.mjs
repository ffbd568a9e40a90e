// Opens pages of the console again and again on two servers in turn, in fresh browsers' contexts, and prints what it cost:
// standard input {"servers": [{"url", "past", "running"}], "pages": [{"name", "login", "password", "path", "shown", "many": [..]}], "rounds"},
// standard output {"<page>": [{"milliseconds", "processor"}, …]}: medians, one a server.
//
// Started by `cargo xtask bench console`; by itself it measures nothing of use.
import { chromium } from '@playwright/test';
import { text } from 'node:stream/consumers';

const { servers, pages, rounds } = JSON.parse(await text(process.stdin));
const browser = await chromium.launch({
  executablePath: process.env.SWITCHBOARD_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

/** What the browser keeps of a sign-in (console/src/store/session.svelte.ts). */
async function signIn(url, { login, password }) {
  const answer = await fetch(`${url}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password }),
  });
  if (!answer.ok) throw new Error(`${login} cannot sign in: ${answer.status} ${await answer.text()}`);
  const { token, me } = await answer.json();
  const { id: agent, workspace, name } = me;
  return { token, id: crypto.randomUUID(), agent, workspace, login, name, mustChangePassword: false };
}

/** In the page: notes when as many things are there as there must be, and painted. */
function watch({ held, shown, many }) {
  localStorage.setItem('switchboard.sign-in', JSON.stringify(held));
  const look = () => {
    if (document.querySelectorAll(shown).length < many) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => (window.paintedAt = performance.now())));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
}

async function open(url, held, { path, shown }, many) {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' });
  try {
    const page = await context.newPage();
    await page.addInitScript(watch, { held, shown, many });
    const developer = await context.newCDPSession(page);
    await developer.send('Performance.enable');
    await page.goto(`${url}/console/${path}`);
    await page
      .waitForFunction(() => window.paintedAt !== undefined)
      .catch(async (late) => {
        const there = await page.locator(shown).count();
        throw new Error(`${page.url()} shows ${there} of ${many} lines`, { cause: late });
      });
    const milliseconds = await page.evaluate(() => window.paintedAt);
    const { metrics } = await developer.send('Performance.getMetrics');
    const processor = metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
    return { milliseconds, processor };
  } finally {
    await context.close();
  }
}

const median = (of) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)];
const answer = {};
for (const page of pages) {
  const signIns = [];
  for (const { url } of servers) signIns.push(await signIn(url, page));
  const opened = servers.map(() => []);
  // The first round warms what is never cold for an agent: the server's caches, the browser's compiled code.
  for (let round = -1; round < rounds; round += 1)
    for (const [n, { url }] of servers.entries()) {
      const cost = await open(url, signIns[n], page, page.many[n]);
      if (round >= 0) opened[n].push(cost);
    }
  answer[page.name] = opened.map((costs) => ({
    milliseconds: median(costs.map(({ milliseconds }) => milliseconds)),
    processor: median(costs.map(({ processor }) => processor)),
  }));
}
await browser.close();
console.log(JSON.stringify(answer));
