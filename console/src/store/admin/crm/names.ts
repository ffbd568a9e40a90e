/** Names by which programs call what people call by labels. */

/** The longest name, without the ending that the server gives it. */
export const LONGEST_NAME = 40;

/** Letters that are no letter and a mark, and so are not taken apart by Unicode. */
const WRITTEN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  å: 'a',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  œ: 'oe',
  ı: 'i',
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
};

/**
 * A name as the server takes it, made from a label: `Größe (cm)` is `Groesse_cm`. Empty where the label has no letter that a name can have.
 */
export function proposedName(label: string): string {
  const written = [...label.normalize('NFC')].map((letter) => {
    const small = letter.toLowerCase();
    const other = WRITTEN[small];
    if (other === undefined) return letter;
    return small === letter ? other : other.charAt(0).toUpperCase() + other.slice(1);
  });
  const plain = written
    .join('')
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    // What an apostrophe parts belongs together.
    .replace(/['’]/g, '')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^[^A-Za-z]+/, '');
  return plain.slice(0, LONGEST_NAME).replace(/_+$/, '');
}

/** The name without the ending of what is custom. */
export const bare = (name: string): string => name.replace(/__c$/i, '');

/** Whether it is none that the server takes; it says the same more fully. */
export const isName = (name: string): boolean =>
  name.length <= LONGEST_NAME && /^[A-Za-z]([A-Za-z0-9_]*[A-Za-z0-9])?$/.test(name) && !name.includes('__');

/** Whether both mean the same: `Invoice__c` is `invoice__C`. */
export const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
