// What a conversation leaves in the browser, so that it goes on after a reload: under names of one entry point, and only once somebody asks
// for a conversation there.

/** `local`: shared by the tabs of a site and kept when it is closed; `session`: of one tab; `none`: gone with the page. */
export type Keeping = 'local' | 'session' | 'none';

export class Kept {
  private readonly prefix: string;
  private readonly area: Storage | null;
  private readonly memory = new Map<string, string>();

  constructor(scope: string, keeping: Keeping) {
    this.prefix = `switchboard:${scope}:`;
    this.area = areaOf(keeping);
  }

  /** What is stored under a name; null if nothing, or nothing that can be read. */
  get<T>(name: string): T | null {
    const text = this.text(name);
    if (text === null) return null;
    try {
      return JSON.parse(text) as T;
    } catch {
      return null;
    }
  }

  set(name: string, value: unknown): void {
    const text = JSON.stringify(value);
    try {
      if (this.area) {
        this.area.setItem(this.prefix + name, text);
        this.memory.delete(name);
        return;
      }
    } catch {
      // Full or forbidden: the page itself remembers.
    }
    this.memory.set(name, text);
  }

  remove(name: string): void {
    this.memory.delete(name);
    try {
      this.area?.removeItem(this.prefix + name);
    } catch {
      // Then it was never stored.
    }
  }

  /** The names that begin so, in order. */
  names(beginning: string): string[] {
    const names = new Set([...this.memory.keys()].filter((name) => name.startsWith(beginning)));
    try {
      for (let n = 0; n < (this.area?.length ?? 0); n++) {
        const key = this.area?.key(n);
        if (key?.startsWith(this.prefix + beginning)) names.add(key.slice(this.prefix.length));
      }
    } catch {
      // Nothing is stored there.
    }
    return [...names].sort();
  }

  /** Tells of changes by other tabs. Answers what ends that. */
  watch(changed: (name: string) => void): () => void {
    const listen = (event: StorageEvent) => {
      if (event.storageArea === this.area && event.key?.startsWith(this.prefix)) changed(event.key.slice(this.prefix.length));
    };
    addEventListener('storage', listen);
    return () => removeEventListener('storage', listen);
  }

  private text(name: string): string | null {
    const own = this.memory.get(name);
    if (own !== undefined) return own;
    try {
      return this.area?.getItem(this.prefix + name) ?? null;
    } catch {
      return null;
    }
  }
}

function areaOf(keeping: Keeping): Storage | null {
  try {
    return keeping === 'local' ? localStorage : keeping === 'session' ? sessionStorage : null;
  } catch {
    // Sandboxed frames and forbidden cookies throw on the look already.
    return null;
  }
}
