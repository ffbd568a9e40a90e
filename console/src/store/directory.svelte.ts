/** What the ids of a workspace are called. Read once after sign-in, and again when an id is met that it does not know. */
import { call } from '../api/client';
import type { AgentId, ButtonId, Directory, QueueId, SkillId } from '../api/schema';
import { speech } from '../catalogue/catalogue.svelte';
import { api } from './session.svelte';

const EMPTY: Directory = {
  workspace: { name: '', time_zone: 'UTC' },
  agents: [],
  deployments: [],
  buttons: [],
  queues: [],
  skills: [],
  away_reasons: [],
  decline_reasons: [],
};
/** How often it is asked for at most, in milliseconds. */
const SELDOM = 30_000;

class Names {
  all = $state.raw<Directory>(EMPTY);
  /** Once it was read. */
  readonly known = $derived(this.all !== EMPTY);
  #asked = 0;
  #agents = $derived(new Map(this.all.agents.map((agent) => [agent.id, agent])));
  #buttons = $derived(new Map(this.all.buttons.map(({ id, name }) => [id, name])));
  #queues = $derived(new Map(this.all.queues.map(({ id, name }) => [id, name])));
  #skills = $derived(new Map(this.all.skills.map(({ id, name }) => [id, name])));

  async load(): Promise<void> {
    this.#asked = Date.now();
    try {
      this.all = await call(api.GET('/directory'));
      speech.timeZone = this.all.workspace.time_zone;
    } catch {
      // Names are left out until the next try; nothing else depends on them.
    }
  }

  agent = (id: AgentId): string | null => this.#found(this.#agents.get(id)?.name);
  button = (id: ButtonId): string | null => this.#found(this.#buttons.get(id));
  queue = (id: QueueId): string | null => this.#found(this.#queues.get(id));
  skill = (id: SkillId): string | null => this.#found(this.#skills.get(id));

  #found(name: string | undefined): string | null {
    if (name === undefined && Date.now() - this.#asked > SELDOM) queueMicrotask(() => void this.load());
    return name ?? null;
  }
}

export const names = new Names();
