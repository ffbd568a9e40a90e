/** What the console says by itself: notices that pass, and questions before what cannot be undone. */

export interface Notice {
  id: number;
  tone: 'plain' | 'good' | 'bad';
  text: string;
  /** Takes it back; offered until the notice is gone. */
  undo: (() => void) | null;
}

class Notices {
  all = $state.raw<readonly Notice[]>([]);
  #last = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(text: string, { tone = 'plain', undo = null }: Partial<Pick<Notice, 'tone' | 'undo'>> = {}): void {
    this.#last += 1;
    const notice = { id: this.#last, tone, text, undo };
    // Three at most: an older one was read or is not going to be.
    for (const { id } of this.all.slice(0, -2)) this.dismiss(id);
    this.all = [...this.all, notice];
    this.linger(notice);
  }

  /** Counts anew: somebody reads it. */
  linger({ id, tone, undo }: Notice): void {
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), tone === 'bad' || undo !== null ? 10_000 : 5_000),
    );
  }

  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  dismiss(id: number): void {
    this.hold(id);
    this.all = this.all.filter((notice) => notice.id !== id);
  }
}

export const notices = new Notices();

export interface Question {
  title: string;
  body: string;
  /** What the button that goes on says: the deed, not `OK`. */
  action: string;
  danger?: boolean;
}

class Questions {
  asked = $state.raw<(Question & { answer: (yes: boolean) => void }) | null>(null);

  /** Whether the person wants it. */
  confirm(question: Question): Promise<boolean> {
    this.asked?.answer(false);
    return new Promise((resolve) => {
      this.asked = {
        ...question,
        answer: (yes) => {
          this.asked = null;
          resolve(yes);
        },
      };
    });
  }
}

export const questions = new Questions();
