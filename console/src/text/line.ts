/** A name, title or address that somebody else chose, made fit for one line. Pure. */

/** Control characters, and those that turn the direction of what follows. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

export function line(text: string, longest = 120): string {
  // Before anything reads all of it: a name may be as long as its sender likes.
  const short = text
    .slice(0, longest * 4)
    .replace(UNSEEN, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...short];
  return characters.length > longest ? `${characters.slice(0, longest).join('')}…` : short;
}
