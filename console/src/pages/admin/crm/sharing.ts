/** How records are shared, as something to choose. */
import { t } from '../../../catalogue/crm';

export const sharings = () =>
  (['read_write', 'read', 'private'] as const).map((value) => ({ value, label: t(`sharing.${value}`), note: t(`sharing.${value}.note`) }));
