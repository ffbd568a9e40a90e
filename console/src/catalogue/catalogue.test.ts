import { describe, expect, it } from 'vitest';
import ar from './ar';
import { fill, preferred, type Sentence, type Sentences } from './catalogue.svelte';
import crmAr from './crm.ar';
import crmDe from './crm.de';
import crmEn from './crm.en';
import dataAr from './data.ar';
import dataDe from './data.de';
import dataEn from './data.en';
import de from './de';
import en from './en';

const forms = (sentence: Sentence): string[] => (typeof sentence === 'string' ? [sentence] : Object.values(sentence));
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

describe.each([
  ['de', 'the shell', de as Sentences, en as Sentences],
  ['ar', 'the shell', ar as Sentences, en],
  ['de', 'objects and rights', crmDe as Sentences, crmEn],
  ['ar', 'objects and rights', crmAr as Sentences, crmEn],
  ['de', 'data', dataDe as Sentences, dataEn],
  ['ar', 'data', dataAr as Sentences, dataEn],
])('%s, %s', (language, _, said, en) => {
  it('says all that English says, and nothing else', () => {
    expect(Object.keys(said).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(Object.entries(en))('%s', (key, english) => {
    const sentence = said[key]!;
    const wanted = placeholders(forms(english).at(-1)!);
    const whole = typeof sentence === 'string' ? sentence : sentence.other;
    expect(placeholders(whole)).toEqual(wanted);
    for (const form of forms(sentence)) {
      expect(form.trim()).not.toBe('');
      // A form for one or two may say the number in words.
      for (const name of placeholders(form)) expect(wanted).toContain(name);
    }
    expect(typeof sentence).toBe(typeof english);
    if (typeof sentence === 'string') return;
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    expect(Object.keys(sentence).sort()).toEqual([...needed].sort());
  });
});

describe('filling in', () => {
  it('chooses the form by number, and writes the number as the language does', () => {
    expect(fill({ one: 'One', other: '{n} of them' }, { n: 1 }, 'en')).toBe('One');
    expect(fill({ one: 'One', other: '{n} of them' }, { n: 1200 }, 'de')).toBe('1.200 of them');
    expect(fill({ few: 'قليل', other: 'كثير' }, { n: 3 }, 'ar')).toBe('قليل');
  });

  it('puts values in as they are: what looks like a placeholder in them stays', () => {
    expect(fill('Hello {name}', { name: '{name}<b>' }, 'en')).toBe('Hello {name}<b>');
    expect(fill('مرحبًا {name}', { name: 'May I?' }, 'ar-EG')).toBe('مرحبًا \u2068May I?\u2069');
    expect(fill('{name}: joined', { name: 'ليلى' }, 'en')).toBe('\u2068ليلى\u2069: joined');
  });

  it('the language is the first of ours that the browser asks for', () => {
    expect(preferred(['fr-FR', 'ar-EG', 'en'])).toBe('ar');
    expect(preferred(['fr'])).toBe('en');
  });
});
