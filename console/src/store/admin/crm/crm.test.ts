import { describe, expect, it } from 'vitest';
import { begun, concerns, sent, whole } from './definition';
import { bare, isName, proposedName } from './names';
import { turned, turnedSystem } from './needs';
import { OBJECT_RIGHTS, type ObjectRights } from './types';
import { freshValue, moved, pasted, relabelled, settled, sorted, withActive, withDefault } from './values';

describe('a name proposed from a label', () => {
  it.each([
    ['Order number', 'Order_number'],
    ['Größe (cm)', 'Groesse_cm'],
    ['Ämter', 'Aemter'],
    ['Crème brûlée', 'Creme_brulee'],
    ['Customer’s wish', 'Customers_wish'],
    ['2nd address', 'nd_address'],
    ['__A--b__', 'A_b'],
    ['رقم الطلب', ''],
    ['رقم Order 7', 'Order_7'],
    ['', ''],
  ])('%s: %s', (label, name) => {
    expect(proposedName(label)).toBe(name);
  });

  it('is one that the server takes, however long the label', () => {
    for (const label of ['x'.repeat(39) + ' y z', 'a - b - c', 'Ω1 β', 'Ünï çødé '.repeat(20)]) {
      const name = proposedName(label);
      expect(name === '' || isName(name), name).toBe(true);
    }
    expect(isName('a__b') || isName('1a') || isName('a_') || isName('x'.repeat(41))).toBe(false);
    expect(bare('Invoice__c')).toBe('Invoice');
  });
});

const none: ObjectRights = { read: false, create: false, edit: false, delete: false, view_all: false, modify_all: false };
/** The server's own rule. */
const refused = ({ read, create, edit, delete: remove, view_all, modify_all }: ObjectRights): boolean =>
  ((create || edit || view_all) && !read) || (remove && !edit) || (modify_all && !(remove && view_all));

describe('rights that need others', () => {
  it('giving one gives what it needs, taking one takes what needs it', () => {
    expect(turned(none, 'delete', true)).toEqual({ rights: { ...none, read: true, edit: true, delete: true }, with: ['edit', 'read'] });
    const all: ObjectRights = { read: true, create: true, edit: true, delete: true, view_all: true, modify_all: true };
    expect(turned(all, 'edit', false)).toEqual({
      rights: { ...all, edit: false, delete: false, modify_all: false },
      with: ['delete', 'modify_all'],
    });
    expect(turned(all, 'read', false).rights).toEqual(none);
    expect(turned(all, 'create', false).with).toEqual([]);
  });

  it('from whatever is allowed, no change leads to what the server refuses', () => {
    for (let bits = 0; bits < 64; bits += 1) {
      const rights = Object.fromEntries(OBJECT_RIGHTS.map((right, at) => [right, (bits & (1 << at)) !== 0])) as ObjectRights;
      if (refused(rights)) continue;
      for (const right of OBJECT_RIGHTS) {
        const changed = turned(rights, right, !rights[right]);
        expect(refused(changed.rights), `${JSON.stringify(rights)}, ${right}`).toBe(false);
        // Nothing but what is said.
        const differs = OBJECT_RIGHTS.filter((other) => changed.rights[other] !== rights[other]);
        expect(new Set(differs)).toEqual(new Set([right, ...changed.with]));
      }
    }
  });

  it('of the system’s', () => {
    const names = ['PermissionsViewSetup', 'PermissionsManageUsers', 'PermissionsCustomizeApplication', 'PermissionsApiEnabled'];
    const given = turnedSystem(new Set(), names, 'PermissionsManageUsers', true);
    expect([...given.granted].sort()).toEqual(['PermissionsManageUsers', 'PermissionsViewSetup']);
    const taken = turnedSystem(new Set(names), names, 'PermissionsViewSetup', false);
    expect([...taken.granted]).toEqual(['PermissionsApiEnabled']);
    expect(taken.with).toEqual(['PermissionsManageUsers', 'PermissionsCustomizeApplication']);
  });
});

