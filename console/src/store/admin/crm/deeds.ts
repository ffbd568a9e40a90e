/** What is dropped and taken back, with what is said of it. */
import { refusalFrom } from '../../../api/problem';
import { sentence } from '../../../catalogue/advice';
import { t } from '../../../catalogue/crm';
import { notices, questions, type Question } from '../../notices.svelte';

/** Does it, and says how it went; whether it was done. */
export async function done(deed: () => Promise<unknown>, said: string, undo?: () => Promise<unknown>): Promise<boolean> {
  try {
    await deed();
  } catch (thrown) {
    notices.say(sentence(refusalFrom(thrown)), { tone: 'bad' });
    return false;
  }
  notices.say(said, { tone: 'good', undo: undo === undefined ? null : () => void done(undo, t('undone')) });
  return true;
}

/** The same, where nothing takes it back: asks first. */
export async function doneIfMeant(question: Question, deed: () => Promise<unknown>, said: string): Promise<boolean> {
  return (await questions.confirm({ danger: true, ...question })) && (await done(deed, said));
}
