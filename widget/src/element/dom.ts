// Elements are made here and nowhere else: text is set as text, never as markup, and styles are set through the object model, which a strict
// content security policy allows.

export interface Properties {
  /** CSS classes. */
  class?: string;
  /** What pages may style it by: `::part(…)`. */
  part?: string;
  text?: string;
  hidden?: boolean;
  /** Attributes; null and false leave one out, true sets an empty one. */
  [attribute: string]: string | number | boolean | null | undefined;
}

type Child = Node | string | null | false;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'text') element.textContent = String(value ?? '');
    else set(element, name, value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== false));
  return element;
}

/** Sets an attribute, or takes it away. */
export function set(element: Element, name: string, value: string | number | boolean | null | undefined): void {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else {
    const text = value === true ? '' : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/** Sets a text that may be the same, without a change that a screen reader would tell. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A button with an icon and a name. */
export function iconButton(icon: IconName, name: string, properties: Properties = {}): HTMLButtonElement {
  const button = h('button', { type: 'button', class: 'icon', 'aria-label': name, title: name, ...properties });
  button.append(iconOf(icon));
  return button;
}

/** Renames a button that is known by its icon. */
export function rename(button: HTMLButtonElement, name: string, icon?: IconName): void {
  set(button, 'aria-label', name);
  set(button, 'title', name);
  if (icon && button.dataset['icon'] !== icon) {
    button.dataset['icon'] = icon;
    button.replaceChildren(iconOf(icon));
  }
}

/** 24 × 24, drawn with lines. */
const icons = {
  chat: 'M4 5h16v11H10l-5 4v-4H4z',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M6 9l6 6 6-6',
  send: 'M4 12L20 4l-5 16-4-6zM11 14l4-5',
  attach: 'M8 12.5l6-6a3 3 0 0 1 4.3 4.3l-8 8a5 5 0 0 1-7-7l7.5-7.5',
  sound: 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  mute: 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  end: 'M14 4H5v16h9M10 12h10M16.5 8.5L20 12l-3.5 3.5',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  star: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z',
  alert: 'M12 4L2.5 20h19zM12 10v5M12 17.5v.5',
  check: 'M5 12.5l4.5 4.5L19 7.5',
} as const;

export type IconName = keyof typeof icons;

export function iconOf(name: IconName): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [attribute, value] of [
    ['viewBox', '0 0 24 24'],
    ['aria-hidden', 'true'],
    ['class', `i-${name}`],
  ] as const) {
    svg.setAttribute(attribute, value);
  }
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', icons[name]);
  svg.append(path);
  return svg;
}

let ids = 0;

/** An id that no other element of this page's widgets has. */
export function newId(): string {
  return `sb${++ids}`;
}
