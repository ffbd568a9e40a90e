import { mount } from 'svelte';
import './design/tokens.css';
import './design/base.css';
import './design/menus.css';
import App from './App.svelte';
import { prefs } from './store/prefs.svelte';

prefs.show();
// The language is there before the first sentence is.
await prefs.talk();
mount(App, { target: document.getElementById('app')! });
