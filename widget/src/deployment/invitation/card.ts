// What an invitation looks like: the customer's image, or a card of our own where there is none.
//
// It lives in a shadow tree, so that neither the page's styles nor ours reach the other; the styles are made in script, which a page's policy
// for styles does not forbid.
import { text, type ButtonSettings } from '../answers';
import { invitationTexts } from './texts';

const STYLES = `
:host{all:initial;display:block}
*{box-sizing:border-box}
.card{position:relative;font:16px/1.5 system-ui,sans-serif;color:#16202c;background:#fff;border:1px solid #c3ccd6;border-radius:12px;
box-shadow:0 8px 28px rgba(16,32,56,.24);padding:20px;width:min(340px,calc(100vw - 32px));max-height:calc(100vh - 32px);overflow:auto}
.image{position:relative;display:block}
p{margin:0 0 16px;overflow-wrap:anywhere;white-space:pre-line;unicode-bidi:plaintext}
.row{display:flex;flex-wrap:wrap;gap:8px}
button{font:inherit;cursor:pointer}
.row button{min-height:44px;padding:8px 16px;border-radius:8px;border:1px solid #1f5fbf}
.row .accept{background:#1f5fbf;color:#fff}
.row .reject{background:none;color:#1b4f9e}
.picture{display:block;padding:0;border:0;background:none}
img{display:block;max-width:calc(100vw - 32px);height:auto}
.close{position:absolute;inset-block-start:4px;inset-inline-end:4px;width:32px;height:32px;padding:0;border:0;border-radius:50%;
background:rgba(16,26,40,.75);color:#fff;font-size:20px;line-height:1}
button:focus-visible{outline:3px solid #0b3d91;outline-offset:2px;box-shadow:0 0 0 2px #fff}
@media (prefers-color-scheme:dark){.card{background:#1c2530;color:#f0f4f8;border-color:#46566a}
.row .reject{color:#9cc4ff;border-color:#9cc4ff}button:focus-visible{outline-color:#9cc4ff;box-shadow:0 0 0 2px #10161d}}
@media (forced-colors:active){.card,button{border:1px solid}}`;

export interface Choices {
  accept(): void;
  reject(): void;
}

/** Makes the element of an invitation; not shown, and not in the page yet. */
export function buildInvitation(id: string, settings: ButtonSettings, nonce: string, choices: Choices): HTMLElement {
  const words = invitationTexts(text(settings.language) ?? '');
  const host = document.createElement('div');
  host.id = `liveagent_invite_button_${id}`;
  host.lang = words.language;
  host.dir = words.rtl ? 'rtl' : 'ltr';
  host.setAttribute('role', 'dialog');
  host.setAttribute('aria-label', words.invitation);

  const button = (name: string, label: string, chosen: () => void) => {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = name;
    element.setAttribute('aria-label', label);
    element.addEventListener('click', chosen);
    return element;
  };
  const card = document.createElement('div');
  const image = text(settings.inviteImageUrl);
  if (image) {
    const picture = document.createElement('img');
    picture.alt = words.accept;
    picture.src = image;
    const [width, height] = [settings.inviteImageWidth, settings.inviteImageHeight];
    if (width && width > 0) picture.width = width;
    if (height && height > 0) picture.height = height;
    const accept = button('picture', `${words.invitation}: ${words.accept}`, choices.accept);
    accept.appendChild(picture);
    const close = button('close', words.reject, choices.reject);
    close.textContent = '×';
    card.className = 'image';
    card.append(accept, close);
  } else {
    const message = document.createElement('p');
    message.textContent = text(settings.inviteText) ?? words.invitation;
    const row = document.createElement('div');
    row.className = 'row';
    const accept = button('accept', words.accept, choices.accept);
    accept.textContent = words.accept;
    const reject = button('reject', words.reject, choices.reject);
    reject.textContent = words.reject;
    row.append(accept, reject);
    card.className = 'card';
    card.append(message, row);
  }
  const root = host.attachShadow({ mode: 'open' });
  root.appendChild(card);
  dress(root, nonce);
  host.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') choices.reject();
  });
  return host;
}

function dress(root: ShadowRoot, nonce: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Browsers before 2023.
    const style = document.createElement('style');
    if (nonce) style.nonce = nonce;
    style.textContent = STYLES;
    root.appendChild(style);
  }
}
