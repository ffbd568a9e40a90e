import type { PresenceStatus } from '../../api/schema';

const TONES = { online: 'good', away: 'warn', offline: 'plain' } as const;
/** The colour that goes with the word. */
export const presenceTone = (status: PresenceStatus) => TONES[status];
