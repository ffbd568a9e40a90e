/** What calls an agent who looks elsewhere: a sound, a notification of the browser, a mark in the title. */
import { t } from '../catalogue';
import type { Entry, LeaveReason, Offer } from '../api/schema';
import { isFromVisitor, isMonitored, unread } from '../state/marks';
import { meOf, type State } from '../state/state';
import { line } from '../text/line';
import { desk } from './desk.svelte';
import { notices } from './notices.svelte';
import { prefs } from './prefs.svelte';
import { router } from '../shell/router.svelte';

/** While an offer is open, the agent is called again after so long, in milliseconds. */
const AGAIN = 5_000;
/** The tab that was looked at last calls; the others keep quiet. */
const CHIEF = 'switchboard.chief';

class Alerts {
  /** What the browser allows; `unsupported` where it has no notifications, or not without HTTPS. */
  permission = $state<NotificationPermission | 'unsupported'>(
    typeof Notification === 'undefined' ? 'unsupported' : Notification.permission,
  );
  #audio: AudioContext | null = null;
  #calling: ReturnType<typeof setInterval> | null = null;
  #tab = crypto.randomUUID();
  #shown = new Map<string, Notification>();

  constructor() {
    const claim = () => this.#store((storage) => storage.setItem(CHIEF, this.#tab));
    if (document.hasFocus()) claim();
    addEventListener('focus', claim);
    addEventListener('pagehide', () => this.#isChief() && this.#store((storage) => storage.removeItem(CHIEF)));
    // Browsers let a page sound only after somebody touched it.
    const wake = () => void (this.#audio ??= new AudioContext()).resume();
    addEventListener('pointerdown', wake, { once: true });
    addEventListener('keydown', wake, { once: true });
    desk.listen((action, before, after) => {
      this.#offers(before, after);
      if (action.type !== 'streamed') return;
      for (const { event } of action.events) {
        if (event.event === 'entry') this.#entry(event.conversation, event.entry, after);
        else if (event.event === 'conversation_left') this.#left(event.conversation, event.reason, before, after);
        else if (event.event === 'offer_ended' && event.outcome === 'timed_out') this.#missed(before.view?.offers.get(event.offer));
      }
    });
  }

  async ask(): Promise<void> {
    if (this.permission === 'default') this.permission = await Notification.requestPermission();
  }

  #offers(before: State, after: State): void {
    const [were, are] = [before.view?.offers, after.view?.offers];
    if (were === are) return;
    for (const offer of are?.values() ?? []) {
      if (were?.has(offer.id)) continue;
      this.#notify(`offer/${offer.id}`, t('alert.offer'), line(offer.visitor_name ?? t('somebody')), () => window.focus());
    }
    for (const id of were?.keys() ?? []) {
      if (are?.has(id)) continue;
      this.#shown.get(`offer/${id}`)?.close();
    }
    const open = (are?.size ?? 0) > 0;
    if (open && this.#calling === null) {
      this.#sound([660, 880]);
      this.#calling = setInterval(() => this.#sound([660, 880]), AGAIN);
    } else if (!open && this.#calling !== null) {
      clearInterval(this.#calling);
      this.#calling = null;
    }
  }

  /** An offer that ran out counts against the agent: nobody should have to guess that there was one. */
  #missed(offer: Offer | undefined): void {
    if (offer === undefined) return;
    const name = line(offer.visitor_name ?? t('somebody'));
    notices.say(t('alert.missed', { name }), { tone: 'bad' });
    this.#notify(`missed/${offer.id}`, t('alert.missed_title'), name, () => window.focus());
  }

  /** A conversation that went to somebody else while the agent looked at another one: open panes say it themselves. */
  #left(id: string, reason: LeaveReason, before: State, { panes }: State): void {
    const conversation = before.view?.conversations.get(id);
    if (conversation === undefined || reason === 'closed' || panes.includes(id) || isMonitored(conversation, meOf(before))) return;
    notices.say(t('alert.left', { name: line(conversation.visitor.name ?? t('somebody')), why: t(`gone.${reason}`) }));
  }

  #entry(id: string, entry: Entry, { view, focused }: State): void {
    if (view === null) return;
    // A word of help from a colleague is worth as much as the visitor's.
    const whisper = entry.kind === 'note' && entry.author.role === 'agent' && entry.author.id !== view.me.id;
    if (!isFromVisitor(entry) && !whisper) return;
    if (document.hasFocus() && focused === id) return;
    const conversation = view.conversations.get(id);
    if (conversation === undefined || isMonitored(conversation, view.me.id)) return;
    this.#sound([520]);
    if (document.hasFocus()) return;
    // The text itself stays in the page: a notification is shown on locked screens too.
    const name = line(conversation.visitor.name ?? t('somebody'));
    this.#notify(`conversation/${id}`, name, t(whisper ? 'alert.note' : entry.kind === 'file' ? 'alert.file' : 'alert.message'), () => {
      window.focus();
      router.go(`c/${id}`);
    });
  }

  #notify(tag: string, title: string, body: string, onclick: () => void): void {
    if (document.hasFocus() || !prefs.now.notifications || this.permission !== 'granted') return;
    const notification = new Notification(title, { body, tag, icon: '/console/icon.svg' });
    notification.onclick = () => {
      onclick();
      notification.close();
    };
    notification.onclose = () => this.#shown.delete(tag);
    this.#shown.set(tag, notification);
  }

  #sound(tones: number[]): void {
    const audio = this.#audio;
    if (!prefs.now.sound || audio === null || audio.state !== 'running' || !this.#isChief()) return;
    tones.forEach((hertz, at) => {
      const start = audio.currentTime + at * 0.16;
      const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
      tone.frequency.value = hertz;
      loudness.gain.setValueAtTime(0.0001, start);
      loudness.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.32);
    });
  }

  #isChief(): boolean {
    let chief: string | null = null;
    this.#store((storage) => (chief = storage.getItem(CHIEF)));
    return chief === null || chief === this.#tab;
  }

  #store(use: (storage: Storage) => void): void {
    try {
      use(localStorage);
    } catch {
      // Without storage every tab calls.
    }
  }
}

export const alerts = new Alerts();

/** How many things wait for the agent's eyes, for the title of the page. */
export function pending(state: State): number {
  let count = state.view?.offers.size ?? 0;
  for (const conversation of state.view?.conversations.values() ?? []) {
    if (!isMonitored(conversation, meOf(state))) count += unread(conversation, state.read.get(conversation.id) ?? -1, meOf(state));
  }
  return count;
}
