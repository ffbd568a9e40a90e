// The conversation of a chat window: what was said of the visitor on the site and in a pre-chat form goes with every request for one.
import { Conversation, type Asking, type Options } from '../visitor/conversation';
import type { EntityPlan } from '../visitor/wire';
import type { Entry } from './page';

export class WindowConversation extends Conversation {
  private readonly entry: Entry;

  constructor(options: Options, entry: Entry) {
    super(options);
    this.entry = entry;
  }

  override start(asking: Asking): Promise<void> {
    const { visit, prechat } = this.entry;
    const { page: _page, referrer: _referrer, ...rest } = asking;
    // The page and the referrer are those of the visit; this window is neither.
    const more: Asking = { ...rest };
    more.entity_plans = merged([...prechat.entity_plans, ...(asking.entity_plans ?? [])]);
    const name = asking.name ?? prechat.name;
    if (name) more.name = name;
    if (visit !== null) more.visit = visit;
    return super.start(more);
  }

  override visit(): void {
    // The visitor's pages are those of the site.
  }
}

/** One plan a kind of record: a form of ours may add to what the customer's page planned. */
function merged(plans: readonly EntityPlan[]): EntityPlan[] {
  const byEntity = new Map<string, EntityPlan>();
  for (const plan of plans) {
    const known = byEntity.get(plan.entity);
    byEntity.set(plan.entity, known ? { ...known, ...plan, fields: [...known.fields, ...plan.fields] } : plan);
  }
  return [...byEntity.values()];
}
