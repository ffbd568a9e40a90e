// deployment.js and prechat.js: classic scripts for pages of any age.
import { bundle } from './bundle.mjs';

export const build = () => bundle({ entryPoints: { deployment: 'src/deployment/main.ts', prechat: 'src/prechat/main.ts' } });

export const budgets = () => [{ name: 'deployment.js', paths: ['deployment.js'], kilobytes: 12 }];
