/** The catalogue of the supervisors' and the admins' pages, loaded with the first of them. */
import en from './admin.en';
import { Catalogue, speech } from './catalogue.svelte';

export const admin = new Catalogue(en, { de: () => import('./admin.de'), ar: () => import('./admin.ar') });
export const t = admin.t;

/** It may come after the language was chosen. */
export const ready = (): Promise<void> => admin.load(speech.language);
