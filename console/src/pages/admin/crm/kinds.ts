/** How a field's kind is shown: a picture, a word, and what makes it this one. */
import Asterisk from '@lucide/svelte/icons/asterisk';
import AtSign from '@lucide/svelte/icons/at-sign';
import Calendar from '@lucide/svelte/icons/calendar';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CircleDot from '@lucide/svelte/icons/circle-dot';
import Clock from '@lucide/svelte/icons/clock';
import Coins from '@lucide/svelte/icons/coins';
import FileText from '@lucide/svelte/icons/file-text';
import Globe from '@lucide/svelte/icons/globe';
import Hash from '@lucide/svelte/icons/hash';
import Link from '@lucide/svelte/icons/link';
import ListChecks from '@lucide/svelte/icons/list-checks';
import ListOrdered from '@lucide/svelte/icons/list-ordered';
import ListTree from '@lucide/svelte/icons/list-tree';
import MapPin from '@lucide/svelte/icons/map-pin';
import Paperclip from '@lucide/svelte/icons/paperclip';
import Percent from '@lucide/svelte/icons/percent';
import Phone from '@lucide/svelte/icons/phone';
import SquareCheck from '@lucide/svelte/icons/square-check';
import TextAlignStart from '@lucide/svelte/icons/text-align-start';
import TextInitial from '@lucide/svelte/icons/text-initial';
import Type from '@lucide/svelte/icons/type';
import type { Component } from 'svelte';
import { crm, t } from '../../../catalogue/crm';
import { number } from '../../../catalogue/format';
import type { CrmField } from '../../../store/admin/crm/types';

type Icon = Component<{ size?: number; 'aria-hidden'?: 'true' }>;

const ICONS: Readonly<Record<string, Icon>> = {
  text: Type,
  text_area: TextAlignStart,
  long_text: TextInitial,
  email: AtSign,
  phone: Phone,
  url: Globe,
  checkbox: SquareCheck,
  number: Hash,
  currency: Coins,
  percent: Percent,
  date: Calendar,
  date_time: CalendarClock,
  time: Clock,
  picklist: CircleDot,
  multipicklist: ListChecks,
  combobox: CircleDot,
  lookup: Link,
  master_detail: ListTree,
  auto_number: ListOrdered,
  address: MapPin,
  file: Paperclip,
  id: Asterisk,
  other: FileText,
};

/** The vendor's types, by the kinds that mean the same. */
const KIND_OF: Readonly<Record<string, string>> = {
  string: 'text',
  textarea: 'text_area',
  boolean: 'checkbox',
  int: 'number',
  double: 'number',
  datetime: 'date_time',
  reference: 'lookup',
  base64: 'file',
};

/** The kind by which a field is shown; standard ones have the vendor's types. */
export function shownKind({ kind, type, length }: Pick<CrmField, 'kind' | 'type' | 'length'>): string {
  if (Object.hasOwn(ICONS, kind)) return kind;
  const shown = KIND_OF[type.toLowerCase()] ?? type.toLowerCase();
  if (shown === 'text_area' && (length ?? 0) > 255) return 'long_text';
  return Object.hasOwn(ICONS, shown) ? shown : 'other';
}

export const iconOf = (kind: string): Icon => ICONS[kind] ?? FileText;

export function kindWord(kind: string): string {
  const key = `kind.${kind}`;
  return crm.knows(key) ? t(key) : t('kind.other');
}

/** What makes it this one: how long, how many digits, which values, to what. Empty where that is said by the kind. */
export function kindDetail(field: CrmField): string {
  const kind = shownKind(field);
  if (field.refers_to.length > 2) return t('detail.objects', { n: field.refers_to.length });
  if (field.refers_to.length > 0) return field.refers_to.join(', ');
  if (kind === 'picklist' || kind === 'multipicklist' || kind === 'combobox') return t('detail.values', { n: field.values });
  if ((kind === 'text' || kind === 'text_area' || kind === 'long_text') && field.length) return number(field.length);
  if (kind === 'number' || kind === 'currency' || kind === 'percent') {
    if (!field.precision) return '';
    const scale = field.scale ?? 0;
    return scale === 0 ? number(field.precision) : `${number(field.precision - scale)} + ${number(scale)}`;
  }
  return '';
}
