/** Addresses in what people write: recognised so that they can be pressed, and never more than http(s). Pure. */

export interface Piece {
  text: string;
  /** Where it leads; null for plain text. */
  href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'`{}|\\^]+/giu;
/** What ends a sentence rather than an address. */
const TRAILING = /[.,:;!?…»”’)\]]+$/u;
/** Characters that turn the direction of a line, or are not seen at all: an address with one of them is not what it looks like. */
const DECEIVING = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;
/** Longer ones are text: nobody reads them before pressing them. */
const LONGEST = 2_000;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = leadsTo(address);
    if (href === null) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index), href: null });
    found.push({ text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ text: text.slice(from), href: null });
  return found;
}

/** The address, when it is http(s), shows where it leads and carries no name and password; null otherwise. */
export function leadsTo(address: string): string | null {
  if (address.length > LONGEST || DECEIVING.test(address)) return null;
  try {
    const url = new URL(address);
    const plain = url.protocol === 'http:' || url.protocol === 'https:';
    return plain && url.username === '' && url.password === '' && url.hostname !== '' ? url.href : null;
  } catch {
    return null;
  }
}

/** Without the punctuation that follows; a closing bracket stays where the address has an opening one. */
function trimmed(address: string): string {
  const bare = address.replace(TRAILING, '');
  const rest = address.slice(bare.length);
  return rest.startsWith(')') && bare.includes('(') && !bare.includes(')') ? `${bare})` : bare;
}
