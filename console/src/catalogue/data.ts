/** What the data page says, loaded with it. */
import { Catalogue, speech } from './catalogue.svelte';
import { ready as admin } from './admin';
import en from './data.en';

export const data = new Catalogue(en, { de: () => import('./data.de'), ar: () => import('./data.ar') });
export const t = data.t;

/** It may come after the language was chosen. The parts of forms that the page shares with the admins' bring their words. */
export const ready = async (): Promise<void> => void (await Promise.all([data.load(speech.language), admin()]));
