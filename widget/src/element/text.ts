// Texts of others, made fit to be shown: always as text, with nothing that could pass for something else.

/** Characters that turn writing around beyond their own text, and controls that show as nothing. Line breaks and tabs stay. */
const TURNING = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB]/g;

/** An address as people write it. Ends before what cannot be in one, so that no hidden character is part of a link. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`{}|\\^\u0000-\u0020\u007F-\u00A0\u200B-\u200F\u2028-\u202F\u2060-\u206F\uFEFF]{1,2000}/gi;

export type Piece = { text: string; href: string | null };

/** A text without what turns it around. Directional marks and joiners, which scripts need, stay. */
export function inert(text: string): string {
  return text.replace(TURNING, '');
}

/** A text of one line, such as a name. */
export function inertLine(text: string): string {
  return inert(text).replace(/\s+/g, ' ').trim();
}

/** A text in pieces, some of them links to http and https addresses. */
export function linked(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const clean = inert(text);
  for (const match of clean.matchAll(ADDRESS)) {
    const shown = withoutEnd(match[0]);
    const href = safe(shown);
    if (href === null) continue;
    if (match.index > from) pieces.push({ text: clean.slice(from, match.index), href: null });
    pieces.push({ text: shown, href });
    from = match.index + shown.length;
  }
  if (from < clean.length || pieces.length === 0) pieces.push({ text: clean.slice(from), href: null });
  return pieces;
}

/** Punctuation after an address belongs to the sentence, and so does a bracket that was opened before it. */
function withoutEnd(address: string): string {
  let round = balance(address, '(', ')');
  let square = balance(address, '[', ']');
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    if (last === ')' && round < 0) round += 1;
    else if (last === ']' && square < 0) square += 1;
    else if (!'.,;:!?…'.includes(last)) break;
  }
  return address.slice(0, end);
}

/** How many brackets are open at the end; below 0, how many too many were closed. */
function balance(text: string, open: string, close: string): number {
  let left = 0;
  for (const c of text) left += c === open ? 1 : c === close ? -1 : 0;
  return left;
}

function safe(address: string): string | null {
  try {
    const url = new URL(address);
    // An address with a name and password is made to look like another one.
    if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '') return null;
    return url.href;
  } catch {
    return null;
  }
}
