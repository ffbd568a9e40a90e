import type { Complete } from './catalogue.svelte';
import type en from './titles.en';

const de: Complete<typeof en> = {
  board: 'Leitstand',
  figures: 'Zahlen',
  history: 'Verlauf',
  offline_messages: 'Offline-Nachrichten',
  data: 'Daten',
  start: 'Erste Schritte',
  connect: 'App verbinden',
  connected_apps: 'Verbundene Apps',
  objects: 'Objekte',
  rights: 'Rechte',
  deployments: 'Deployments',
  buttons: 'Buttons',
  queues: 'Warteschlangen',
  skills: 'Fähigkeiten',
  agents: 'Agenten',
  roles: 'Rollen',
  hours: 'Geschäftszeiten',
  quick_texts: 'Textbausteine',
  rules: 'Sensible Daten',
  blocks: 'Gesperrte Adressen',
  old_ids: 'Alte IDs',
  import: 'Import',
  workspace: 'Arbeitsbereich',
  audit: 'Prüfprotokoll',
};

export default de;
