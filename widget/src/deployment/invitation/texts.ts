// The few words of an invitation, apart from the widget's catalogue so that a page loads no more than these.

export interface InvitationTexts {
  /** What the invitation is called, and its image's text. */
  invitation: string;
  accept: string;
  reject: string;
}

const TEXTS: { [language: string]: InvitationTexts } = {
  en: { invitation: 'Chat with us', accept: 'Start chat', reject: 'No, thanks' },
  de: { invitation: 'Chatten Sie mit uns', accept: 'Chat starten', reject: 'Nein, danke' },
  ar: { invitation: 'تحدث معنا', accept: 'ابدأ المحادثة', reject: 'لا، شكرًا' },
};

/** @param language such as `en_US`; the page's own where the button has none. */
export function invitationTexts(language: string): InvitationTexts & { language: string; rtl: boolean } {
  const wanted = (language || document.documentElement.lang || '').slice(0, 2).toLowerCase();
  const found = TEXTS[wanted];
  return { ...(found ?? (TEXTS['en'] as InvitationTexts)), language: found ? wanted : 'en', rtl: wanted === 'ar' };
}
