// prechat.js: gives a pre-chat page of the customer's own what the pages before it told of the visitor (deployment_segment.md 6.4). The call is
// our own (`Visitor/PrechatDetails.jsonp`), since the old one was never published.
import { preChatInit } from './details';

const page = window as unknown as { liveagent?: { [name: string]: unknown } };
const api = (page.liveagent ??= {});
const details = (typeof api['details'] === 'object' && api['details'] !== null ? api['details'] : {}) as { [name: string]: unknown };
details['preChatInit'] = preChatInit;
api['details'] = details;
