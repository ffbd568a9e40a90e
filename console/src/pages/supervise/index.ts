/** The supervisors' pages, and those about what happened. */
export { ready } from '../../catalogue/admin';
export { default as Board } from './Board.svelte';
export { default as Figures } from './Figures.svelte';
export { default as History } from './History.svelte';
export { default as OfflineMessages } from './OfflineMessages.svelte';
