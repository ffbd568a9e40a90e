/** Where the agent may send conversations now. */
import { call } from '../../api/client';
import type { TransferChoice } from '../../api/schema';
import { api } from '../../store/session.svelte';

export async function targets(): Promise<TransferChoice[]> {
  const { targets } = await call(api.GET('/transfer-targets'));
  // Those who can take it first; by name among them.
  return targets.sort((a, b) => Number(b.available) - Number(a.available) || a.name.localeCompare(b.name));
}
