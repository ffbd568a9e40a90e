// Whom an invitation is for: its rules, and when to look at them again (deployment_segment.md 5.2).
import type { PageHistory } from '../history';
import type { Log } from '../log';
import { evaluate, parseFilter } from './filter';

interface Rule {
  order: string;
  type: string;
  name: string;
  operator: string;
  value: string;
}

export interface Circumstances {
  history: PageHistory;
  variables: ReadonlyMap<string, unknown>;
}

/** What became of an evaluation. */
export interface Verdict {
  invited: boolean;
  /** Milliseconds until a rule about time may turn out otherwise. */
  again: number | null;
}

/** Operators, with the words that the log has for them. Numbers are compared as numbers where both sides are some. */
const OPERATORS: { [operator: string]: [label: string, symbol: string, compare: (from: string, to: string) => boolean] } = {
  EQUALS: ['', '==', (from, to) => order(from, to) === 0],
  NOT_EQUAL: ['Not Equals - ', '!=', (from, to) => order(from, to) !== 0],
  START_WITH: ['Starts With - ', 'indexOf … == 0', (from, to) => from.indexOf(to) === 0],
  CONTAINS: ['Contains - ', 'indexOf … != -1', (from, to) => from.indexOf(to) !== -1],
  NOT_CONTAIN: ['Does Not Contain - ', 'indexOf … == -1', (from, to) => from.indexOf(to) === -1],
  LESS_THAN: ['Less Than - ', '<', (from, to) => order(from, to) < 0],
  GREATER_THAN: ['Greater Than - ', '>', (from, to) => order(from, to) > 0],
  LESS_OR_EQUAL: ['Less or Equal - ', '<=', (from, to) => order(from, to) <= 0],
  GREATER_OR_EQUAL: ['Greater or Equal - ', '>=', (from, to) => order(from, to) >= 0],
};

export class Rules {
  private readonly rules: Rule[] = [];
  private readonly expression: string;
  private readonly log: Log;

  /** @param told `inviteRules`: JSON in a string, or what that would be. What is not understood holds for nobody. */
  constructor(told: unknown, log: Log) {
    this.log = log;
    const { rules, filter } = decoded(told);
    this.expression = filter;
    for (const key of Object.keys(rules)) {
      const rule = (rules as { [key: string]: unknown })[key];
      if (typeof rule !== 'object' || rule === null) continue;
      const { order: number, type, name, operator, value } = rule as { [field: string]: unknown };
      this.rules.push({
        order: String(Number(number ?? key)),
        type: word(type),
        name: word(name),
        operator: word(operator),
        value: word(value),
      });
    }
  }

  evaluate(circumstances: Circumstances): Verdict {
    let again: number | null = null;
    const { log } = this;
    const holds = (number: string): boolean => {
      log.line(`Evaluating Atom Node: ${number}`);
      const rule = this.rules.filter(({ order: own }) => own === number)[0];
      if (!rule) return false;
      const subject = subjectOf(rule, circumstances, log);
      if (subject === null) return false;
      const result = compare(subject.value, rule, log);
      const wait = subject.ms === undefined || result ? null : untilTime(rule, subject.ms);
      if (wait !== null) again = again === null ? wait : Math.min(again, wait);
      return result;
    };
    if (this.rules.length === 0 && this.expression === '') return { invited: true, again };
    const expression = this.expression || this.rules.map(({ order: number }) => number).reduceRight((rest, rule) => `AND(${rule},${rest})`);
    log.line(`Filter Logic: ${expression}`);
    const filter = parseFilter(expression);
    if (!filter) {
      log.warning(`The filter "${expression}" cannot be read: nobody is invited by it.`);
      return { invited: false, again };
    }
    const invited = evaluate(filter, holds, (title, inside) => log.group(title, inside));
    // A NOT around a time that has not come turns with it too, but then the invitation is on screen already.
    if (!invited && again !== null) log.line(`Setting invite delay to: ${again}`);
    return { invited, again: invited ? null : again };
  }
}

function decoded(told: unknown): { rules: object; filter: string } {
  let value = told;
  if (typeof told === 'string' && told !== '') {
    try {
      value = JSON.parse(told);
    } catch {
      return { rules: {}, filter: '?' };
    }
  }
  if (typeof value !== 'object' || value === null) return { rules: {}, filter: '' };
  const { rules, filter } = value as { rules?: unknown; filter?: unknown };
  return { rules: typeof rules === 'object' && rules !== null ? rules : {}, filter: word(filter).trim() };
}

function word(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

/** The left side of a comparison; `ms` where it is a time that goes on. `null` where there is nothing to compare. */
function subjectOf(rule: Rule, { history, variables }: Circumstances, log: Log): { value: string; ms?: number } | null {
  const whole = rule.operator === 'EQUALS' || rule.operator === 'NOT_EQUAL';
  const time = (ms: number) => ({ value: String(whole ? Math.floor(ms / 1000) : ms / 1000), ms });
  switch (rule.type) {
    case 'NUMBER_OF_PAGE_VIEWS':
      log.line('Evaluating StandardInviteRule');
      return { value: String(history.views) };
    case 'URL_MATCH':
      log.line('Evaluating StandardInviteRule');
      return { value: location.href };
    case 'SECONDS_ON_PAGE':
      log.line('Evaluating TimerInviteRule');
      return time(history.msOnPage());
    case 'SECONDS_ON_SITE':
      log.line('Evaluating TimerInviteRule');
      return time(history.msOnSite());
    case 'CUSTOM_VARIABLE':
      log.line('Evaluating CustomInviteRule');
      if (variables.has(rule.name)) return { value: word(variables.get(rule.name)) };
      log.line('CustomInviteRule evaluation failed due to missing custom variable');
      return null;
    default:
      log.warning(`An invitation has a rule of an unknown type, "${rule.type}".`);
      return null;
  }
}

function compare(from: string, rule: Rule, log: Log): boolean {
  const operator = OPERATORS[rule.operator];
  if (!operator) {
    log.warning(`An invitation has a rule with an unknown operator, "${rule.operator}".`);
    return false;
  }
  const [label, symbol, test] = operator;
  log.line(`${label}Evaluate: ${from} ${symbol.indexOf('…') < 0 ? `${symbol} ${rule.value}` : symbol.replace('…', () => rule.value)}`);
  return test(from, rule.value);
}

/** Less than, equal to or more than 0. */
function order(from: string, to: string): number {
  const [a, b] = [Number(from), Number(to)];
  if (from.trim() !== '' && to.trim() !== '' && !isNaN(a) && !isNaN(b)) return a - b;
  return from === to ? 0 : from < to ? -1 : 1;
}

/** How long until a rule about time can come to hold, which only those that wait for a time to be reached can. */
function untilTime({ operator, value }: Rule, ms: number): number | null {
  if (operator !== 'GREATER_THAN' && operator !== 'GREATER_OR_EQUAL' && operator !== 'EQUALS') return null;
  const wait = Math.ceil(Number(value) * 1000 - ms) + (operator === 'GREATER_THAN' ? 1 : 0);
  // Longer than a timer can run is never, and so is what is no number.
  return wait > 0 && wait < 0x7fffffff ? wait : null;
}
