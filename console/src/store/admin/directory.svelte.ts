/** What ids are called, as lists to choose from: over the directory that everybody has. */
import { t } from '../../catalogue/admin';
import { names as directory } from '../directory.svelte';

type Many = 'agents' | 'deployments' | 'buttons' | 'queues' | 'skills';

export const names = {
  /** Whether it came yet. */
  get known(): boolean {
    return directory.all.workspace.name !== '';
  },
  get workspace() {
    return directory.all.workspace;
  },
  need: async (): Promise<void> => {
    if (directory.all.workspace.name === '') await directory.load();
  },
  /** After a definition changed. */
  reload: (): Promise<void> => directory.load(),
  list: (kind: Many): readonly { id: string; name: string }[] => directory.all[kind],
  items: (kind: Many): { value: string; label: string }[] => directory.all[kind].map(({ id, name }) => ({ value: id, label: name })),
  /** The name of an id; of one that is gone, that it is. */
  of(kind: Many, id: string | null | undefined): string {
    if (id === null || id === undefined) return '';
    return directory.all[kind].find((each) => each.id === id)?.name ?? (names.known ? t('gone') : '…');
  },
};
