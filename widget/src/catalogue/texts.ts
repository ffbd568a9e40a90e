// Texts for people, in the visitor's language: the catalogue's, or the deployment's own in place of single ones.
import type { Key, PluralKey } from './en';

/** The texts of a language, whatever forms its plurals have. */
export type AnyCatalogue = { readonly [K in Key]: string } & {
  readonly [K in PluralKey]: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };
};

/** The languages there are. Another one is a file like `de.ts`, and a line here. */
export const languages = {
  en: (): Promise<AnyCatalogue> => import('./en').then((module) => module.en),
  de: (): Promise<AnyCatalogue> => import('./de').then((module) => module.de),
  ar: (): Promise<AnyCatalogue> => import('./ar').then((module) => module.ar),
};

export type Language = keyof typeof languages;

/** The wish that gave a language, such as `en-GB`, whose dates and numbers differ from those of `en`. */
export function localeFor(language: Language, wishes: readonly (string | null | undefined)[]): string {
  for (const wish of wishes) {
    try {
      if (wish && primaryOf(wish) === language && Intl.DateTimeFormat.supportedLocalesOf(wish).length > 0) return wish;
    } catch {
      // Not a language tag.
    }
  }
  return language;
}

/** The best of our languages for wishes in order of preference (BCP 47); English if there is none. */
export function languageFor(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const primary = primaryOf(wish ?? '');
    if (has(languages, primary)) return primary as Language;
  }
  return 'en';
}

function primaryOf(tag: string): string {
  return tag.toLowerCase().split(/[-_]/)[0] ?? '';
}

export function directionOf(language: string): 'ltr' | 'rtl' {
  return /^(ar|arc|ckb|dv|fa|he|ks|ku|ps|sd|syr|ug|ur|yi)\b/i.test(language) ? 'rtl' : 'ltr';
}

export type Values = Readonly<Record<string, string | number>>;

export class Texts {
  readonly language: string;
  private readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
  private readonly catalogue: AnyCatalogue;
  private readonly own: Readonly<Record<string, string>>;
  private readonly plurals: Intl.PluralRules;
  private readonly numbers: Intl.NumberFormat;
  private readonly times: Intl.DateTimeFormat;
  private readonly days: Intl.DateTimeFormat;
  private readonly moments: Intl.DateTimeFormat;

  /**
   * @param own The deployment's texts by key; a form of a plural is `key.form`.
   * @param locale How dates and numbers are written.
   */
  constructor(language: Language, catalogue: AnyCatalogue, own: Readonly<Record<string, string>> = {}, locale: string = language) {
    this.language = language;
    this.locale = locale;
    this.direction = directionOf(language);
    this.catalogue = catalogue;
    this.own = own;
    this.plurals = new Intl.PluralRules(language);
    this.numbers = new Intl.NumberFormat(locale);
    this.times = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
    this.days = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
    this.moments = new Intl.DateTimeFormat(locale, {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      hour: 'numeric',
      minute: '2-digit',
    });
  }

  say(key: Key, values: Values = {}): string {
    return this.filled(this.override(key) ?? this.catalogue[key], values);
  }

  /** `count` decides on the form and is itself a value. */
  count(key: PluralKey, count: number, values: Values = {}): string {
    const form = this.plurals.select(count);
    const forms = this.catalogue[key];
    const text = this.override(`${key}.${form}`) ?? this.override(key) ?? forms[form] ?? forms.other;
    return this.filled(text, { ...values, count });
  }

  number(number: number): string {
    return this.numbers.format(number);
  }

  /** The time of day. */
  time(at: number): string {
    return this.times.format(at);
  }

  day(at: number): string {
    return this.days.format(at);
  }

  /** Day and time. */
  moment(at: number): string {
    return this.moments.format(at);
  }

  /** A file's size. */
  size(bytes: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
    const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
    const style = { style: 'unit', unit: units[step] ?? 'byte', unitDisplay: 'short', maximumFractionDigits: step > 1 ? 1 : 0 } as const;
    return new Intl.NumberFormat(this.locale, style).format(bytes / 1000 ** step);
  }

  private override(key: string): string | undefined {
    return has(this.own, key) ? this.own[key] : undefined;
  }

  /** Values are isolated (FSI … PDI), so that a name in another script does not turn the sentence around. */
  private filled(text: string, values: Values): string {
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = has(values, name) ? values[name] : undefined;
      if (value === undefined) return whole;
      return typeof value === 'number' ? this.number(value) : `\u2068${value.replace(/[\u202A-\u202E\u2066-\u2069]/g, '')}\u2069`;
    });
  }
}

function has(of: object, name: string): boolean {
  return Object.prototype.hasOwnProperty.call(of, name);
}
