// The deployment's colours. The colour of what stands on another one is chosen, so that any colour can be read.
import type { Appearance } from '../visitor/wire';

const COLOUR = /^#[0-9a-f]{6}$/i;

/** Also whether it is dark: a background of the deployment's own decides that, then the element's wish, then the visitor's system. */
export function paint(root: HTMLElement, appearance: Appearance, wish: 'light' | 'dark' | 'auto'): void {
  const primary = colour(appearance.primary_color);
  const background = colour(appearance.background_color);
  put(root, '--own-primary', primary);
  put(root, '--own-on-primary', primary && on(primary));
  put(root, '--own-background', background);
  put(root, '--own-text', background && on(background));
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  root.dataset['theme'] = background ? (on(background) === '#ffffff' ? 'dark' : 'light') : wish === 'auto' ? system : wish;
}

/** Black or white, whichever is the better to read; one of both has at least 4.5 : 1. */
export function on(background: string): '#000000' | '#ffffff' {
  const light = luminance(background);
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? '#000000' : '#ffffff';
}

function colour(value: string | null | undefined): string | null {
  return value && COLOUR.test(value) ? value : null;
}

function put(root: HTMLElement, name: string, value: string | null): void {
  if (value === null) root.style.removeProperty(name);
  else root.style.setProperty(name, value);
}

/** WCAG 2.2's relative luminance. */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
