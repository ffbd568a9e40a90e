// The element's attributes, read.
import type { Keeping } from '../visitor/storage';

export const ATTRIBUTES = [
  'deployment',
  'button',
  'agent',
  'server',
  'language',
  'name',
  'position',
  'theme',
  'storage',
  'unavailable',
  'launcher',
] as const;

export interface ElementOptions {
  server: string;
  /** UUID or an old id, as it was given. */
  deployment: string;
  button: string | null;
  /** Whom to ask first; then the button. */
  agent: string | null;
  language: string | null;
  /** The visitor's. */
  name: string | null;
  /** `left` and `right` are the screen's, the others the writing's. */
  position: 'end' | 'start' | 'left' | 'right';
  theme: 'light' | 'dark' | 'auto';
  keeping: Keeping;
  /** What to do when nobody is there and no message can be left. */
  unavailable: 'hide' | 'show';
  /** The page has a button of its own. */
  launcher: boolean;
}

/** Null when the element does not say where it belongs. */
export function read(element: Element, home: string): ElementOptions | null {
  const value = (name: (typeof ATTRIBUTES)[number]) => element.getAttribute(name)?.trim() || null;
  const among = <T extends string>(name: (typeof ATTRIBUTES)[number], allowed: readonly T[], otherwise: T): T => {
    const wish = value(name);
    return allowed.find((one) => one === wish) ?? otherwise;
  };
  const deployment = value('deployment');
  const [button, agent] = [value('button'), value('agent')];
  if (deployment === null || button === null) return null;
  return {
    server: (value('server') ?? home).replace(/\/+$/, ''),
    deployment,
    button,
    agent,
    language: value('language'),
    name: value('name'),
    position: (/(start|left|right)$/.exec(value('position') ?? '')?.[1] as 'start' | 'left' | 'right' | undefined) ?? 'end',
    theme: among('theme', ['light', 'dark', 'auto'], 'auto'),
    keeping: among('storage', ['local', 'session', 'none'], 'local'),
    unavailable: among('unavailable', ['hide', 'show'], 'hide'),
    launcher: value('launcher') !== 'none',
  };
}
