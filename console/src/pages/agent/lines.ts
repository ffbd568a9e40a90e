/** What happened in a conversation, beside what was said: a line each, in the agent's language. Null for what needs none. */
import type { Entry, TransferTarget } from '../../api/schema';
import { core, t } from '../../catalogue';
import { names } from '../../store/directory.svelte';
import { line } from '../../text/line';

export interface Line {
  text: string;
  tone: 'plain' | 'warn' | 'bad' | 'good';
}

const plain = (text: string): Line => ({ text, tone: 'plain' });

export function lineOf(entry: Entry): Line | null {
  switch (entry.kind) {
    case 'requested':
      return plain(t('line.requested'));
    case 'refused':
      return { text: t('line.refused'), tone: 'bad' };
    case 'queued':
      return plain(entry.ahead ? t('line.queued.ahead') : t('line.queued'));
    case 'joined': {
      const name = names.agent(entry.agent) ?? line(entry.name);
      return plain(entry.transferred ? t('line.joined.transferred', { name }) : t('line.joined', { name }));
    }
    case 'transfer_started':
      return plain(t('line.transfer', { name: names.agent(entry.agent) ?? t('somebody'), target: targetName(entry.target) }));
    case 'transfer_failed':
      return { text: t('line.transfer_failed', { target: targetName(entry.target) }), tone: 'warn' };
    case 'agent_lost':
      return { text: t('line.agent_lost', { name: names.agent(entry.agent) ?? t('somebody') }), tone: 'warn' };
    case 'text_masked':
      return plain(t('line.masked', { n: entry.rules }));
    case 'custom_event':
      return plain(t('line.custom_event', { name: line(entry.name) }));
    case 'file_requested':
      return plain(t('line.file_requested'));
    case 'file_request_ended':
      return entry.outcome === 'received' ? null : plain(t(`line.file_request.${entry.outcome}`));
    case 'page_visited':
      return plain(t('line.page', { page: line(entry.page.title || entry.page.url, 100) }));
    case 'connection_changed':
      return entry.connection === 'silent' ? { text: t('line.silent'), tone: 'warn' } : plain(t('line.connected'));
    case 'reconnected':
      return plain(t('line.reconnected'));
    case 'idle_warning':
      return entry.raised ? { text: t('line.idle'), tone: 'warn' } : plain(t('line.idle.over'));
    case 'critical_wait':
      return entry.raised ? { text: t('line.critical'), tone: 'bad' } : null;
    case 'rated':
      return { text: t('line.rated', { score: entry.rating.score }), tone: entry.rating.score >= 4 ? 'good' : 'plain' };
    case 'ended':
      return { text: t(`line.ended.${entry.closure.because}`), tone: entry.closure.because === 'error' ? 'bad' : 'plain' };
    case 'after_work_started':
      return plain(t('line.after_work'));
    case 'after_work_ended':
      return plain(t('line.after_work.ended'));
    case 'flag_raised': {
      const text = entry.note ? t('line.flag_raised.note', { note: line(entry.note, 400) }) : t('line.flag_raised');
      return { text, tone: 'warn' };
    }
    case 'flag_lowered':
      return plain(t('line.flag_lowered'));
    case 'offered':
    case 'offer_ended':
    case 'message':
    case 'note':
    case 'file':
    case 'erased':
    case 'records_changed':
      return null;
    case 'monitor_started':
      return plain(t('line.monitor', { name: names.agent(entry.agent) ?? t('somebody') }));
    case 'monitor_ended':
      return plain(t('line.monitor_ended', { name: names.agent(entry.agent) ?? t('somebody') }));
    default:
      // What a newer server tells and this console has no words for.
      return null;
  }
}

export function targetName(target: TransferTarget): string {
  const name = { agent: names.agent, button: names.button, queue: names.queue, skill: names.skill }[target.kind](target.id);
  return name === null ? t(`target.${target.kind}`) : line(name);
}

/** What sent it away, as a sentence. */
export function goneBecause(reason: string): string {
  const key = `gone.${reason}`;
  return core.knows(key) ? t(key) : t('gone.closed');
}
