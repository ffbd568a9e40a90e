/** The catalogue of the supervisors' and the admins' pages, loaded with the first of them. */
import { Catalogue, speech, type Complete } from './catalogue.svelte';
import setUp from './admin.en';
import apps from './apps.en';
import supervise from './supervise.en';

const en = { ...setUp, ...apps, ...supervise };
type Whole = { default: Complete<typeof en> };
const together = async (parts: readonly Promise<{ default: object }>[]): Promise<Whole> => {
  const loaded = await Promise.all(parts);
  return { default: Object.assign({}, ...loaded.map((part) => part.default)) as Whole['default'] };
};

export const admin = new Catalogue(en, {
  de: () => together([import('./admin.de'), import('./apps.de'), import('./supervise.de')]),
  ar: () => together([import('./admin.ar'), import('./apps.ar'), import('./supervise.ar')]),
});
export const t = admin.t;

/** It may come after the language was chosen. */
export const ready = (): Promise<void> => admin.load(speech.language);
