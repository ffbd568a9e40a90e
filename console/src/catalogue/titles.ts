/** What the supervisors' and the admins' pages are called, which the navigation needs before it loads them. */
import { Catalogue } from './catalogue.svelte';
import en from './titles.en';

export const titles = new Catalogue(en, { de: () => import('./titles.de'), ar: () => import('./titles.ar') });
export const t = titles.t;
