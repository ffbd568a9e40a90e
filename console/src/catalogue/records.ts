/** What the desk says about records, loaded with the first look at them. */
import { Catalogue, speech } from './catalogue.svelte';
import en from './records.en';

export const records = new Catalogue(en, { de: () => import('./records.de'), ar: () => import('./records.ar') });
export const t = records.t;

/** It may come after the language was chosen. */
export const ready = (): Promise<void> => records.load(speech.language);
