// segment.js and what analytics.js loads as one of Segment's own integrations: the destination in its two shapes (src/destination/).
import { bundle } from './bundle.mjs';

export const build = () =>
  bundle({ entryPoints: { segment: 'src/destination/main.ts', 'segment-classic': 'src/destination/classic-main.ts' }, target: 'es2020' });

export const budgets = () => [
  { name: 'segment.js', paths: ['segment.js'], kilobytes: 5 },
  { name: 'the destination as a classic integration', paths: ['segment-classic.js'], kilobytes: 5 },
];
