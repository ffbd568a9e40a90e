// What the server answers (deployment_segment.md 3). It comes as a script, so its types are only claimed: each reader checks what it uses.

/** A button or an invitation in `Settings`. */
export interface ButtonSettings {
  id: string;
  type?: string;
  isAvailable?: boolean;
  language?: string;
  endpointUrl?: string;
  prechatUrl?: string;
  inviteImageUrl?: string;
  inviteImageWidth?: number;
  inviteImageHeight?: number;
  /** Our own: what the card says that stands where there is no image. */
  inviteText?: string;
  inviteRenderer?: string;
  inviteStartPosition?: string;
  inviteEndPosition?: string;
  hasInviteAfterAccept?: boolean;
  hasInviteAfterReject?: boolean;
  /** Seconds; −1 for never. */
  inviteRejectTime?: number;
  /** JSON in a string; an object too, as the guide has it. */
  inviteRules?: unknown;
}

export interface Settings {
  pingRate?: number;
  contentServerUrl?: string;
  prefixKey?: string;
  buttons?: ButtonSettings[];
}

export interface Availability {
  results?: { id: string; isAvailable?: boolean }[];
}

export interface Answer {
  messages?: { type?: string; message?: unknown }[];
}

/** A value of the server's if it is text, and not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
