import { describe, expect, it } from 'vitest';
import { ar } from '../../src/catalogue/ar';
import { de } from '../../src/catalogue/de';
import { en } from '../../src/catalogue/en';
import { directionOf, languageFor, localeFor, Texts } from '../../src/catalogue/texts';

const languages = { en, de, ar } as const;
const forms = (text: string | object) => (typeof text === 'string' ? [text] : Object.values(text));
const braces = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('the catalogue', () => {
  it.each(Object.entries(languages))('says everything in %s, with the values that English has', (_, catalogue) => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(catalogue)) {
      const known = new Set(forms(en[key as keyof typeof en]).flatMap(braces));
      for (const form of forms(text)) {
        expect(form.trim(), key).not.toBe('');
        expect(form, key).not.toMatch(/[<>]/);
        // A form such as "one" may leave its number out.
        expect([...new Set([...braces(form), 'count'])].sort(), key).toEqual([...new Set([...known, 'count'])].sort());
      }
    }
  });

  it.each(Object.entries(languages))('has every form of a plural in %s', (language, catalogue) => {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
    for (const [key, text] of Object.entries(catalogue))
      if (typeof text !== 'string') expect(Object.keys(text).sort(), key).toEqual(wanted);
  });
});

describe('texts', () => {
  const english = new Texts('en', en, { title: 'Help', 'new_messages.one': 'One is new' });

  it('are filled with values that cannot turn the sentence around', () => {
    expect(english.say('typing', { name: 'Ada' })).toBe('\u2068Ada\u2069 is typing…');
    expect(english.say('typing', { name: '\u202Eada\u2066' })).toBe('\u2068ada\u2069 is typing…');
    expect(english.say('typing', { name: '{name}' })).toBe('\u2068{name}\u2069 is typing…');
    expect(english.say('typing')).toBe('{name} is typing…');
  });

  it('go by numbers', () => {
    expect([1, 2].map((n) => english.count('launcher_unread', n))).toEqual(['1 unread message', '2 unread messages']);
    const arabic = new Texts('ar', ar);
    expect([1, 2, 3, 11].map((n) => arabic.count('new_messages', n).replace(/[\d٠-٩]+/, '#'))).toEqual([
      'رسالة جديدة واحدة',
      'رسالتان جديدتان',
      '# رسائل جديدة',
      '# رسالة جديدة',
    ]);
  });

  it('can be the deployment’s own', () => {
    expect([english.say('title'), english.count('new_messages', 1), english.count('new_messages', 2)]).toEqual([
      'Help',
      'One is new',
      '2 new messages',
    ]);
    const hostile = JSON.parse('{"__proto__": {"send": "x"}}') as Record<string, string>;
    expect(new Texts('en', en, hostile).say('send')).toBe('Send');
  });

  it('are in the first language that there is', () => {
    expect(languageFor(['pt-BR', null, 'de-AT', 'en'])).toBe('de');
    expect(languageFor(['toString', 'AR_EG'])).toBe('ar');
    expect(languageFor([])).toBe('en');
    expect([localeFor('en', ['fr', 'en-GB', 'en']), localeFor('de', ['!!'])]).toEqual(['en-GB', 'de']);
    expect([directionOf('ar'), directionOf('he-IL'), directionOf('arn'), directionOf('de')]).toEqual(['rtl', 'rtl', 'ltr', 'ltr']);
  });

  it('say sizes as people do', () => {
    expect([0, 999, 1500, 2_500_000].map((bytes) => english.size(bytes))).toEqual(['0 byte', '999 byte', '2 kB', '2.5 MB']);
  });
});
