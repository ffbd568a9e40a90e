// Every text of the element and of the chat window. To translate: copy this file, translate the right-hand sides, keep what is in braces.
// A missing text or form of a plural does not compile.

/** A text by number: the forms that the language has, by their names in `Intl.PluralRules`. */
export type Plural<Forms extends Intl.LDMLPluralRule> = Readonly<Record<Forms, string>> & { readonly other: string };

export const en = {
  // The launcher, and what names the panel.
  title: 'Chat with us',
  launcher_open: 'Open chat',
  launcher_close: 'Close chat',
  launcher_offline: 'Leave us a message',
  launcher_unread: { one: '{count} unread message', other: '{count} unread messages' },

  // The panel's head.
  close: 'Close',
  sound_on: 'Turn sound on',
  sound_off: 'Turn sound off',
  transcript: 'Download transcript',
  transcript_name: 'conversation',
  transcript_failed: 'The transcript could not be read. Try again.',
  end: 'End conversation',

  // Before a conversation.
  start: 'Start chat',
  starting: 'Connecting…',
  cancel: 'Cancel',
  loading: 'Loading…',
  welcome: 'Hello! How can we help you?',
  start_wait: { one: 'Waiting time about {count} minute', other: 'Waiting time about {count} minutes' },
  drafts_notice: 'We can see what you type before you send it.',
  optional: 'optional',
  choose: 'Please choose',
  error_required: 'Please fill this in.',
  error_choose: 'Please choose one.',
  error_checked: 'Please tick this box.',
  error_email: 'Please enter an e-mail address such as name@example.com.',
  error_phone: 'Please enter a telephone number.',
  errors: { one: 'Please check {count} field.', other: 'Please check {count} fields.' },

  // Waiting.
  waiting: 'Please wait. Somebody will be with you soon.',
  queue_next: 'You are next.',
  queue_place: 'You are number {place} in the queue.',
  wait_soon: 'Less than a minute to wait.',
  wait_minutes: { one: 'About {count} minute to wait.', other: 'About {count} minutes to wait.' },

  // The conversation.
  log: 'Messages',
  you: 'You',
  automatic: 'Automatic message',
  message: 'Your message',
  message_placeholder: 'Write a message…',
  message_hint: 'Enter sends, Shift and Enter begin a new line.',
  send: 'Send',
  characters_left: { one: '{count} character left', other: '{count} characters left' },
  characters_over: { one: '{count} character too many', other: '{count} characters too many' },
  typing: '{name} is typing…',
  earlier: 'Earlier messages are in the transcript.',
  new_messages: { one: '{count} new message', other: '{count} new messages' },
  erased: 'This message was deleted.',
  link_hint: 'opens in a new tab',
  joined: '{name} is here for you.',
  transferring: '{name} is passing you on to a colleague.',
  transfer_failed: 'The colleague cannot take over. {name} goes on.',
  agent_lost: 'The connection to {name} was lost. A colleague will take over.',
  agent_lost_nobody: 'The connection to {name} was lost.',
  somebody: 'Our colleague',

  // What is on its way.
  sending: 'Sending…',
  delayed: 'Not sent yet. Trying again…',
  failed: 'Not sent.',
  failed_too_large: 'Not sent: it is too long.',
  failed_ended: 'Not sent: the conversation has ended.',
  try_again: 'Try again',
  try_now: 'Try now',
  take_back: 'Take back',

  // Files.
  attach: 'Attach a file',
  drop: 'Drop the file here',
  file_sending: 'Sending {name}…',
  file_failed: '{name} was not sent.',
  file_too_large: '{name} was not sent: files may have up to {size}.',
  file_type: '{name} was not sent: files of this type are not accepted.',
  file_not_asked: '{name} was not sent: nobody is waiting for a file.',
  file_erased: 'This file was deleted.',
  download: 'Download',
  file_unreadable: 'The file could not be read. Try again.',
  image: 'Picture: {name}',
  file_asked: '{name} asks you for a file.',
  file_choose: 'Choose a file',
  file_decline: 'No, thank you',
  file_declined: 'You did not send a file.',
  file_withdrawn: 'The file is no longer needed.',
  file_request_failed: 'The request for a file ended without a file.',

  // The connection.
  offline: 'You are offline. Messages are sent when you are back.',
  reconnecting: 'Connection lost. Reconnecting…',
  catching_up: 'Catching up…',

  // Idleness.
  idle: 'Are you still there? The conversation ends in {time}.',
  idle_stay: 'I am still here',

  // The end.
  end_question: 'End the conversation?',
  end_explanation: 'You can then rate it, and begin a new one at any time.',
  end_confirm: 'End it',
  end_back: 'Go on chatting',
  end_failed: 'The conversation could not be ended. Try again.',
  ended_visitor: 'You ended the conversation.',
  ended_agent: 'The conversation was ended by us.',
  ended_connection: 'The conversation ended because the connection was lost.',
  ended_idle: 'The conversation ended because nothing was written for a long time.',
  ended_unavailable: 'The conversation ended because nobody is available.',
  ended_error: 'The conversation ended because of a fault on our side. We are sorry.',
  new_conversation: 'New conversation',

  // The rating.
  rating: 'How was this conversation?',
  rating_1: 'Very bad',
  rating_2: 'Bad',
  rating_3: 'All right',
  rating_4: 'Good',
  rating_5: 'Very good',
  rating_comment: 'Would you like to tell us more?',
  rating_send: 'Send rating',
  rating_skip: 'Not now',
  rating_thanks: 'Thank you for your rating.',
  rating_failed: 'The rating was not sent. Try again.',

  // When nobody is there.
  offline_title: 'Leave us a message',
  offline_introduction: 'Nobody is available at the moment. Leave us a message, and we will get back to you.',
  open_again: 'We are back on {time}.',
  unavailable: 'Nobody is available at the moment. Please try again later.',
  field_name: 'Name',
  field_email: 'E-mail address',
  field_phone: 'Telephone number',
  field_message: 'Message',
  offline_send: 'Send message',
  offline_thanks: 'Thank you. Your message has arrived, and we will get back to you.',
  back: 'Back',

  // What went wrong.
  problem_unreachable: 'No connection to the chat. Check your network and try again.',
  problem_busy: 'The chat is very busy at the moment. Try again shortly.',
  problem_blocked: 'The chat is not available to you.',
  problem_gone: 'This conversation is no longer available.',
  problem_setup: 'The chat is not set up correctly on this page.',
  problem_other: 'Something went wrong. Try again.',

  // The chat window, where a page of the customer's own comes after the conversation.
  window_leaving: { one: 'You are taken to the next page in {count} second.', other: 'You are taken to the next page in {count} seconds.' },
  window_continue: 'Continue',
  window_stay: 'Stay here',
} as const;

type English = typeof en;

/** The names of texts, and of those that go by a number. */
export type Key = { [K in keyof English]: English[K] extends string ? K : never }[keyof English];
export type PluralKey = Exclude<keyof English, Key>;

/** What a language must have; `Forms` are the forms of its plurals. */
export type Catalogue<Forms extends Intl.LDMLPluralRule> = { readonly [K in Key]: string } & { readonly [K in PluralKey]: Plural<Forms> };
