/** Quick texts with values put in. Pure. */

export interface Values {
  visitor: string | null;
  agent: string;
  /** Pre-chat values by label. */
  details: readonly { label: string; value: string }[];
  date: string;
  time: string;
}

export interface Filled {
  text: string;
  /** The first placeholder without a value, which the agent has to write: its place in `text`. */
  open: { from: number; to: number } | null;
}

const PLACEHOLDER = /\{(visitor\.name|agent\.name|date|time|detail\.([^{}]{1,255}))\}/g;

export function fillIn(template: string, values: Values): Filled {
  let open: Filled['open'] = null;
  let text = '';
  let from = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    text += template.slice(from, match.index);
    const value = valueOf(match[1]!, match[2], values);
    if (value === null && open === null) open = { from: text.length, to: text.length + match[0].length };
    text += value ?? match[0];
    from = match.index + match[0].length;
  }
  return { text: text + template.slice(from), open };
}

function valueOf(name: string, label: string | undefined, { visitor, agent, details, date, time }: Values): string | null {
  switch (name) {
    case 'visitor.name':
      return visitor === '' ? null : visitor;
    case 'agent.name':
      return agent;
    case 'date':
      return date;
    case 'time':
      return time;
    default: {
      const wanted = label?.toLocaleLowerCase();
      const value = details.find((detail) => detail.label.toLocaleLowerCase() === wanted)?.value;
      return value === undefined || value === '' ? null : value;
    }
  }
}

/** What is typed after a `/` at the caret, which stands at the start or after a space; null when nothing is. */
export function shortcutAt(text: string, caret: number): { from: number; typed: string } | null {
  const match = /(?:^|\s)\/(\S{0,40})$/u.exec(text.slice(0, caret));
  if (match === null) return null;
  return { from: caret - match[1]!.length - 1, typed: match[1]! };
}
