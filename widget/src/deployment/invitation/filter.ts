// Filter expressions over an invitation's rules: `AND(1,NOT(OR(2,3)))`. The numbers are the rules' own.

/** Says whether a rule holds. */
export type Holds = (rule: string) => boolean;

export type Filter = { rule: string } | { operator: 'AND' | 'OR' | 'NOT'; operands: Filter[] };

/** How deep an expression may be; nobody writes one by hand that comes near. */
const DEEPEST = 1000;

/** `null` for what is no expression. */
export function parseFilter(expression: string): Filter | null {
  const tokens = expression.toUpperCase().match(/[A-Z]+|\d+|\S/g) ?? [];
  let at = 0;

  const parse = (depth: number): Filter | null => {
    const token = tokens[at++];
    if (token === undefined || depth > DEEPEST) return null;
    if (/^\d/.test(token)) return { rule: String(Number(token)) };
    if ((token !== 'AND' && token !== 'OR' && token !== 'NOT') || tokens[at++] !== '(') return null;
    const operands: Filter[] = [];
    do {
      const operand = parse(depth + 1);
      if (!operand) return null;
      operands.push(operand);
    } while (tokens[at++] === ',');
    if (tokens[at - 1] !== ')' || (token === 'NOT' && operands.length !== 1)) return null;
    return { operator: token, operands };
  };

  const filter = parse(0);
  return at === tokens.length ? filter : null;
}

/** Evaluates from the left and stops where the result is clear. `group` takes what is logged on the way. */
export function evaluate(filter: Filter, holds: Holds, group: <T>(title: string, inside: () => T) => T): boolean {
  if ('rule' in filter) return holds(filter.rule);
  const each = (operand: Filter) => evaluate(operand, holds, group);
  switch (filter.operator) {
    case 'AND':
      return group('Evaluating And Node', () => filter.operands.every(each));
    case 'OR':
      return group('Evaluating Or Node', () => filter.operands.some(each));
    case 'NOT':
      return group('Evaluating Not Node', () => !filter.operands.some(each));
  }
}
