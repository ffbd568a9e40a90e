/** What the server's document does not list yet: its shapes as they were agreed. Each goes as soon as `npm run types` brings it. */
import type { Instant, WebPage } from './schema';

/** What `VisitorCard` will say more. */
export interface MoreOfVisitor {
  pages?: { page: WebPage; at: Instant }[];
}