describe('the values of a picklist', () => {
  const some = [freshValue('Red'), freshValue('Green'), freshValue('Blue')];

  it('lines are added once each, and what cannot be one is told', () => {
    const { values, added, known, unfit } = pasted([...some, freshValue()], ' Yellow \r\nred\n\nA;B\nBlack\nblack\n' + 'x'.repeat(256));
    expect(values.map(({ value }) => value)).toEqual(['Red', 'Green', 'Blue', 'Yellow', 'Black']);
    expect([added, known, unfit]).toEqual([2, ['red', 'black'], ['A;B', 'x'.repeat(256)]]);
    expect(pasted([], Array.from({ length: 1_001 }, (_, n) => `v${n}`).join('\n')).unfit).toEqual(['v1000']);
  });

  it('are moved and sorted', () => {
    expect(moved(some, 0, 2).map(({ value }) => value)).toEqual(['Green', 'Blue', 'Red']);
    expect(moved(some, 0, 3)).toEqual(some);
    expect(
      sorted([freshValue('10'), { ...freshValue('b'), label: 'Ä' }, freshValue('9'), freshValue('Z')], 'de').map(({ value }) => value),
    ).toEqual(['9', '10', 'b', 'Z']);
  });

  it('one at most is the default, and that one can be chosen', () => {
    const off = withActive(some, 1, false);
    expect(off[1]).toMatchObject({ active: false, default: false });
    const green = withDefault(off, 1);
    expect(green.map((value) => [value.active, value.default])).toEqual([
      [true, false],
      [true, true],
      [true, false],
    ]);
    expect(withActive(green, 1, false)[1]).toMatchObject({ active: false, default: false });
    expect(withDefault(green, null).some((value) => value.default)).toBe(false);
  });

  it('what is new is stored as it is shown, until somebody says otherwise', () => {
    const typed = relabelled(relabelled(freshValue(), 'R'), 'Red');
    expect(settled([typed])).toEqual([{ value: 'Red', active: true, default: false }]);
    expect(settled([relabelled({ ...typed, label: 'Red', value: 'r' }, 'Rot')])).toEqual([
      { value: 'r', label: 'Rot', active: true, default: false },
    ]);
    const stored = { value: 'Red', active: true, default: false };
    expect(settled([relabelled(stored, 'Rot')])).toEqual([{ ...stored, label: 'Rot' }]);
  });

  it('what is sent says nothing twice', () => {
    expect(
      settled([
        { ...freshValue(' Red '), label: 'Red' },
        freshValue(' '),
        { ...freshValue(''), label: 'Blue' },
        { ...freshValue('g'), label: 'Green' },
      ]),
    ).toEqual([
      { value: 'Red', active: true, default: false },
      { value: 'Blue', active: true, default: false },
      { value: 'g', label: 'Green', active: true, default: false },
    ]);
  });
});

describe('a field', () => {
  it('only what concerns its kind is sent, whatever was said of another kind before', () => {
    const said = whole({
      kind: 'text',
      name: 'A',
      label: 'A',
      ...begun('text'),
      unique: true,
      case_sensitive: true,
      default: 'x',
      values: some(),
    });
    expect(sent(said)).toEqual({
      name: 'A',
      label: 'A',
      kind: 'text',
      help: null,
      length: 255,
      required: false,
      unique: true,
      case_sensitive: true,
      external_id: false,
      default: null,
    });
    expect(sent({ ...said, kind: 'checkbox' })).toEqual({ name: 'A', label: 'A', kind: 'checkbox', help: null, default: 'x' });
    expect(Object.keys(sent({ ...said, kind: 'long_text' }))).not.toContain('required');
    expect(concerns('master_detail', 'when_deleted') || concerns('picklist', 'default')).toBe(false);
  });
  const some = () => [freshValue('a')];
});
