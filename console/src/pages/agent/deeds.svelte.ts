/** What an agent can do with the conversation in hand, by button, menu, palette and shortcut alike. */
import type { AgentConversation, Permission } from '../../api/schema';
import { isMonitored } from '../../state/marks';
import { meOf } from '../../state/state';
import { desk } from '../../store/desk.svelte';
import { work } from '../../store/work.svelte';

export type Deed = 'transfer' | 'request' | 'flag' | 'block' | 'end' | 'finish';

const TRANSFERS: readonly Permission[] = [
  'conversations.transfer_to_agent',
  'conversations.transfer_to_button',
  'conversations.transfer_to_skill',
  'conversations.transfer_to_queue',
];

interface Hands {
  area: () => void;
  attach: () => void;
  note: () => void;
  quick: () => void;
}

class Deeds {
  readonly keys: Record<Deed, string> = {
    transfer: 'alt+t',
    request: 'alt+r',
    flag: 'alt+g',
    block: 'alt+b',
    end: 'alt+e',
    finish: 'alt+f',
  };
  /** The dialog that asks for more, and for which conversation. */
  open = $state.raw<{ deed: 'transfer' | 'flag' | 'block' | 'end'; conversation: AgentConversation } | null>(null);
  /** The composer of the pane with the keyboard. */
  hands: Hands | null = null;

  possible(deed: Deed, conversation: AgentConversation): boolean {
    const active = conversation.state === 'active';
    const own = !isMonitored(conversation, meOf(desk.state));
    const over = own || work.may('conversations.supervise');
    switch (deed) {
      case 'transfer':
        return active && over && TRANSFERS.some((permission) => work.may(permission));
      case 'request':
        return active && own && work.may('conversations.exchange_files');
      case 'flag':
        // Others may only lower it.
        return active && (own || (over && Boolean(conversation.flag)));
      case 'block':
        return work.may('visitors.block');
      case 'end':
        return active && over;
      case 'finish':
        return conversation.after_work;
    }
  }

  begin(deed: Deed, conversation: AgentConversation): void {
    if (!this.possible(deed, conversation)) return;
    const { id, file_requests } = conversation;
    switch (deed) {
      case 'finish':
        return void work.finish(id);
      case 'request':
        return void (file_requests[0] === undefined ? work.requestFile(id) : work.withdrawRequest(id, file_requests[0].id));
      case 'flag':
        if (conversation.flag) return void work.lowerFlag(id);
        this.open = { deed, conversation };
        return;
      default:
        this.open = { deed, conversation };
    }
  }
}

export const deeds = new Deeds();
