/** How far a new workspace is, read from the server's own state. */
import { call } from '../../api/client';
import { refusalFrom, type Refusal } from '../../api/problem';
import type { Snippets } from '../../api/schema';
import { api } from '../session.svelte';
import { everyOne } from './definitions';
import { readWorkspace } from './requests';
import { readSnippets } from './snippets';

const KEYS = ['workspace', 'agent', 'button', 'online', 'chat', 'answer'] as const;
export type StepKey = (typeof KEYS)[number];

class Steps {
  refusal = $state.raw<Refusal | null>(null);
  /** Whether there is a place to come from, which is a half of the third step. */
  hasDeployment = $state(false);
  #done = $state.raw<ReadonlySet<StepKey>>(new Set());
  #snippets = $state.raw<Snippets | null>(null);

  readonly list = $derived(KEYS.map((key) => ({ key, done: this.#done.has(key) })));

  /** The chat window itself, as a page with the deployment code would open it. */
  readonly testPage = $derived.by(() => {
    if (this.#snippets?.button_id == null) return null;
    const { organisation_id, deployment_id, button_id } = this.#snippets;
    const query = new URLSearchParams({ org_id: organisation_id, deployment_id });
    return `/content/s/chat?${query}#${new URLSearchParams({ deployment_id, org_id: organisation_id, button_id })}`;
  });

  async check(): Promise<void> {
    try {
      const first = <T>(list: T[]) => list[0];
      const history = (state?: 'active' | 'ended') => call(api.GET('/admin/history', { params: { query: { limit: 50, state } } }));
      const [workspace, agents, deployments, buttons, asked] = await Promise.all([
        readWorkspace(),
        everyOne('agents', 500),
        everyOne('deployments', 500),
        everyOne('buttons', 500),
        history(),
      ]);
      const done = new Set<StepKey>();
      // A fresh workspace is called `default` and keeps UTC.
      if (workspace.settings.name !== 'default' || workspace.settings.time_zone !== 'UTC') done.add('workspace');
      const answers = agents.filter((agent) => agent.settings.active);
      if (answers.length > 1) done.add('agent');
      const button = first(buttons.filter((each) => each.settings.active));
      const deployment = first(deployments);
      this.hasDeployment = deployment !== undefined;
      if (button !== undefined && deployment !== undefined) done.add('button');
      // Whoever is online will do; that it is somebody else is shown by the button, which stays.
      if (agents.some((agent) => agent.presence.status === 'online')) done.add('online');
      if (asked.items.length > 0) done.add('chat');
      if (asked.items.some((item) => item.answered_at != null && item.agent_messages > 0)) done.add('answer');
      this.#done = done;
      if (this.#snippets === null && button !== undefined && deployment !== undefined)
        this.#snippets = await readSnippets(deployment.id, button.id);
      this.refusal = null;
    } catch (thrown) {
      this.refusal = refusalFrom(thrown);
    }
  }

  /** Looks again while somebody looks: every few seconds, and when the page is turned to. */
  follow(): () => void {
    const look = () => document.visibilityState === 'visible' && void this.check();
    look();
    const timer = setInterval(look, 4_000);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }
}

export const steps = new Steps();

export const goOnline = () => call(api.PUT('/me/presence', { body: { status: 'online', note: null } }));
