/** One's own second factor. */
import { call } from '../api/client';
import type { TotpEnrolment } from '../api/schema';
import { desk } from './desk.svelte';
import { api } from './session.svelte';

/** A key for an authenticator. It counts once a code of it is confirmed. */
export const beginTotp = (): Promise<TotpEnrolment> => call(api.POST('/me/totp', {}));
export const confirmTotp = (code: string): Promise<void> => settle('/me/totp/confirm', code);
export const removeTotp = (code: string): Promise<void> => settle('/me/totp/remove', code);

async function settle(path: '/me/totp/confirm' | '/me/totp/remove', code: string): Promise<void> {
  await call(api.POST(path, { body: { code: code.replace(/\s/g, '') } }));
  const me = await call(api.GET('/me'));
  desk.dispatch({ type: 'streamed', events: [{ position: null, event: { event: 'me_changed', me } }] });
}
