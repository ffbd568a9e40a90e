// segment.js: `SwitchboardDestination(settings)` for `analytics.register`, and the same by the name that our settings tell analytics.js.
import { destination, NAME, type Plugin } from './plugin';

const { src, nonce } = document.currentScript instanceof HTMLScriptElement ? document.currentScript : { src: '', nonce: '' };

// As analytics.js knows factories that pages give it.
const factory = Object.assign((settings: unknown): Plugin => destination(settings, { src, nonce: nonce ?? '' }), { pluginName: NAME });

Object.assign(window, { SwitchboardDestination: factory });
