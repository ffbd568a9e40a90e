/**
 * Every page: its address, who may see it, and how it is loaded. A page that is not for agents is a chunk of its own.
 *
 * The permission only hides what would be refused: the server checks each request itself.
 */
import type { Component } from 'svelte';
import type { Permission } from '../api/schema';
import { t } from '../catalogue';
import { office } from './office';

export interface Page {
  /** The first parts of the address; the longest match is shown. */
  path: string;
  title: () => string;
  /** One of these is needed; none: everybody. */
  needs: readonly Permission[];
  /** In which part of the navigation; null: found by link and palette only. */
  section: 'work' | 'supervise' | 'admin' | null;
  load: () => Promise<{ default: Component }>;
}

export const pages: readonly Page[] = [
  {
    path: '',
    title: () => t('page.desk'),
    needs: ['conversations.answer', 'queues.see_waiting', 'conversations.supervise'],
    section: 'work',
    load: () => import('../pages/agent/Desk.svelte'),
  },
  { path: 'account', title: () => t('page.account'), needs: [], section: null, load: () => import('../pages/account/Account.svelte') },
  ...office,
];

/** The page of an address; null when there is none. */
export function pageOf(path: string): Page | null {
  const desk = pages[0]!;
  if (path === '' || path === 'c' || path.startsWith('c/')) return desk;
  let best: Page | null = null;
  for (const page of pages) {
    if (page.path === '' || (path !== page.path && !path.startsWith(`${page.path}/`))) continue;
    if (best === null || page.path.length > best.path.length) best = page;
  }
  return best;
}

export const allowed = (page: Page, permissions: readonly Permission[]): boolean =>
  page.needs.length === 0 || page.needs.some((need) => permissions.includes(need));
