import { mount } from 'svelte';
import './design/tokens.css';
import './design/base.css';
import './design/menus.css';
import App from './App.svelte';
import { prefs } from './store/prefs.svelte';

prefs.show();
// The language is there before the first sentence is. What is loaded for it may need this file: it does not wait for itself.
void prefs.talk().then(() => mount(App, { target: document.getElementById('app')! }));
