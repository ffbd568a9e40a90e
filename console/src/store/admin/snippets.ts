/** The codes for web pages, and what a pasted one says. */
import { call } from '../../api/client';
import { api } from '../session.svelte';

export const readSnippets = (deployment: string, button: string | undefined) =>
  call(api.GET('/admin/snippets', { params: { query: { deployment, button } } }));
/** What a person pasted: read, never run, and kept nowhere. */
export const readPasted = (text: string) => call(api.POST('/admin/snippets/read', { body: { text } }));
