// window.js: the chat window. On the server's own page it draws the panel; on a chat page of a customer's own it draws it where that page has an
// element for it (`id="chat"`), or nothing, and the page draws by `liveagent.chasitor`.
import { Chasitor, expose } from './chasitor';
import { readEntry, type Entry } from './page';
import { ChatWindow } from './window';

const chasitor = new Chasitor();
expose(chasitor);

const entry: Entry | null = readEntry(document, location, import.meta.url);
const place = document.getElementById('chat');
void new ChatWindow(entry, place, chasitor).open();
