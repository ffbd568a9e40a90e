/** The shortcuts that are in force, and the one listener that runs them. */
import { untrack } from 'svelte';
import { isTyping, matches, type Shortcut } from './shortcuts';

class Keyboard {
  #tables = $state.raw<readonly (readonly Shortcut[])[]>([]);

  /** All in force, those of the page that came last first. */
  get all(): readonly Shortcut[] {
    return this.#tables.toReversed().flat();
  }

  /** Puts a table in force for as long as the component lives: `$effect(() => keyboard.use(table))`. */
  use(table: readonly Shortcut[]): () => void {
    untrack(() => (this.#tables = [...this.#tables, table]));
    return () => {
      untrack(() => (this.#tables = this.#tables.filter((other) => other !== table)));
    };
  }

  readonly handle = (event: KeyboardEvent): void => {
    // A dialog, a menu or an input method has the keyboard.
    if (event.defaultPrevented || event.isComposing) return;
    const modal = document.querySelector('[role="dialog"][data-state="open"], [role="alertdialog"][data-state="open"]') !== null;
    for (const shortcut of this.all) {
      if (!matches(shortcut.keys, event)) continue;
      const bare = !shortcut.keys.includes('mod+') && !shortcut.keys.includes('alt+');
      if (bare && !shortcut.typing && isTyping(event.target)) continue;
      if (modal || shortcut.when?.() === false) continue;
      event.preventDefault();
      shortcut.run();
      return;
    }
  };
}

export const keyboard = new Keyboard();
