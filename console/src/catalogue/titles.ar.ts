import type { Complete } from './catalogue.svelte';
import type en from './titles.en';

const ar: Complete<typeof en> = {
  board: 'اللوحة الحية',
  figures: 'الأرقام',
  history: 'السجل',
  offline_messages: 'رسائل عدم الاتصال',
  data: 'البيانات',
  start: 'الخطوات الأولى',
  connect: 'ربط تطبيق',
  connected_apps: 'التطبيقات المتصلة',
  objects: 'الكائنات',
  rights: 'الصلاحيات',
  deployments: 'عمليات النشر',
  buttons: 'الأزرار',
  queues: 'قوائم الانتظار',
  skills: 'المهارات',
  agents: 'الموظفون',
  roles: 'الأدوار',
  hours: 'ساعات العمل',
  quick_texts: 'النصوص السريعة',
  rules: 'البيانات الحساسة',
  blocks: 'العناوين المحظورة',
  old_ids: 'المعرّفات القديمة',
  import: 'الاستيراد',
  workspace: 'مساحة العمل',
  audit: 'سجل التدقيق',
};

export default ar;
