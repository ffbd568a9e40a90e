/** What outlives a page: JSON in the browser's storage, which may be full, forbidden or meddled with. */
export interface Kept<T> {
  read(): T;
  write(value: T): void;
}

export function kept<T>(storage: () => Storage, key: string, fallback: T, valid: (value: unknown) => value is T): Kept<T> {
  return {
    read() {
      try {
        const text = storage().getItem(key);
        const value: unknown = text === null ? null : JSON.parse(text);
        return valid(value) ? value : fallback;
      } catch {
        return fallback;
      }
    },
    write(value) {
      try {
        if (value === null || value === undefined) storage().removeItem(key);
        else storage().setItem(key, JSON.stringify(value));
      } catch {
        // Full or forbidden: the page works on, and forgets when it is closed.
      }
    },
  };
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
