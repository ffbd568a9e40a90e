/** Files that go up with progress. `fetch` tells nothing of it, so this is the one place with an XMLHttpRequest. */
import { Refusal, refusalOf } from './problem';
import type { UploadedFile } from './schema';

export interface Upload {
  base: string;
  token: string | null;
  conversation: string;
  file: File;
  key: string;
  signal: AbortSignal;
  /** 0 to 1. */
  onProgress: (part: number) => void;
}

export function upload({ base, token, conversation, file, key, signal, onProgress }: Upload): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${base}/conversations/${encodeURIComponent(conversation)}/files`);
    if (token !== null) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.setRequestHeader('Idempotency-Key', key);
    request.responseType = 'text';
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      let body: unknown = null;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // Not the server's: refusalOf says so.
      }
      if (request.status === 201) return resolve(body as UploadedFile);
      const retryAfter = request.getResponseHeader('retry-after');
      const headers = new Headers(retryAfter === null ? {} : { 'retry-after': retryAfter });
      reject(refusalOf(new Response(null, { status: request.status || 599, headers }), body));
    };
    request.onerror = () => reject(new Refusal('unreachable', 0, 'the upload was cut'));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    const form = new FormData();
    form.set('file', file, file.name);
    request.send(form);
  });
}
