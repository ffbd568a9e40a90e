/**
 * Every sentence that people read, in their language.
 *
 * English is the source: its keys are the type that other languages must complete, and a test compares their placeholders and plurals. An area
 * of the console that is loaded later brings a catalogue of its own by {@link catalogue}, so that the first load carries only what it shows.
 */

/** Forms by CLDR plural category of the parameter `n`. */
export type Plural = { readonly other: string } & { readonly [form in 'zero' | 'one' | 'two' | 'few' | 'many']?: string };
export type Sentence = string | Plural;
export type Sentences = Readonly<Record<string, Sentence>>;
/** What another language must say, given the English one. */
export type Complete<T extends Sentences> = { readonly [key in keyof T]: Sentence };

export const LANGUAGES = ['en', 'de', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];
/** Each in itself. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch', ar: 'العربية' };
const RIGHT_TO_LEFT: readonly Language[] = ['ar'];

export type Parameters = Readonly<Record<string, string | number>>;

interface Loadable {
  load(language: Language): Promise<void>;
}

const all: Loadable[] = [];

class Speech {
  language = $state<Language>('en');
  /** IANA name; the browser's own unless the workspace says. */
  timeZone = $state<string | undefined>(undefined);
  /** The language as the browser's region writes it: `en-GB` has other dates than `en-US`. */
  readonly locale = $derived(navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === this.language) ?? this.language);
  readonly direction = $derived<'ltr' | 'rtl'>(RIGHT_TO_LEFT.includes(this.language) ? 'rtl' : 'ltr');
}

/** The language now. */
export const speech = new Speech();

/** Every catalogue in use is loaded first, so that no page is ever half in one language. */
export async function speak(language: Language): Promise<void> {
  await Promise.all(all.map((catalogue) => catalogue.load(language)));
  speech.language = language;
}

/** The best of ours for what the browser asks for. */
export function preferred(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const match = LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (match !== undefined) return match;
  }
  return 'en';
}

export class Catalogue<T extends Sentences> implements Loadable {
  #said = $state.raw<Readonly<Record<string, Sentence>>>({});

  constructor(
    private readonly english: T,
    private readonly others: { [language in Exclude<Language, 'en'>]: () => Promise<{ default: Complete<T> }> },
  ) {
    this.#said = english;
    all.push(this);
  }

  async load(language: Language): Promise<void> {
    this.#said = language === 'en' ? this.english : (await this.others[language]()).default;
  }

  /** The sentence of a key; `n` chooses the plural form. Values are put in as text. */
  readonly t = (key: keyof T & string, values: Parameters = {}): string =>
    fill(this.#said[key] ?? this.english[key]!, values, speech.locale);

  /** Whether there is such a key: for codes that the server may add to. */
  readonly knows = (key: string): key is keyof T & string => key in this.english;
}

/** A sentence with its values. */
export function fill(sentence: Sentence, values: Parameters, language: string): string {
  const form = typeof sentence === 'string' ? sentence : (sentence[plural(language).select(Number(values.n))] ?? sentence.other);
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(language).format(value) : isolated(value, language);
  });
}

const LETTERS_RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** Kept apart (FSI … PDI) where the sentence and what is put into it may run in two directions: neither turns the other around. */
function isolated(value: string, language: string): string {
  const rightToLeft = RIGHT_TO_LEFT.some((code) => language === code || language.startsWith(`${code}-`));
  return rightToLeft || LETTERS_RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;
}

const plurals = new Map<string, Intl.PluralRules>();
function plural(language: string): Intl.PluralRules {
  const known = plurals.get(language) ?? new Intl.PluralRules(language);
  plurals.set(language, known);
  return known;
}

const numbers = new Map<string, Intl.NumberFormat>();
function number(language: string): Intl.NumberFormat {
  const known = numbers.get(language) ?? new Intl.NumberFormat(language);
  numbers.set(language, known);
  return known;
}
