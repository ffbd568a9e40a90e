/** The pages of supervisors and admins. Each group is one chunk, which brings its catalogue; only their names are known before. */
import type { Component } from 'svelte';
import type { Permission } from '../api/schema';
import { t, titles } from '../catalogue/titles';
import type { Page } from './pages';

type Title = Parameters<typeof titles.t>[0];
const loadAdmin = () => import('../pages/admin');
const loadCrm = () => import('../pages/admin/crm');
const loadData = () => import('../pages/data');
const loadSupervise = () => import('../pages/supervise');

/** The language may have been chosen before the catalogue came. */
async function shown<Group extends { ready: () => Promise<void> }>(group: Promise<Group>, pick: (group: Group) => Component) {
  const loaded = await group;
  await loaded.ready();
  return { default: pick(loaded) };
}

type Admin = Awaited<ReturnType<typeof loadAdmin>>;
const admin = (path: string, title: Title, need: Permission, pick: (group: Admin) => Component): Page => ({
  path: `admin/${path}`,
  title: () => t(title),
  needs: [need],
  section: 'admin',
  load: () => shown(loadAdmin(), pick),
});

type Crm = Awaited<ReturnType<typeof loadCrm>>;
const crm = (path: string, title: Title, pick: (group: Crm) => Component): Page => ({
  path: `admin/${path}`,
  title: () => t(title),
  needs: ['workspace.manage'],
  section: 'admin',
  load: () => shown(loadCrm(), pick),
});

type Supervise = Awaited<ReturnType<typeof loadSupervise>>;
const supervise = (
  path: string,
  title: Title,
  need: Permission,
  pick: (group: Supervise) => Component,
  section: Page['section'],
): Page => ({
  path,
  title: () => t(title),
  needs: [need],
  section,
  load: () => shown(loadSupervise(), pick),
});

export const office: readonly Page[] = [
  supervise('offline-messages', 'offline_messages', 'offline_messages.answer', (group) => group.OfflineMessages, 'work'),
  // Everybody's: what of the records somebody sees, the CRM's own rights say.
  { path: 'data', title: () => t('data'), needs: [], section: 'work', load: () => shown(loadData(), (group) => group.Data) },
  supervise('supervise', 'board', 'conversations.supervise', (group) => group.Board, 'supervise'),
  supervise('history', 'history', 'history.read', (group) => group.History, 'supervise'),
  supervise('figures', 'figures', 'figures.read', (group) => group.Figures, 'supervise'),
  admin('start', 'start', 'workspace.manage', (group) => group.Start),
  admin('connect', 'connect', 'deployments.manage', (group) => group.Connect),
  admin('deployments', 'deployments', 'deployments.manage', (group) => group.Deployments),
  admin('buttons', 'buttons', 'deployments.manage', (group) => group.Buttons),
  admin('queues', 'queues', 'queues.manage', (group) => group.Queues),
  admin('skills', 'skills', 'queues.manage', (group) => group.Skills),
  admin('agents', 'agents', 'agents.manage', (group) => group.Agents),
  admin('roles', 'roles', 'roles.manage', (group) => group.Roles),
  admin('hours', 'hours', 'deployments.manage', (group) => group.Hours),
  admin('quick-texts', 'quick_texts', 'quick_texts.manage', (group) => group.QuickTexts),
  admin('rules', 'rules', 'rules.manage', (group) => group.Rules),
  admin('blocks', 'blocks', 'visitors.block', (group) => group.Blocks),
  admin('old-ids', 'old_ids', 'deployments.manage', (group) => group.OldIds),
  admin('connected-apps', 'connected_apps', 'workspace.manage', (group) => group.ConnectedApps),
  crm('objects', 'objects', (group) => group.Objects),
  crm('rights', 'rights', (group) => group.Rights),
  admin('import', 'import', 'deployments.manage', (group) => group.Import),
  admin('workspace', 'workspace', 'workspace.manage', (group) => group.Workspace),
  admin('audit', 'audit', 'audit.read', (group) => group.Audit),
];
