/** The catalogue of the supervisors' and the admins' pages, loaded with the first of them. */
import { Catalogue, speech, type Complete } from './catalogue.svelte';
import setUp from './admin.en';
import supervise from './supervise.en';

const en = { ...setUp, ...supervise };
type Whole = { default: Complete<typeof en> };
const both = async (parts: readonly Promise<{ default: object }>[]): Promise<Whole> => {
  const [one, other] = await Promise.all(parts);
  return { default: { ...one!.default, ...other!.default } as Whole['default'] };
};

export const admin = new Catalogue(en, {
  de: () => both([import('./admin.de'), import('./supervise.de')]),
  ar: () => both([import('./admin.ar'), import('./supervise.ar')]),
});
export const t = admin.t;

/** It may come after the language was chosen. */
export const ready = (): Promise<void> => admin.load(speech.language);
