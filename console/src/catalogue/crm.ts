/** The catalogue of the pages about objects, fields and rights of the CRM, loaded with the first of them. */
import { ready as adminReady } from './admin';
import { Catalogue, speech } from './catalogue.svelte';
import en from './crm.en';

export const crm = new Catalogue(en, { de: () => import('./crm.de'), ar: () => import('./crm.ar') });
export const t = crm.t;

/** It may come after the language was chosen; parts that all admins' pages share bring their own. */
export const ready = async (): Promise<void> => {
  await Promise.all([crm.load(speech.language), adminReady()]);
};
