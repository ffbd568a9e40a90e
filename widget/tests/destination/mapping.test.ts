// The table that the server's mapping is held to as well: a case is added there, and both must agree.
import { describe, expect, it } from 'vitest';
import cases from '../../../crates/domain/tests/mapping/cases.json';
import { map, STARTED, type Traits } from '../../src/destination/mapping';
import { readSettings } from '../../src/destination/settings';

describe('cases.json', () => {
  it('has cases', () => expect(cases.length).toBeGreaterThan(20));

  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, { settings, user, group, event, expect: expected }) => {
    const nothing = { details: [], name: null, entities: [], warnings: [], initialised: false };
    const properties = event.properties as Traits;
    const mapped =
      event.event === STARTED ? map(readSettings(settings), { user: user as Traits, group: group as Traits, properties }) : nothing;
    const entities = mapped.entities.map(({ entityFieldsMaps, ...entity }) => ({ ...entity, fields: entityFieldsMaps }));
    expect({ ...mapped, entities }).toEqual(expected);
  });
});
