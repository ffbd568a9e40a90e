/** The import of Salesforce's metadata files. */
import { newKey } from '../../api/client';
import { refusalOf } from '../../api/problem';
import type { ImportReport } from '../../api/schema';
import { BASE, session } from '../session.svelte';

/** Reads a zip or one XML file. With `dryRun` nothing is written. */
export async function importMetadata(file: File, dryRun: boolean): Promise<ImportReport> {
  const query = new URLSearchParams({ dry_run: String(dryRun) });
  const zip = /\.zip$/i.test(file.name);
  if (!zip) query.set('file_name', file.name);
  // The typed client speaks JSON; this body is the file itself.
  const response = await fetch(`${BASE}/admin/import/metadata?${query}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${session.held?.token ?? ''}`,
      'Content-Type': zip ? 'application/zip' : 'application/xml',
      'Idempotency-Key': newKey(),
    },
    body: file,
    cache: 'no-store',
    credentials: 'omit',
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const refusal = refusalOf(response, body);
    if (refusal.signedOut && session.held !== null) session.lost(session.held.token);
    throw refusal;
  }
  return body as ImportReport;
}
