// Brings an invitation's element onto the screen and takes it away again: Slide, Fade and Appear. Custom is the page's own doing, and what is
// not known appears. People who asked their system for less motion see everything appear.
import { restAt, startAt, type Point } from './place';

const SLIDE_MS = 500;
const FADE_MS = 300;

export interface Style {
  /** `Slide`, `Fade`, `Appear`, `Custom`. */
  renderer: string;
  start: string;
  end: string;
}

export class Renderer {
  private readonly element: HTMLElement;
  private readonly style: Style;
  private readonly resized = () => this.place(this.point('rest'));
  private visible = false;
  private leaving: ReturnType<typeof setTimeout> | undefined;

  constructor(element: HTMLElement, style: Style) {
    this.element = element;
    this.style = style;
  }

  show(): void {
    if (this.visible) return;
    this.visible = true;
    clearTimeout(this.leaving);
    const { style } = this.element;
    style.display = '';
    if (this.custom) return;
    style.position = 'fixed';
    style.zIndex = '10000';
    style.margin = '0';
    this.place(this.point('rest'));
    addEventListener('resize', this.resized);
    // An image that arrives later changes the size, and with it the place.
    this.element.shadowRoot?.querySelector('img')?.addEventListener('load', this.resized);
    if (this.motion === 'Slide') this.move(this.point('start'), this.point('rest'));
    else if (this.motion === 'Fade') this.fade('0', '1');
  }

  hide(): void {
    if (!this.visible) return;
    this.visible = false;
    removeEventListener('resize', this.resized);
    const gone = () => {
      this.element.style.display = 'none';
    };
    if (this.motion === 'Slide') this.move(this.point('rest'), this.point('start'));
    else if (this.motion === 'Fade') this.fade('1', '0');
    else return gone();
    this.leaving = setTimeout(gone, this.motion === 'Slide' ? SLIDE_MS : FADE_MS);
  }

  private get custom(): boolean {
    return this.style.renderer === 'Custom';
  }

  private get motion(): string {
    const still = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches;
    return still || this.custom ? 'Appear' : this.style.renderer;
  }

  private point(which: 'start' | 'rest'): Point {
    const space = { width: document.documentElement.clientWidth || innerWidth, height: innerHeight };
    const size = { width: this.element.offsetWidth, height: this.element.offsetHeight };
    return which === 'start' ? startAt(this.style.start, space, size) : restAt(this.style.end, space, size);
  }

  private place({ x, y }: Point): void {
    this.element.style.left = `${x}px`;
    this.element.style.top = `${y}px`;
  }

  /** By a transform, so that nothing is laid out on the way. */
  private move(from: Point, to: Point): void {
    const rest = this.point('rest');
    const offset = ({ x, y }: Point) => `translate(${x - rest.x}px, ${y - rest.y}px)`;
    this.animate('transform', offset(from), offset(to), SLIDE_MS);
  }

  private fade(from: string, to: string): void {
    this.animate('opacity', from, to, FADE_MS);
  }

  private animate(property: 'transform' | 'opacity', from: string, to: string, ms: number): void {
    const { style } = this.element;
    style.transition = 'none';
    style[property] = from;
    // Reading the layout makes the browser take the beginning in before the end.
    void this.element.offsetWidth;
    style.transition = `${property} ${ms}ms ease-out`;
    style[property] = to;
  }
}
