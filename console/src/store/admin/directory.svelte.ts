/** What ids are called. Read when a page first needs it, and again after a definition changed. */
import { call } from '../../api/client';
import type { Directory } from '../../api/schema';
import { t } from '../../catalogue/admin';
import { api } from '../session.svelte';

type Named = { id: string; name: string };
type Many = 'agents' | 'deployments' | 'buttons' | 'queues' | 'skills';

class Names {
  all = $state.raw<Directory | null>(null);
  #asked: Promise<void> | null = null;

  /** Once, however many pages ask. */
  need(): Promise<void> {
    this.#asked ??= this.reload();
    return this.#asked;
  }

  async reload(): Promise<void> {
    try {
      this.all = await call(api.GET('/directory'));
    } catch {
      // Names are missing until somebody asks again; what they name is shown nevertheless.
      this.#asked = null;
    }
  }

  list(kind: Many): readonly Named[] {
    return this.all?.[kind] ?? [];
  }

  items(kind: Many): { value: string; label: string }[] {
    return this.list(kind).map(({ id, name }) => ({ value: id, label: name }));
  }

  /** The name of an id; of one that is gone, that it is. */
  of(kind: Many, id: string | null | undefined): string {
    if (id === null || id === undefined) return '';
    return this.list(kind).find((each) => each.id === id)?.name ?? (this.all === null ? '…' : t('gone'));
  }
}

export const names = new Names();
