/** The pages of the CRM's administration: what records are made of, and who may what. */
export { ready } from '../../../catalogue/crm';
export { default as Objects } from './Objects.svelte';
export { default as Rights } from './Rights.svelte';
