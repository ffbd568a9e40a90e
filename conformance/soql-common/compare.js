// Salesforce's own grammar, as npm @salesforce/soql-common ships it compiled, beside ours: the same texts are queries for both, the canonical
// text that we print says to it what the original said, and every difference has a line in differences.md. Reads the corpus from standard input.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const home = '@salesforce/soql-common/lib/soql-parser';
const { CommonTokenStream } = require('antlr4ts');
const { SoqlLexer } = require(`${home}/generated/SoqlLexer`);
const { SoqlParser } = require(`${home}/generated/SoqlParser`);
const { LowerCasingCharStream } = require(home);
const { ParserHelper } = require(`${home}/parserHelper`);

// What the grammar makes of a text: the first error, or null, and the tree. The package's own parser leaves out what its lexer cannot read
// and prints a line about it; here that is an error like any other.
function read(text) {
  const errors = [];
  const listener = { syntaxError: (_recognizer, _symbol, line, column, message) => errors.push(`${line}:${column + 1} ${message}`) };
  const lexer = new SoqlLexer(new LowerCasingCharStream(text));
  lexer.removeErrorListeners();
  lexer.addErrorListener(listener);
  const parser = new SoqlParser(new CommonTokenStream(lexer));
  parser.removeErrorListeners();
  parser.addErrorListener(listener);
  // As over REST, of an organisation with several currencies: no Apex.
  parser.helper = new ParserHelper(false, 66, true);
  const tree = parser.soqlQuery();
  return { error: errors[0] ?? null, tree };
}

// The table of differences: who reads such texts, what marks them, an example, the reason.
function table() {
  const text = fs.readFileSync(path.join(__dirname, 'differences.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| (we|soql-common) \|/.test(line));
  return rows.map((line) => {
    const [who, marked, example, reason] = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
    const code = (cell) => cell.replace(/^`|`$/g, '').replaceAll('\\|', '|');
    const [mark, instead] = marked.split(' → ').map(code);
    return { weRead: who === 'we', mark, instead: instead === 'nothing' ? '' : instead, example: code(example), reason, met: 0 };
  });
}

// Our canonical text without what is quoted, so that a mark is looked for in the query and not in its data.
const bare = (printed) => printed.replace(/'(?:\\.|[^'\\])*'/gs, "''");

// A difference's mark there, or in the text itself if it begins with a quotation mark.
const pattern = (row) => new RegExp(row.mark, 'g');

// What the grammar sees in a text, without the ways to write the same thing: words in small letters, values by their kind, AND, OR and NOT as a
// tree in place of parentheses.
function shape(node) {
  if (node.symbol) {
    const { type, text } = node.symbol;
    switch (type) {
      case SoqlParser.LPAREN:
      case SoqlParser.RPAREN:
      case SoqlParser.PLUS:
      case SoqlParser.MINUS:
      case SoqlParser.AS:
        return [];
      case SoqlParser.NOT_EQ:
      case SoqlParser.ALT_NOT_EQ:
        return ['!='];
      case SoqlParser.INTEGER_LITERAL:
      case SoqlParser.DECIMAL_LITERAL:
        return ['number'];
      case SoqlParser.DATETIME:
      case SoqlParser.TIME:
        return ['time'];
      default:
        return [/^[a-z]{3}[0-9]+(\.[0-9]+)?$/i.test(text) ? 'currency' : text.toLowerCase()];
    }
  }
  const children = () => (node.children ?? []).flatMap(shape);
  switch (node.constructor.name) {
    case 'SoqlWhereAndOrExprContext':
    case 'SoqlWhereNotExprContext': {
      // A condition in parentheses is the condition: only one that has an operator is a node of the tree.
      const inside = children();
      return node.childCount === 1 ? inside : [inside];
    }
    case 'NonValidatedEscapeStringLiteralContext':
    case 'ValidatedEscapeStringLiteralContext':
    case 'ValidatedEscapeLikeStringLiteralContext':
      return ['text'];
    default:
      return children();
  }
}

function main() {
  const lines = fs
    .readFileSync(0, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const rows = table();
  const wrong = [];
  let both = 0;
  let neither = 0;
  let differ = 0;
  for (const { text, problem, printed } of lines) {
    const weRead = problem === null;
    const { error } = read(text);
    if (weRead === (error === null)) {
      if (weRead) both += 1;
      else neither += 1;
      continue;
    }
    const met = weRead
      ? rows.filter((row) => row.weRead && pattern(row).test(row.mark.startsWith("'") ? text : bare(printed)))
      : rows.filter((row) => row.mark === problem);
    for (const row of met) row.met += 1;
    const rest = weRead && rows.filter((row) => row.weRead).reduce((rest, row) => rest.replace(pattern(row), row.instead), bare(printed));
    if (met.length > 0 && (!weRead || read(rest).error === null)) differ += 1;
    else wrong.push(weRead ? `we read, soql-common does not (${error}): ${text}` : `soql-common reads, we do not (${problem}): ${text}`);
  }
  for (const { text, problem, printed } of lines) {
    if (problem !== null || printed === text || read(text).error !== null) continue;
    const { error, tree } = read(printed);
    if (error !== null) wrong.push(`soql-common reads ${text}\n  and not (${error}) what we print: ${printed}`);
    else if (JSON.stringify(shape(tree)) !== JSON.stringify(shape(read(text).tree))) {
      wrong.push(`soql-common reads something else in ${text}\n  than in what we print: ${printed}`);
    }
  }
  const known = new Map(lines.map((line) => [line.text, line.problem]));
  for (const row of rows) {
    if (row.met === 0) wrong.push(`no text of the corpus shows the difference \`${row.mark}\``);
    if (!known.has(row.example)) wrong.push(`the example of \`${row.mark}\` is not in the corpus: ${row.example}`);
    else if ((known.get(row.example) === null) !== row.weRead || (read(row.example).error === null) === row.weRead) {
      wrong.push(`the example of \`${row.mark}\` is not read as the table says: ${row.example}`);
    }
    if (!row.reason) wrong.push(`the difference \`${row.mark}\` has no reason`);
  }
  for (const line of wrong.slice(0, 50)) console.log(line);
  console.log(
    `${lines.length} texts: ${both} read by both, ${neither} by neither, ${differ} differ as the table says, ${wrong.length} otherwise`,
  );
  // A corpus that all refuse, or all read, would show nothing.
  process.exit(wrong.length === 0 && both > 500 && neither > 500 ? 0 : 1);
}

main();
