// The server's OpenAPI document, as its own test keeps it -> src/api/schema.d.ts.
// `--check` writes nothing and fails when the file is not what the document says.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

const snapshot = new URL('../../crates/http/tests/admin_api/snapshots/admin_api__openapi__openapi.snap', import.meta.url);
const target = new URL('../src/api/schema.d.ts', import.meta.url);

// An insta snapshot: a YAML head between two lines of dashes, then the document.
const text = await readFile(snapshot, 'utf8');
const document = JSON.parse(text.slice(text.indexOf('\n---\n') + 5));
const types = astToString(
  await openapiTS(document, { alphabetize: true, rootTypes: true, rootTypesNoSchemaPrefix: true, enumValues: false }),
);
const head = '// Made by `npm run types` from the OpenAPI document of crates/http; not for editing.\n';
const wanted = await format(head + types, { ...(await resolveConfig(target)), parser: 'typescript', plugins: [] });

if (!process.argv.includes('--check')) {
  await writeFile(target, wanted);
} else if ((await readFile(target, 'utf8').catch(() => '')) !== wanted) {
  console.error('console/src/api/schema.d.ts is not what the OpenAPI document says: npm run types --workspace console');
  process.exit(1);
}
