// The server's OpenAPI document, as its own test keeps it -> src/api/schema.d.ts.
// Not kept: made anew before types are checked.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const snapshot = new URL('../../crates/http/tests/admin_api/snapshots/admin_api__openapi__openapi.snap', import.meta.url);
const target = new URL('../src/api/schema.d.ts', import.meta.url);

// An insta snapshot: a YAML head between two lines of dashes, then the document.
const text = await readFile(snapshot, 'utf8');
const document = JSON.parse(text.slice(text.indexOf('\n---\n') + 5));
const types = astToString(
  await openapiTS(document, { alphabetize: true, rootTypes: true, rootTypesNoSchemaPrefix: true, enumValues: false }),
);
// A record of the CRM: TypeScript has a `Record` of its own, which the other types are written with.
await writeFile(target, types.replace(/^export type Record = /m, 'export type CrmRecord = '));
