// Where an invitation starts and comes to rest, in pixels of the window. Pure.

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** From the window's edge. */
const MARGIN = 16;

/** Where it comes to rest: `TopLeft`, `Top`, … `Center` (9); anything else is the middle. */
export function restAt(position: string, window: Size, size: Size): Point {
  const name = position.toLowerCase();
  const has = (side: string) => name.indexOf(side) >= 0;
  return {
    x: along(window.width, size.width, has('left') ? -1 : has('right') ? 1 : 0),
    y: along(window.height, size.height, has('top') ? -1 : has('bottom') ? 1 : 0),
  };
}

/**
 * Where it starts, just outside (16): four sides, four corners, and beside each corner a place at either of its edges, which the last word
 * names: `TopLeftTop` is above the window, at its left end.
 */
export function startAt(position: string, window: Size, size: Size): Point {
  const words = position.match(/Top|Bottom|Left|Right/gi)?.map((word) => word.toLowerCase()) ?? [];
  const corner = words.length === 2;
  const edge = words[words.length - 1];
  const rest = restAt(words.slice(0, 2).join(''), window, size);
  const outside = (word: string) => (corner ? words.indexOf(word) >= 0 : edge === word);
  return {
    x: outside('left') ? -size.width : outside('right') ? window.width : rest.x,
    y: outside('top') ? -size.height : outside('bottom') ? window.height : rest.y,
  };
}

function along(space: number, length: number, side: -1 | 0 | 1): number {
  const free = space - length;
  // In a window that is too small its beginning is seen.
  if (side === 0 || free < MARGIN * 2) return Math.max(0, Math.round(free / 2));
  return side < 0 ? MARGIN : free - MARGIN;
}
