/** English. */
const en = {
  board: 'Live board',
  figures: 'Figures',
  history: 'History',
  offline_messages: 'Offline messages',
  data: 'Data',
  start: 'First steps',
  connect: 'Connect an app',
  connected_apps: 'Connected apps',
  objects: 'Objects',
  rights: 'Rights',
  deployments: 'Deployments',
  buttons: 'Buttons',
  queues: 'Queues',
  skills: 'Skills',
  agents: 'Agents',
  roles: 'Roles',
  hours: 'Business hours',
  quick_texts: 'Quick texts',
  rules: 'Sensitive data',
  blocks: 'Blocked addresses',
  old_ids: 'Old ids',
  import: 'Import',
  workspace: 'Workspace',
  audit: 'Audit log',
} as const;

export default en;
