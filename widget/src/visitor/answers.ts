// A filled-in pre-chat form as what a request for a conversation says.
import type { EntityPlan, NewDetail, PrechatField } from './wire';

export interface Answers {
  name?: string;
  details: NewDetail[];
  entity_plans: EntityPlan[];
}

/** @param answers One a field, in their order; of a checkbox `true` or `false`. */
export function answersOf(fields: readonly PrechatField[], answers: readonly string[]): Answers {
  const details: NewDetail[] = [];
  const plans = new Map<string, EntityPlan>();
  let name: string | undefined;
  fields.forEach((field, at) => {
    const value = (answers[at] ?? '').trim();
    const { label, visible_to_agent, transcript_fields } = field;
    if (field.is_name) name ??= value || undefined;
    // The name is shown as the visitor's; it is a detail too where something else is made of it.
    if (field.is_name && field.map.length === 0 && transcript_fields.length === 0) return;
    details.push({ label, value, visible_to_agent, transcript_fields });
    for (const { entity, field: column, find, exact, create } of field.map) {
      const plan = plans.get(entity) ?? { entity, show: true, fields: [] };
      plan.fields.push({ field: column, label, find, exact, create });
      plans.set(entity, plan);
    }
  });
  const said: Answers = { details, entity_plans: [...plans.values()] };
  if (name !== undefined) said.name = name;
  return said;
}
