/** The catalogue of what is loaded first: the shell and the agent's workspace. */
import { Catalogue } from './catalogue.svelte';
import en from './en';

export const core = new Catalogue(en, { de: () => import('./de'), ar: () => import('./ar') });
export const t = core.t;
