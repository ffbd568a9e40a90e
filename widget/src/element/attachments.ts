// Files of the conversation: read with the token, drawn or saved. Pictures are drawn on a canvas, since a page's policy on images knows our
// origin and no `blob:` addresses.
import type { Conversation } from '../visitor/conversation';
import type { FileCard } from '../visitor/wire';
import { inertLine } from './text';

/** What browsers decode without running anything. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);
/** The longer side of a drawn picture, in pixels of the screen. */
const LONGEST = 640;
/** Larger ones are offered to be saved only. */
const MOST_BYTES = 15_000_000;

export function isPicture(file: FileCard): boolean {
  return PICTURES.has(file.media_type) && !file.erased && file.size <= MOST_BYTES && typeof createImageBitmap === 'function';
}

/** Draws a picture. Throws when it is none. */
export async function draw(conversation: Conversation, file: FileCard, canvas: HTMLCanvasElement): Promise<void> {
  const bitmap = await createImageBitmap(await conversation.api.file(file.id));
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
}

export function save(blob: Blob, name: string): void {
  // Whatever the type, it is saved and not shown.
  const address = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = inertLine(name) || 'file';
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
