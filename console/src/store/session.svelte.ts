/**
 * Who is signed in, in all tabs, and the API with that sign-in.
 *
 * A sign-in that is no longer good takes nothing away: the page stays as it is with its drafts, and asks for the password again in a dialog.
 */
import { call, createApi, type Api } from '../api/client';
import type { Me, SignedIn } from '../api/schema';
import { clock } from './clock.svelte';
import { isRecord, kept } from './kept';

export const BASE = `${location.origin}/api/v1`;

interface Held {
  token: string;
  /** Made at sign-in: tabs of one sign-in share a stream. */
  id: string;
  agent: string;
  workspace: string;
  login: string;
  name: string;
  mustChangePassword: boolean;
}

const isHeld = (value: unknown): value is Held | null =>
  value === null || (isRecord(value) && typeof value.token === 'string' && typeof value.id === 'string' && typeof value.agent === 'string');
const KEY = 'switchboard.sign-in';
const store = kept<Held | null>(() => localStorage, KEY, null, isHeld);

export interface Credentials {
  workspace: string | null;
  login: string;
  password: string;
  totp: string | null;
}

class Session {
  held = $state.raw<Held | null>(store.read());
  /** The sign-in that `held` names is no longer good. */
  expired = $state(false);

  constructor() {
    addEventListener('storage', ({ key }) => {
      if (key !== KEY && key !== null) return;
      // Another tab signed in or out.
      const held = store.read();
      if (held?.token === this.held?.token && held?.mustChangePassword === this.held?.mustChangePassword) return;
      if (held !== null && this.held !== null && held.agent !== this.held.agent) location.reload();
      this.held = held;
      this.expired = false;
    });
  }

  get in(): boolean {
    return this.held !== null && !this.held.mustChangePassword;
  }

  async signIn({ workspace, login, password, totp }: Credentials): Promise<void> {
    const body = { login, password, ...(workspace === null ? {} : { workspace }), ...(totp === null ? {} : { totp }) };
    const answer: SignedIn = await call(api.POST('/sign-in', { body, headers: { Authorization: null } }));
    const { token, me, password_change_required } = answer;
    if (this.held !== null && this.held.agent !== me.id) {
      // Somebody else at the same desk: nothing of the one before is shown or sent.
      store.write(null);
      this.#hold(token, me, password_change_required);
      location.reload();
      return;
    }
    this.#hold(token, me, password_change_required);
  }

  #hold(token: string, me: Me, mustChangePassword: boolean): void {
    const { id: agent, workspace, login, name } = me;
    this.held = { token, id: crypto.randomUUID(), agent, workspace, login, name, mustChangePassword };
    this.expired = false;
    store.write(this.held);
  }

  async changePassword(current: string, wanted: string): Promise<void> {
    await call(api.POST('/me/password', { body: { current, new: wanted } }));
    if (this.held === null) return;
    this.held = { ...this.held, mustChangePassword: false };
    store.write(this.held);
  }

  async signOut(): Promise<void> {
    const done = call(api.DELETE('/sign-in')).catch(() => undefined);
    await done;
    this.forget();
  }

  forget(): void {
    store.write(null);
    this.held = null;
    this.expired = false;
  }

  /** Called by every request that is refused for its token. */
  lost(token: string): void {
    if (this.held?.token === token) this.expired = true;
  }
}

export const session = new Session();

export const api: Api = createApi({
  base: BASE,
  token: () => session.held?.token ?? null,
  onSignedOut: (token) => session.lost(token),
  fetch: async (request) => {
    const response = await fetch(request);
    clock.heard(response.headers.get('date'));
    return response;
  },
});
