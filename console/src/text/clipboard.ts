/** Puts a text into the clipboard, also where the page did not come by HTTPS or the browser forbids its newer way. */
export async function toClipboard(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const before = document.activeElement;
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    // Within a dialog, for outside of it nothing takes the focus.
    (before?.closest('[role="dialog"]') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
