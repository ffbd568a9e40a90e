/** The admins' pages, loaded together: whoever opens one opens others. */
export { ready } from '../../catalogue/admin';
export { default as Agents } from './Agents.svelte';
export { default as Audit } from './Audit.svelte';
export { default as Blocks } from './Blocks.svelte';
export { default as Buttons } from './Buttons.svelte';
export { default as Connect } from './Connect.svelte';
export { default as Deployments } from './Deployments.svelte';
export { default as Guide } from './Guide.svelte';
export { default as Hours } from './Hours.svelte';
export { default as Import } from './Import.svelte';
export { default as OldIds } from './OldIds.svelte';
export { default as Queues } from './Queues.svelte';
export { default as QuickTexts } from './QuickTexts.svelte';
export { default as Roles } from './Roles.svelte';
export { default as Rules } from './Rules.svelte';
export { default as Skills } from './Skills.svelte';
export { default as Start } from './Start.svelte';
export { default as Workspace } from './Workspace.svelte';
