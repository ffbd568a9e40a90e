// What our own script element says: the version in its path, and the nonce that a page with a strict policy gave it.

export interface OwnScript {
  /** As sent in every call. */
  version: number;
  nonce: string;
}

/** Without a directory of a version (`/content/g/deployment.js`) it is that of the first. */
const OLDEST = 28;

export function ownScript(): OwnScript {
  const script = document.currentScript ?? last(document.querySelectorAll('script[src*="/deployment.js"]'));
  if (!(script instanceof HTMLScriptElement)) return { version: OLDEST, nonce: '' };
  const version = /\/g\/js\/(\d{1,4})(?:\.\d+)?\//.exec(script.src);
  return { version: version ? Number(version[1]) : OLDEST, nonce: script.nonce ?? '' };
}

function last<T>(list: ArrayLike<T>): T | undefined {
  return list[list.length - 1];
}
