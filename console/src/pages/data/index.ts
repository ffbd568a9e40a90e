/** The page of the CRM's records. */
export { ready } from '../../catalogue/data';
export { default as Data } from './Data.svelte';
