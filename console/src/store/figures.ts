/** Figures over a chosen time. */
import { call } from '../api/client';
import type { Figures, operations } from '../api/schema';
import { api } from './session.svelte';

export type FiguresAsk = NonNullable<operations['figures']['parameters']['query']>;
export const readFigures = (query: FiguresAsk): Promise<Figures> => call(api.GET('/figures', { params: { query } }));
