/** The pages of supervisors and admins: their catalogue comes with the first of them. */
import { t } from '../catalogue/titles';
import type { Page } from './pages';

const load =
  (page: Page['load']): Page['load'] =>
  async () => {
    const [loaded, { ready }] = await Promise.all([page(), import('../catalogue/admin')]);
    await ready();
    return loaded;
  };

export const office: readonly Page[] = [
  {
    path: 'admin/deployments',
    title: () => t('deployments'),
    needs: ['deployments.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/Deployments.svelte')),
  },
  {
    path: 'admin/buttons',
    title: () => t('buttons'),
    needs: ['deployments.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/Buttons.svelte')),
  },
  {
    path: 'admin/queues',
    title: () => t('queues'),
    needs: ['queues.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/Queues.svelte')),
  },
  {
    path: 'admin/skills',
    title: () => t('skills'),
    needs: ['queues.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/Skills.svelte')),
  },
  {
    path: 'admin/agents',
    title: () => t('agents'),
    needs: ['agents.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/Agents.svelte')),
  },
  {
    path: 'admin/roles',
    title: () => t('roles'),
    needs: ['roles.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/Roles.svelte')),
  },
  {
    path: 'admin/quick-texts',
    title: () => t('quick_texts'),
    needs: ['quick_texts.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/QuickTexts.svelte')),
  },
  {
    path: 'admin/rules',
    title: () => t('rules'),
    needs: ['rules.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/Rules.svelte')),
  },
  {
    path: 'admin/blocks',
    title: () => t('blocks'),
    needs: ['visitors.block'],
    section: 'admin',
    load: load(() => import('../pages/admin/Blocks.svelte')),
  },
  {
    path: 'admin/old-ids',
    title: () => t('old_ids'),
    needs: ['deployments.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/OldIds.svelte')),
  },
  {
    path: 'admin/workspace',
    title: () => t('workspace'),
    needs: ['workspace.manage'],
    section: 'admin',
    load: load(() => import('../pages/admin/Workspace.svelte')),
  },
  {
    path: 'admin/audit',
    title: () => t('audit'),
    needs: ['audit.read'],
    section: 'admin',
    load: load(() => import('../pages/admin/Audit.svelte')),
  },
];
