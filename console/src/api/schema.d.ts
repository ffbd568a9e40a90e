// Made by `npm run types` from the OpenAPI document of crates/http; not for editing.
export interface paths {
  '/admin/agents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A page of agents. */
    get: operations['agents_list'];
    put?: never;
    /** Makes an agent. The password must be changed at the first sign-in. */
    post: operations['agents_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/agents/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** An agent. */
    get: operations['agents_read'];
    /** Replaces all that can be set of an agent. */
    put: operations['agents_replace'];
    post?: never;
    /** Removes an agent who has no conversation. */
    delete: operations['agents_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/agents/{id}/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sets an agent's password, to be changed at the next sign-in; all sign-ins end. */
    post: operations['reset_password'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/agents/{id}/presence': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Sets an agent's presence. Online lasts only as long as the agent is heard from. Audited. */
    put: operations['agents_set_presence'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A page of the audit log. */
    get: operations['audit_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/blocks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['blocks_list'];
    put?: never;
    post: operations['blocks_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/blocks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['blocks_read'];
    put: operations['blocks_replace'];
    post?: never;
    delete: operations['blocks_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/buttons': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['buttons_list'];
    put?: never;
    post: operations['buttons_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/buttons/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['buttons_read'];
    put: operations['buttons_replace'];
    post?: never;
    delete: operations['buttons_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/deployments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['deployments_list'];
    put?: never;
    post: operations['deployments_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/deployments/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['deployments_read'];
    put: operations['deployments_replace'];
    post?: never;
    delete: operations['deployments_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A page of conversations, newest first. Audited. */
    get: operations['history_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/hours': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['hours_list'];
    put?: never;
    post: operations['hours_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/hours/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['hours_read'];
    put: operations['hours_replace'];
    post?: never;
    delete: operations['hours_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/import/metadata': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes over deployments, buttons, skills, rules and agents' settings from Salesforce's metadata files. */
    post: operations['import_metadata'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/knocks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Unknown ids that clients came with, the latest first. */
    get: operations['knocks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/knocks/{old_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Forgets an unknown id. */
    delete: operations['forget_knock'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/old-ids': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Ids that shipped apps use. */
    get: operations['old_ids'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/old-ids/{old_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Lets an old id name a thing. */
    put: operations['set_old_id'];
    post?: never;
    /** An old id names nothing any more. */
    delete: operations['remove_old_id'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/persons/{visitor}/erase': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Erases all that is stored of a person; that there were conversations remains. Audited. */
    post: operations['person_erase'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/persons/{visitor}/export': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everything that is stored of a person. Audited. */
    get: operations['person_export'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/queues': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['queues_list'];
    put?: never;
    post: operations['queues_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/queues/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['queues_read'];
    put: operations['queues_replace'];
    post?: never;
    delete: operations['queues_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/quick-texts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['quick_texts_list'];
    put?: never;
    post: operations['quick_texts_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/quick-texts/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['quick_texts_read'];
    put: operations['quick_texts_replace'];
    post?: never;
    delete: operations['quick_texts_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/roles': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['roles_list'];
    put?: never;
    post: operations['roles_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/roles/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['roles_read'];
    put: operations['roles_replace'];
    post?: never;
    delete: operations['roles_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/rules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['rules_list'];
    put?: never;
    post: operations['rules_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/rules/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['rules_read'];
    put: operations['rules_replace'];
    post?: never;
    delete: operations['rules_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/rules/try': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What a rule would do. Nothing is stored, so nothing is kept under the key either. */
    post: operations['try_rule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/skills': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['skills_list'];
    put?: never;
    post: operations['skills_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/skills/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations['skills_read'];
    put: operations['skills_replace'];
    post?: never;
    delete: operations['skills_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/snippets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The codes and values for a deployment, and for one of its buttons. */
    get: operations['snippets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/snippets/read': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Reads what a person pasted. Nothing is run, fetched or kept, so nothing is kept under the key either. */
    post: operations['snippets_read'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/workspace': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The workspace. */
    get: operations['workspace_read'];
    /** Replaces the workspace's settings. */
    put: operations['workspace_replace'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/board': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Agents, queues and conversations that run. 304 while nothing on it can have changed. */
    get: operations['board_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A conversation with its latest entries. Reading what is another's is audited. */
    get: operations['conversation_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/block': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Turns the visitor away from now on, by address. Audited. */
    post: operations['visitor_block'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/custom-events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tells a program on the visitor's side something. */
    post: operations['send_custom_event'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends it. Ending it again changes nothing. */
    post: operations['end'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/entries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Entries before one, oldest first. Reading what is another's is audited. */
    get: operations['entries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/file-requests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks the visitor for a file. One request is open at a time. */
    post: operations['file_request'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/file-requests/{request}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Withdraws a request for a file. Withdrawing it again changes nothing. */
    delete: operations['file_request_withdraw'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every file of the conversation, the erased ones too. */
    get: operations['files_list'];
    put?: never;
    /** Sends the visitor a file. The same key with the same content again is the same file. */
    post: operations['file_send'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/files/{file}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The content of a file. */
    get: operations['file_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/files/{file}/link': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A link to a file that works without a token for a while. */
    post: operations['file_link'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/finish': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** After-conversation work is done. */
    post: operations['finish'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/flag': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Raises the flag. One that is up stays as it is. */
    post: operations['flag_raise'];
    /** Lowers the flag. One that is down stays so. */
    delete: operations['flag_lower'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/hidden-details': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Pre-chat values that are kept from agents. Each reading is audited. */
    get: operations['hidden_details_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends a message. The same key again is the same message. */
    post: operations['send'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/monitor': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Watches it: it enters the supervisor's view. Audited. */
    post: operations['monitor_start'];
    /** Lets it be. It leaves the supervisor's view. */
    delete: operations['monitor_end'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/notes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Notes something among colleagues. A supervisor whispers so to the owner. */
    post: operations['note_write'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/past': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A page of the visitor's earlier conversations, newest first. Whoever has a conversation with the visitor reads the ones that are over. */
    get: operations['past_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/take': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Picks a waiting conversation; a supervisor takes over what another agent has. Taking it again changes nothing. */
    post: operations['take'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/transcript': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The transcript for programs. Reading what is another's is audited. */
    get: operations['transcript_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/transcript.txt': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The transcript for people, in the workspace's time zone. Reading what is another's is audited. */
    get: operations['transcript_text'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/transfer': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends it on; if nobody takes it, it comes back. */
    post: operations['transfer'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/conversations/{id}/typing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Types, or stopped. Never stored. */
    post: operations['typing'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/directory': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What ids are called, and what agents pick from when they go away or decline. */
    get: operations['directory_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What concerns the agent, from a position on. */
    get: operations['stream'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who asks. */
    get: operations['me_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Changes one's own password; every other sign-in ends. */
    post: operations['change_password'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me/presence': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Whether offers shall come. */
    put: operations['set_presence'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me/totp': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins a second factor. It counts once it is confirmed. */
    post: operations['enrol'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me/totp/confirm': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The first code of a second factor. */
    post: operations['confirm'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me/totp/remove': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes the second factor away. */
    post: operations['remove'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/offers/{offer}/accept': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes the offered conversation. The same agent accepting the same offer again gets the same answer. */
    post: operations['accept'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/offers/{offer}/decline': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says no. Saying it again changes nothing. */
    post: operations['decline'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/offline-messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A page of messages that visitors left. */
    get: operations['offline_messages'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/offline-messages/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A message that a visitor left. */
    get: operations['offline_message'];
    /** Says who sees to a message and whether it is done. Audited. */
    put: operations['offline_message_update'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/quick-texts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A page of texts to insert, by name. */
    get: operations['quick_texts_search'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sign-in': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Signs an agent in. */
    post: operations['sign_in'];
    /** Revokes the token. */
    delete: operations['sign_out'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/snapshot': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All that the agent sees, and where the event stream goes on. */
    get: operations['snapshot'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/transfer-targets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where the agent may send conversations now. */
    get: operations['targets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/availability': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether conversations can be asked for now. What does not exist, or not in this deployment, is left out. */
    get: operations['visitor_availability'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/conversation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The conversation as it is now, and where its event stream goes on. */
    get: operations['visitor_conversation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/conversations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks for a conversation. The same `Idempotency-Key` in the same deployment gets the same conversation and token. */
    post: operations['visitor_start'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/custom-events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends a custom event to the agent's side. */
    post: operations['visitor_send_custom_event'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/draft': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What is being typed, for the agent to see where the button allows it; ignored elsewhere. Never stored. */
    post: operations['visitor_set_draft'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends the conversation. Ending an ended one changes nothing and is answered with the end that it had. */
    post: operations['visitor_end'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Events after a position. */
    get: operations['visitor_follow'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/file-requests/{request}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Declines a request for a file. Declining again changes nothing. */
    delete: operations['visitor_file_request_decline'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends a file: in answer to a request, or unasked where the deployment allows that. It is on disk when this is answered; the same key with
     *     the same content again is the same file.
     */
    post: operations['visitor_file_send'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/files/{file}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The content of a file, the visitor's own or the agent's. */
    get: operations['visitor_file_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/idle-warning': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The visitor's side shows the idle warning, or took it back. */
    post: operations['visitor_idle'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends a message. It is on disk when this is answered; the same key again is the same message. */
    post: operations['visitor_send'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/offline-messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Leaves a message for when somebody is there again. The same `Idempotency-Key` in the same deployment is the same message. */
    post: operations['visitor_leave_offline_message'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/page': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The visitor is on another page. */
    post: operations['visitor_visit'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/post-chat': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where the visitor goes when the conversation is over, and what the page there is told. Its button says so; without a page there are no fields. */
    get: operations['visitor_post_chat'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/rating': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Judges the conversation, while it goes on or afterwards, once. */
    post: operations['visitor_rate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/settings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everything that a page needs before a conversation. Ids of shipped apps are understood, and answered as ours. */
    get: operations['visitor_settings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/transcript': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The transcript for programs. */
    get: operations['visitor_transcript'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/transcript.txt': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The transcript for people, in the workspace's time zone. */
    get: operations['visitor_transcript_text'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/visitor/typing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Types, or stopped. Never stored. */
    post: operations['visitor_set_typing'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description Answers a durable POST: it is on disk, as this entry. */
    Accepted: {
      /** @description When it was taken in. */
      at: components['schemas']['Instant'];
      /**
       * Format: int64
       * @description The entry's place in the conversation.
       */
      sequence: number;
    };
    /** @description A person who answers, or administers. */
    Agent: {
      /** @description How much more fits. */
      capacity: components['schemas']['Capacity'];
      /** @description Which. */
      id: components['schemas']['AgentId'];
      last_sign_in_at?: components['schemas']['Instant'] | null;
      /** @description Ids that shipped apps know the agent by. */
      old_ids: string[];
      /** @description Whether offers come. */
      presence: components['schemas']['Presence'];
      /** @description All that can be set. */
      settings: components['schemas']['AgentSettings'];
      /** @description Whether a second factor is enrolled. */
      totp: boolean;
    };
    /** @description Whether an agent takes conversations now. */
    AgentAvailability: {
      /** @description Which. */
      agent: components['schemas']['AgentId'];
      /** @description Whether. */
      available: boolean;
    };
    /** @description Who answers, as visitors see it. */
    AgentCard: {
      /** @description Which agent. */
      id: components['schemas']['AgentId'];
      /** @description The agent's public name. */
      name: string;
    };
    /** @description A conversation as an agent sees it. */
    AgentConversation: {
      /** @description Whether it has ended and still uses the owner's capacity. */
      after_work: boolean;
      button?: components['schemas']['ButtonId'] | null;
      closure?: components['schemas']['Closure'] | null;
      /** @description Whether the visitor waits too long for an answer. */
      critical_wait: boolean;
      /** @description Where it came in. */
      deployment: components['schemas']['DeploymentId'];
      /** @description Pre-chat values, in order. */
      details: components['schemas']['Detail'][];
      /** @description Whether there are entries before `timeline`: read them with `GET /conversations/{id}/entries`. */
      earlier: boolean;
      /** @description Requests for files that are open. */
      file_requests: components['schemas']['FileRequest'][];
      flag?: components['schemas']['Flag'] | null;
      /** @description Which. */
      id: components['schemas']['ConversationId'];
      /** @description Whether the idle warning stands. */
      idle_warning: boolean;
      /** @description Supervisors who watch it, in order. */
      monitored_by: components['schemas']['AgentId'][];
      owner?: components['schemas']['AgentId'] | null;
      queue?: components['schemas']['QueueId'] | null;
      rating?: components['schemas']['Rating'] | null;
      /**
       * Format: int64
       * @description The last entry that this state includes. Entries up to here are ignored by [`crate::view::AgentView`].
       */
      sequence: number;
      /** @description When the visitor asked for it. */
      started_at: components['schemas']['Instant'];
      /** @description Where it stands. */
      state: components['schemas']['ConversationState'];
      /** @description The latest entries, oldest first, at most [`crate::view::TIMELINE`]. */
      timeline: components['schemas']['Entry'][];
      transfer?: components['schemas']['TransferTarget'] | null;
      /** @description The visitor's side. */
      visitor: components['schemas']['VisitorCard'];
    };
    /**
     * @description `GET /events` (`text/event-stream`): the `data` of each event.
     *
     *     Durable events carry the SSE id `epoch:position`. Where one journal entry makes several, only the last carries it, so that a reader who is cut
     *     between them gets all of them again; applying one twice changes nothing. Events marked ephemeral have no id and are never repeated.
     */
    AgentEvent:
      | {
          /** @description All of it, up to its `sequence`. */
          conversation: components['schemas']['AgentConversation'];
          /** @enum {string} */
          event: 'conversation_entered';
        }
      | {
          /** @description Which. */
          conversation: components['schemas']['ConversationId'];
          /** @enum {string} */
          event: 'conversation_left';
          /** @description Why. */
          reason: components['schemas']['LeaveReason'];
        }
      | {
          /** @description In which. */
          conversation: components['schemas']['ConversationId'];
          /** @description What; one with a `sequence` not above the conversation's is known already. */
          entry: components['schemas']['Entry'];
          /** @enum {string} */
          event: 'entry';
        }
      | {
          /** @enum {string} */
          event: 'offer_made';
          /** @description Which. */
          offer: components['schemas']['Offer'];
        }
      | {
          /** @enum {string} */
          event: 'offer_ended';
          /** @description Which. */
          offer: components['schemas']['OfferId'];
          /** @description How. */
          outcome: components['schemas']['OfferOutcome'];
        }
      | {
          /** @enum {string} */
          event: 'me_changed';
          /** @description All of it. */
          me: components['schemas']['Me'];
        }
      | {
          /** @enum {string} */
          event: 'waiting_changed';
          /** @description All of it. */
          waiting: components['schemas']['WaitingConversation'];
        }
      | {
          /** @description Which. */
          conversation: components['schemas']['ConversationId'];
          /** @enum {string} */
          event: 'waiting_left';
        }
      | {
          /** @enum {string} */
          event: 'advanced';
        }
      | {
          /** @description In which conversation. */
          conversation: components['schemas']['ConversationId'];
          /** @enum {string} */
          event: 'typing';
          /** @description Whether. */
          typing: boolean;
        }
      | {
          /** @description In which conversation. */
          conversation: components['schemas']['ConversationId'];
          /** @enum {string} */
          event: 'draft';
          /** @description All of the input field. */
          text: components['schemas']['Text'];
        }
      | {
          /** @enum {string} */
          event: 'reset';
          /** @description Why. */
          reason: components['schemas']['ResetReason'];
        };
    /**
     * Format: uuid
     * @description A person who answers.
     */
    AgentId: string;
    /** @description What is set for an agent. What is left out of a `POST` or `PUT` is the default. */
    AgentSettings: {
      /** @description May sign in. */
      active?: boolean;
      /**
       * Format: int32
       * @description How long after-conversation work may take; 0 for none, null for until the agent ends it.
       */
      after_work_seconds?: number | null;
      /** @description Offers are accepted at once. */
      auto_accept?: boolean;
      /** @description Away after a decline. */
      away_on_decline?: boolean;
      /** @description Away after an offer timed out. */
      away_on_timeout?: boolean;
      /**
       * Format: int32
       * @description How many conversations the agent can carry.
       */
      capacity?: number;
      /**
       * Format: int32
       * @description The visitor waits too long after so many seconds without an answer; null for never.
       */
      critical_wait_seconds?: number | null;
      /** @description The first message of a conversation that the agent answers; replaces the button's. `{agent}` is the public name. */
      greeting?: string | null;
      /** @description What the agent signs in with; unique in the workspace, case does not count. */
      login: string;
      /** @description The name that colleagues see. */
      name: string;
      /** @description The name that visitors see; null for `name`. */
      public_name?: string | null;
      /** @description Queues served. */
      queues?: components['schemas']['QueueId'][];
      /** @description Roles held. */
      roles?: components['schemas']['RoleId'][];
      /** @description Skills held. */
      skills?: components['schemas']['SkillId'][];
      /** @description Buttons that the agent may transfer to; null for all. */
      transfer_buttons?: components['schemas']['ButtonId'][] | null;
      /** @description Skills that the agent may transfer to; null for all. */
      transfer_skills?: components['schemas']['SkillId'][] | null;
    };
    /** @description `GET /snapshot`: all that the agent sees, and where the event stream goes on. */
    AgentSnapshot: {
      /** @description Conversations that the agent owns, the ended ones with after-conversation work too, and those that he watches as a supervisor; by id. */
      conversations: components['schemas']['AgentConversation'][];
      /** @description The agent. */
      me: components['schemas']['Me'];
      /** @description Open offers to the agent, by id. */
      offers: components['schemas']['Offer'][];
      /** @description `after` for `GET /events`. */
      position: components['schemas']['Position'];
      /** @description Conversations to pick from, first come first within priority; empty without `queues.see_waiting`. */
      waiting: components['schemas']['WaitingConversation'][];
    };
    /** @description How the window of a deployment looks and which language it speaks. */
    Appearance: {
      /**
       * @description The colour behind everything, as `#rrggbb`.
       * @default null
       */
      background_color: string | null;
      /**
       * @description BCP 47 tag of the language; null for the visitor's own. A button's language wins.
       * @default null
       */
      language: string | null;
      /**
       * @description An image: an https address, or a path of our own host that begins with `/`.
       * @default null
       */
      logo_url: string | null;
      /**
       * @description The colour of buttons and headings, as `#rrggbb`.
       * @default null
       */
      primary_color: string | null;
      /**
       * @description Texts of the window by their keys, instead of those that come with it; at most 64 of 500 characters.
       * @default {}
       */
      texts: {
        [key: string]: string;
      };
      /**
       * @description What the window is called; null for the page's own words.
       * @default null
       */
      title: string | null;
    };
    /**
     * Format: uuid
     * @description One line of the audit log.
     */
    AuditId: string;
    /** @description One line of the audit log. */
    AuditLine: {
      /** @description What, such as `button.changed`. */
      action: string;
      /** @description From which address. */
      address?: string | null;
      agent?: components['schemas']['AgentId'] | null;
      /** @description When. */
      at: components['schemas']['Instant'];
      /** @description What became different, without secrets and conversation text. */
      change: Record<string, never>;
      /** @description Which. */
      id: components['schemas']['AuditId'];
      /**
       * Format: uuid
       * @description To which thing.
       */
      subject?: string | null;
    };
    /** @description Who said or did something. */
    Author:
      | {
          /** @enum {string} */
          role: 'visitor';
        }
      | {
          /** @description Which agent. */
          id: components['schemas']['AgentId'];
          /** @description The agent's public name then. */
          name: string;
          /** @enum {string} */
          role: 'agent';
        }
      | {
          /** @enum {string} */
          role: 'system';
        };
    /** @description The answer to [`AvailabilityQuery`]: only what was asked for and exists. */
    Availability: {
      /** @description Agents asked for. */
      agents: components['schemas']['AgentAvailability'][];
      /** @description Buttons asked for. */
      buttons: components['schemas']['ButtonAvailability'][];
    };
    /**
     * @description How many events one answer to a poll brings.
     * @enum {string}
     */
    Batch: 'one' | 'all';
    /** @description A range of addresses whose visitors are turned away. */
    Block: {
      /** @description When. */
      at: components['schemas']['Instant'];
      by?: components['schemas']['AgentId'] | null;
      /** @description Which. */
      id: components['schemas']['BlockId'];
      /** @description All that can be set. */
      settings: components['schemas']['BlockSettings'];
    };
    /**
     * Format: uuid
     * @description A range of addresses whose visitors are turned away.
     */
    BlockId: string;
    /** @description Which addresses are blocked. Both ends are of one family (IPv4 or IPv6) and included. */
    BlockSettings: {
      /** @description The first address. */
      from: string;
      /** @description Why. */
      note?: string | null;
      /** @description The last one. */
      to: string;
    };
    /**
     * @description `POST /conversations/{id}/block`: the visitor's address is turned away from now on. Answered with 201 and the block, which is the one there
     *     was if the addresses were blocked before.
     */
    BlockVisitor: {
      /** @description End the conversation, too. */
      end?: boolean;
      /** @description The whole network of the address: a /24 of IPv4, a /64 of IPv6. */
      network?: boolean;
      /** @description Why, at most 255 characters. */
      note?: string | null;
    };
    /**
     * @description `GET /board`: all that a supervisor looks over at once. Needs `conversations.supervise`. It carries an `ETag`; with `If-None-Match` it is
     *     answered 304 while nothing on it can have changed.
     */
    Board: {
      /** @description Active agents who may answer, by name. */
      agents: components['schemas']['BoardAgent'][];
      /** @description When it was read. */
      at: components['schemas']['Instant'];
      /** @description Conversations that run, the newest 500, newest first. */
      conversations: components['schemas']['BoardConversation'][];
      /** @description Where visitors wait: queues and buttons that are switched on, by name; then agents and skills for which somebody waits by name. */
      queues: components['schemas']['BoardQueue'][];
      /** @description Sums over everything, not over what is listed. */
      totals: components['schemas']['BoardTotals'];
    };
    /** @description An agent on the board. */
    BoardAgent: {
      /** @description How much more fits. */
      capacity: components['schemas']['Capacity'];
      /**
       * Format: int32
       * @description Conversations that the agent has.
       */
      conversations: number;
      /** @description Who. */
      id: components['schemas']['AgentId'];
      /** @description The name that colleagues see. */
      name: string;
      /** @description In the agent's words, such as `Lunch`. */
      note?: string | null;
      /** @description Why. */
      reason: components['schemas']['PresenceReason'];
      /** @description Since when. */
      since: components['schemas']['Instant'];
      /** @description Whether offers come. */
      status: components['schemas']['PresenceStatus'];
    };
    /** @description A conversation on the board. */
    BoardConversation: {
      answered_at?: components['schemas']['Instant'] | null;
      button?: components['schemas']['ButtonId'] | null;
      /** @description The visitor waits too long for an answer. */
      critical_wait: boolean;
      flag?: components['schemas']['Flag'] | null;
      /** @description Which. */
      id: components['schemas']['ConversationId'];
      last_author?: components['schemas']['LastAuthor'] | null;
      last_message_at?: components['schemas']['Instant'] | null;
      /** @description Supervisors who watch it, in order. */
      monitored_by: components['schemas']['AgentId'][];
      owner?: components['schemas']['AgentId'] | null;
      queue?: components['schemas']['QueueId'] | null;
      /** @description When it was asked for. */
      started_at: components['schemas']['Instant'];
      /** @description Where it stands. */
      state: components['schemas']['ConversationState'];
      visitor_name?: components['schemas']['Text'] | null;
    };
    /** @description Where visitors wait. */
    BoardQueue: {
      button?: components['schemas']['ButtonId'] | null;
      /**
       * Format: int64
       * @description How long a visitor who came now would wait: 0 when an agent is free; null if unknown.
       */
      estimated_wait_seconds?: number | null;
      /**
       * Format: int32
       * @description How many more conversations they can take together.
       */
      free_capacity: number;
      id?: components['schemas']['QueueId'] | null;
      longest_waiting_since?: components['schemas']['Instant'] | null;
      /** @description What it is called. */
      name: string;
      /**
       * Format: int32
       * @description Agents who are online for it.
       */
      online_agents: number;
      /**
       * Format: int32
       * @description How many wait.
       */
      waiting: number;
    };
    /** @description Sums of a board. */
    BoardTotals: {
      /**
       * Format: int32
       * @description Conversations that agents have.
       */
      active: number;
      /**
       * Format: int32
       * @description Agents who are online.
       */
      online_agents: number;
      /**
       * Format: int32
       * @description Conversations that no agent has: they wait or are being offered.
       */
      waiting: number;
    };
    /** @description An entry point that routes. */
    Button: {
      /** @description Which. */
      id: components['schemas']['ButtonId'];
      /** @description Ids that shipped apps know it by; several may name one button. */
      old_ids: string[];
      /** @description All that can be set. */
      settings: components['schemas']['ButtonSettings'];
    };
    /** @description Whether a button takes conversations now. */
    ButtonAvailability: {
      /** @description Whether a conversation asked for now would be answered or queued. */
      available: boolean;
      /** @description Which. */
      button: components['schemas']['ButtonId'];
      /**
       * Format: int32
       * @description Seconds; null while nothing is known.
       */
      estimated_wait_seconds?: number | null;
    };
    /**
     * Format: uuid
     * @description An entry point that routes.
     */
    ButtonId: string;
    /** @description How a button behaves. What is left out of a `POST` or `PUT` is the default. */
    ButtonSettings: {
      /** @description Takes conversations at all. */
      active?: boolean;
      /** @description The name that visitors see instead of the agent's. */
      agent_name?: string | null;
      /** @description A page of the site's own in which conversations are held instead of ours; its address. */
      chat_page?: string | null;
      /** @description Deployments that may use it; empty for all. */
      deployments?: components['schemas']['DeploymentId'][];
      /** @description Agents see what visitors are typing. */
      drafts?: boolean;
      /** @description The visitor is shown a form after; its address. */
      form_after?: string | null;
      /** @description The visitor is shown a form before: a page of the site's own; its address. */
      form_before?: string | null;
      /** @description The first message of an answered conversation; `{agent}` is the agent's public name. */
      greeting?: string | null;
      hours?: components['schemas']['HoursId'] | null;
      /**
       * Format: int32
       * @description The visitor's side ends after so many seconds without input; null for never.
       */
      idle_timeout_seconds?: number | null;
      /**
       * Format: int32
       * @description The visitor's side warns after so many seconds without input; null for never. Below `idle_timeout_seconds`.
       */
      idle_warning_seconds?: number | null;
      invitation?: components['schemas']['Invitation'] | null;
      /** @description BCP 47 tag of the window's language. */
      language?: string | null;
      /** @description For people. */
      name: string;
      offline_form?: components['schemas']['OfflineForm'] | null;
      prechat_form?: components['schemas']['PrechatForm'] | null;
      /** @description How conversations find an agent. */
      routing?: components['schemas']['RoutingSettings'];
      survey?: components['schemas']['Survey'] | null;
    };
    /** @description How much an agent carries. */
    Capacity: {
      /**
       * Format: int32
       * @description How many conversations the agent can carry.
       */
      total: number;
      /**
       * Format: int32
       * @description Conversations, after-conversation work and open offers now.
       */
      used: number;
    };
    /** @description `POST /me/password`. Ends every other sign-in of the agent. Answered 204. */
    ChangePassword: {
      /** @description The password now. */
      current: components['schemas']['Secret'];
      /** @description The new one, at least 12 characters. */
      new: components['schemas']['Secret'];
    };
    /**
     * @description Who or what ended a conversation.
     * @enum {string}
     */
    ClosedBy: 'visitor' | 'agent' | 'system';
    /** @description The end of a conversation. */
    Closure: {
      /** @description When. */
      at: components['schemas']['Instant'];
      /** @description Why. */
      because: components['schemas']['EndedBecause'];
      /** @description Who ended it. */
      by: components['schemas']['ClosedBy'];
      reason?: components['schemas']['Text'] | null;
    };
    /**
     * @description Whether the visitor's device is heard from.
     * @enum {string}
     */
    Connection: 'connected' | 'silent';
    /**
     * Format: uuid
     * @description A conversation between a visitor and whoever owns it.
     */
    ConversationId: string;
    /**
     * @description Where a conversation stands. It is in exactly one of these.
     * @enum {string}
     */
    ConversationState: 'waiting' | 'offered' | 'active' | 'ended';
    /**
     * @description A day of the week.
     * @enum {string}
     */
    Day: 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';
    /** @description `POST /offers/{id}/decline`. Answered 204. */
    DeclineOffer: {
      /** @description In the agent's words, at most 255 characters. */
      reason?: string | null;
    };
    /** @description A place where visitors come from: a site, an app. */
    Deployment: {
      /** @description Which. */
      id: components['schemas']['DeploymentId'];
      /** @description Ids that shipped apps know it by (15 or 18 characters). */
      old_ids: string[];
      /** @description All that can be set. */
      settings: components['schemas']['DeploymentSettings'];
    };
    /**
     * Format: uuid
     * @description A place where visitors come from: a site, an app.
     */
    DeploymentId: string;
    /** @description How a deployment behaves. What is left out of a `POST` or `PUT` is the default, or what the operator made it (`[chat]`, `[retention]`). */
    DeploymentSettings: {
      /** @description Origins whose pages may use it, such as `https://www.example.com`; empty for all. */
      allowed_origins?: string[];
      /** @description How the window looks and which language it speaks. */
      appearance?: components['schemas']['Appearance'];
      /**
       * Format: int32
       * @description A visitor who is not heard from for so long is gone. Milliseconds; 280,000 unless told.
       */
      connection_timeout_ms?: number;
      /**
       * Format: int32
       * @description The agent is told of a silent visitor after so long. Milliseconds; null for never.
       */
      connection_warning_ms?: number | null;
      /** @description What files may be sent. */
      files?: components['schemas']['FileSettings'];
      /**
       * Format: int32
       * @description A conversation in which nobody says anything for so long is ended by the server. Seconds; null for never.
       */
      idle_backstop_seconds?: number | null;
      /**
       * Format: int32
       * @description Longest message, in characters.
       */
      max_message_chars?: number;
      /** @description For people. */
      name: string;
      /** @description How clients that poll are answered. */
      polling?: components['schemas']['PollingSettings'];
      /** @description Pages of the site's own that come before a conversation may read what the visitor's page said of the visitor. */
      prechat_api?: boolean;
      /**
       * @description Hosts, as `forms.example.com` or `forms.example.com:8443`, that may have pages before, during and after a conversation, besides our own
       *     and those of `allowed_origins`; at most 50.
       */
      redirect_hosts?: string[];
      /** @description How long things are kept. */
      retention?: components['schemas']['RetentionSettings'];
      /** @description Visitors may see their place in the queue. */
      show_queue_position?: boolean;
      /** @description Visitors may have their transcript. */
      visitor_transcript?: boolean;
    };
    /** @description A labelled pre-chat value. Values that are not for agents never appear here. */
    Detail: {
      /** @description What is asked, such as `E-mail`. */
      label: string;
      /** @description The answer; empty when the visitor gave none. */
      value: components['schemas']['Text'];
    };
    /** @description `GET /directory`: what ids are called, for every agent. Each list by name. */
    Directory: {
      /** @description Agents, the switched-off ones too: what they wrote is still there. */
      agents: components['schemas']['DirectoryAgent'][];
      /** @description What to pick from as the note of being away. */
      away_reasons: string[];
      /** @description Buttons. */
      buttons: components['schemas']['DirectoryButton'][];
      /** @description What to pick from as the reason of declining an offer. */
      decline_reasons: string[];
      /** @description Deployments. */
      deployments: components['schemas']['DirectoryDeployment'][];
      /** @description Queues. */
      queues: components['schemas']['DirectoryQueue'][];
      /** @description Skills. */
      skills: components['schemas']['DirectorySkill'][];
      /** @description The workspace. */
      workspace: components['schemas']['DirectoryWorkspace'];
    };
    /** @description An agent's names. */
    DirectoryAgent: {
      /** @description May sign in. */
      active: boolean;
      /** @description Which. */
      id: components['schemas']['AgentId'];
      /** @description The name that colleagues see. */
      name: string;
      /** @description The name that visitors see. */
      public_name: string;
    };
    /** @description A button's name. */
    DirectoryButton: {
      /** @description Which. */
      id: components['schemas']['ButtonId'];
      /** @description What it is called. */
      name: string;
    };
    /** @description A deployment's name. */
    DirectoryDeployment: {
      /** @description Which. */
      id: components['schemas']['DeploymentId'];
      /** @description What it is called. */
      name: string;
    };
    /** @description A queue's name. */
    DirectoryQueue: {
      /** @description Which. */
      id: components['schemas']['QueueId'];
      /** @description What it is called. */
      name: string;
    };
    /** @description A skill's name. */
    DirectorySkill: {
      /** @description Which. */
      id: components['schemas']['SkillId'];
      /** @description What it is called. */
      name: string;
    };
    /** @description The workspace, for agents. */
    DirectoryWorkspace: {
      /** @description Its name. */
      name: string;
      /** @description IANA name, such as `Europe/Berlin`. */
      time_zone: string;
    };
    /** @description `POST /visitor/end`, `POST /conversations/{id}/end`. */
    EndConversation: {
      reason?: components['schemas']['Text'] | null;
    };
    /**
     * @description Why a conversation ended.
     * @enum {string}
     */
    EndedBecause: 'visitor' | 'agent' | 'connection_timeout' | 'visitor_idle' | 'agents_unavailable' | 'error' | 'refused';
    /** @description How one pre-chat value takes part in find-or-create. */
    EntityField: {
      /** @description Set it on a new record. */
      create?: boolean;
      /** @description With `find`: the whole value must be equal. */
      exact?: boolean;
      /** @description The record's field. */
      field: string;
      /** @description Look for records by it. */
      find?: boolean;
      /** @description The `label` of the value. */
      label: string;
    };
    /** @description Sets a field of another planned record to this record's id. */
    EntityLink: {
      /** @description The other kind of record. */
      entity: string;
      /** @description Its field. */
      field: string;
    };
    /** @description Find-or-create of one CRM record from pre-chat values. */
    EntityPlan: {
      /** @description What kind of record, such as `Contact`. */
      entity: string;
      /** @description Which value goes where. */
      fields: components['schemas']['EntityField'][];
      link_to?: components['schemas']['EntityLink'] | null;
      /** @description Show the record to the agent when it was found or made. */
      show?: boolean;
      /** @description The transcript's field that gets the record's id. */
      transcript_field?: string | null;
    };
    /** @description The answer to [`EntriesQuery`]. */
    Entries: {
      /** @description Whether there are older ones. */
      earlier: boolean;
      /** @description Oldest first. */
      entries: components['schemas']['Entry'][];
    };
    /**
     * @description One thing that happened in a conversation.
     *
     *     `(conversation, sequence)` cites it for ever. Sequences of a conversation only grow; gaps are entries that the reader may not see.
     */
    Entry: components['schemas']['What'] & {
      /** @description When. */
      at: components['schemas']['Instant'];
      /**
       * Format: int64
       * @description Its place in the conversation.
       */
      sequence: number;
    };
    /** @description What files may be sent. */
    EntryFiles: {
      /**
       * Format: int64
       * @description Largest file, in bytes.
       */
      max_bytes: number;
      /** @description Media types, judged by content; `image/*` covers all of a kind. Empty: no files. */
      media_types: string[];
      /** @description Visitors may send files that no agent asked for. */
      unasked: boolean;
    };
    /** @description The answer to `POST /admin/persons/{visitor}/erase`: messages, details, pages, files and names of the person are gone. Needs `persons.erase`; audited. */
    Erased: {
      /**
       * Format: int64
       * @description In how many conversations.
       */
      conversations: number;
      /**
       * Format: int64
       * @description Files deleted.
       */
      files: number;
      /**
       * Format: int64
       * @description Messages and custom events blanked, those left when nobody was there too.
       */
      messages: number;
    };
    /** @description A conversation in an export. */
    ExportedConversation: {
      /** @description What to find or create in the CRM. */
      entity_plan: Record<string, never>;
      /** @description Values that agents do not see. */
      hidden_details: components['schemas']['HiddenDetail'][];
      /** @description Everything that happened, pages seen and notes among agents too. */
      transcript: components['schemas']['Transcript'];
      /** @description What is known of the visitor's side. */
      visitor: components['schemas']['VisitorCard'];
    };
    /** @description A message left when nobody was there, in an export. */
    ExportedOfflineMessage: {
      /** @description Values that agents do not see. */
      hidden_details: components['schemas']['HiddenDetail'][];
      /** @description As agents see it. */
      message: components['schemas']['OfflineMessage'];
    };
    /** @description What a site's pages said of a visitor, in an export. */
    ExportedVisit: {
      /** @description When last. */
      at: components['schemas']['Instant'];
      /** @description Values that agents may see. */
      details: components['schemas']['Detail'][];
      /** @description What to find or create in the CRM. */
      entity_plan: Record<string, never>;
      /** @description Values that agents do not see. */
      hidden_details: components['schemas']['HiddenDetail'][];
      name?: components['schemas']['Text'] | null;
      /** @description Pages seen, the newest first. */
      pages: components['schemas']['VisitedPage'][];
      /** @description The first session of the browser, as the pages know it. */
      permanent_id?: string | null;
      /** @description The page that led to the site. */
      referrer?: string | null;
      /**
       * Format: int32
       * @description How many visits of the browser there were.
       */
      visit_count?: number | null;
    };
    /** @description A file of a conversation. */
    File: {
      /** @description Who sent it. */
      author: components['schemas']['Author'];
      /** @description Whether its content was erased by retention or on request. */
      erased: boolean;
      /** @description Names it within the workspace. */
      id: components['schemas']['FileId'];
      /** @description Media type, judged by content, such as `image/png`. */
      media_type: string;
      /** @description Its name as the sender called it, stripped of folders and control characters. */
      name: components['schemas']['Text'];
      /**
       * Format: int64
       * @description Bytes.
       */
      size: number;
    };
    /**
     * Format: uuid
     * @description A file sent in a conversation.
     */
    FileId: string;
    /** @description A link to a file that works without a token until it expires. */
    FileLink: {
      /** @description Until when. */
      expires_at: components['schemas']['Instant'];
      /** @description Which file. */
      file: components['schemas']['FileId'];
      /** @description Absolute address; whoever has it can read the file. */
      url: components['schemas']['Secret'];
    };
    /** @description An open request for a file from the visitor. */
    FileRequest: {
      /** @description Who asked. */
      author: components['schemas']['Author'];
      expires_at?: components['schemas']['Instant'] | null;
      /** @description Names it. */
      id: components['schemas']['FileRequestId'];
    };
    /** @description The answer to [`RequestFile`]. */
    FileRequested: {
      /** @description Names it; `DELETE /conversations/{id}/file-requests/{request}` withdraws it. */
      request: components['schemas']['FileRequestId'];
      /**
       * Format: int64
       * @description The entry's place in the conversation.
       */
      sequence: number;
    };
    /**
     * Format: uuid
     * @description A request for a file, open until it is used, cancelled or expired.
     */
    FileRequestId: string;
    /**
     * @description How a request for a file came to its end.
     * @enum {string}
     */
    FileRequestOutcome: 'received' | 'cancelled_by_agent' | 'cancelled_by_visitor' | 'failed';
    /** @description `GET /conversations/{id}/files`: every file of the conversation. */
    Files: {
      /** @description Oldest first. */
      files: components['schemas']['File'][];
    };
    /** @description What files may be sent. */
    FileSettings: {
      /**
       * Format: int32
       * @description How long a link to a file works for who has no token. Seconds.
       * @default 86400
       */
      link_seconds: number;
      /**
       * Format: int64
       * @description Largest file, in bytes.
       * @default 10485760
       */
      max_bytes: number;
      /**
       * @description Media types, judged by content; `image/*` covers all of a kind. Empty: no files.
       * @default [
       *       "image/*",
       *       "application/pdf",
       *       "text/plain"
       *     ]
       */
      media_types: string[];
      /**
       * @description Visitors may send files that no agent asked for.
       * @default false
       */
      unasked: boolean;
    };
    /** @description An owner asks for a supervisor's help. It is up until the owner or a supervisor lowers it, or the conversation ends. */
    Flag: {
      /** @description Since when. */
      at: components['schemas']['Instant'];
      /** @description Who raised it. */
      by: components['schemas']['AgentId'];
      note?: components['schemas']['Text'] | null;
    };
    /** @description A pre-chat value that the deployment keeps from agents. Needs the permission `details.read_hidden`; each reading is audited. */
    HiddenDetail: {
      /** @description What was asked. */
      label: string;
      /** @description Names of the transcript fields it is saved to. */
      transcript_fields: string[];
      /** @description The answer. */
      value: components['schemas']['Text'];
    };
    /** @description `GET /conversations/{id}/hidden-details`. Needs `details.read_hidden`; audited. */
    HiddenDetails: {
      /** @description In the order given. */
      details: components['schemas']['HiddenDetail'][];
    };
    /** @description One line of the history. The transcript is at `GET /conversations/{id}/transcript`. */
    HistoryItem: {
      agent?: components['schemas']['AgentId'] | null;
      /**
       * Format: int32
       * @description Messages of agents.
       */
      agent_messages: number;
      answered_at?: components['schemas']['Instant'] | null;
      button?: components['schemas']['ButtonId'] | null;
      closure?: components['schemas']['Closure'] | null;
      /** @description Which conversation. */
      conversation: components['schemas']['ConversationId'];
      /** @description Where it came in. */
      deployment: components['schemas']['DeploymentId'];
      queue?: components['schemas']['QueueId'] | null;
      rating?: components['schemas']['Rating'] | null;
      /** @description When it was asked for. */
      started_at: components['schemas']['Instant'];
      /** @description Where it stands. */
      state: components['schemas']['ConversationState'];
      /** @description Who asked for it. */
      visitor: components['schemas']['VisitorId'];
      /**
       * Format: int32
       * @description Messages of the visitor.
       */
      visitor_messages: number;
      visitor_name?: components['schemas']['Text'] | null;
    };
    /** @description A day that is unlike the others of its kind. */
    Holiday: {
      /** @description Which day, as `2026-12-25`. */
      date: string;
      /** @description Open from this time of the day; null for closed all day. Comes with `to`. */
      from?: string | null;
      /** @description What it is called. */
      name: string;
      /** @description Open up to this time. */
      to?: string | null;
    };
    /** @description When the buttons that name it are open. */
    Hours: {
      /** @description Which. */
      id: components['schemas']['HoursId'];
      /** @description All that can be set. */
      settings: components['schemas']['HoursSettings'];
    };
    /**
     * Format: uuid
     * @description Business hours.
     */
    HoursId: string;
    /** @description Business hours, by the clock of one time zone. */
    HoursSettings: {
      /** @description Days that are unlike the others, at most 1,000; one entry a day. */
      holidays?: components['schemas']['Holiday'][];
      /** @description For people. */
      name: string;
      /** @description IANA name, such as `Europe/Berlin`. The zone's changes of the clock are followed. */
      time_zone: string;
      /** @description When it is open in each week, at most 100 spans; a day may have several. Closed outside. */
      weekly?: components['schemas']['Opening'][];
    };
    /**
     * @description What became of it.
     * @enum {string}
     */
    ImportAction: 'created' | 'updated' | 'unchanged' | 'would_create' | 'would_update';
    /**
     * @description What is made of files.
     * @enum {string}
     */
    ImportedKind: 'skill' | 'deployment' | 'button' | 'agent' | 'rule';
    /** @description One thing that was taken over. */
    ImportedThing: {
      /** @description What became of it. */
      action: components['schemas']['ImportAction'];
      /** @description From which file; of an agent, from which files. */
      file: string;
      /**
       * Format: uuid
       * @description Its id; absent while it only would be made.
       */
      id?: string | null;
      /** @description What it is. */
      kind: components['schemas']['ImportedKind'];
      /** @description What it is called here. */
      name: string;
    };
    /** @description What an import did, or would do. Importing the same again changes nothing. */
    ImportReport: {
      /** @description Nothing was written. */
      dry_run: boolean;
      /** @description What was not, with a sentence for people each. */
      not_taken: components['schemas']['NotTaken'][];
      /** @description What was taken over, in the order in which it was. */
      taken: components['schemas']['ImportedThing'][];
      /** @description Images and pages to upload again. */
      upload_again: components['schemas']['UploadAgain'][];
    };
    /**
     * Format: date-time
     * @description An instant, printed as `2026-11-21T04:05:06.000007Z`; any offset is read.
     * @example 2026-11-21T04:05:06.000007Z
     */
    Instant: string;
    /** @description An invitation that a page shows by itself to visitors whom its rules find. */
    Invitation: {
      /**
       * @description Shown again on later pages to a visitor who accepted it.
       * @default false
       */
      after_accept: boolean;
      /**
       * @description Shown again on later pages to a visitor who rejected it.
       * @default false
       */
      after_reject: boolean;
      /**
       * @description How it comes in.
       * @default fade
       */
      animation: components['schemas']['InvitationAnimation'];
      /**
       * @description Where it comes to rest.
       * @default bottom_right
       */
      end: components['schemas']['InvitationEnd'];
      /**
       * @description How the rules are put together, by their numbers from 1: `AND(1,NOT(2))`. Null: all of them must hold.
       * @default null
       */
      filter: string | null;
      /**
       * Format: int32
       * @description Its height in pixels.
       * @default null
       */
      image_height: number | null;
      /**
       * @description The image that invites; null for a card of the window's own.
       * @default null
       */
      image_url: string | null;
      /**
       * Format: int32
       * @description Its width in pixels.
       * @default null
       */
      image_width: number | null;
      /**
       * Format: int32
       * @description Rejected by itself after so many seconds; null for never.
       * @default null
       */
      reject_after_seconds: number | null;
      /**
       * @description Who is invited, at most 50 rules.
       * @default []
       */
      rules: components['schemas']['InvitationRule'][];
      /**
       * @description Where it starts.
       * @default bottom_right
       */
      start: components['schemas']['InvitationStart'];
      /**
       * @description What the card says where there is no image.
       * @default null
       */
      text: string | null;
    };
    /**
     * @description How an invitation comes in.
     * @enum {string}
     */
    InvitationAnimation: 'slide' | 'fade' | 'appear' | 'custom';
    /**
     * @description Where an invitation comes to rest.
     * @enum {string}
     */
    InvitationEnd: 'top_left' | 'top' | 'top_right' | 'left' | 'center' | 'right' | 'bottom_left' | 'bottom' | 'bottom_right';
    /**
     * @description How a rule of an invitation compares.
     * @enum {string}
     */
    InvitationOperator:
      'equals' | 'not_equals' | 'starts_with' | 'contains' | 'not_contains' | 'less' | 'greater' | 'less_or_equal' | 'greater_or_equal';
    /** @description What must hold of a visitor who is invited. */
    InvitationRule: {
      /** @description What is looked at. */
      kind: components['schemas']['InvitationRuleKind'];
      /** @description With `custom_variable`: which one. A variable that the page never set fails the rule. */
      name?: string | null;
      /** @description How it is compared. */
      operator: components['schemas']['InvitationOperator'];
      /** @description With what; a whole number for counts and seconds. */
      value: string;
    };
    /**
     * @description What a rule of an invitation looks at.
     * @enum {string}
     */
    InvitationRuleKind: 'page_views' | 'url' | 'seconds_on_page' | 'seconds_on_site' | 'custom_variable';
    /**
     * @description Where an invitation starts: outside the page at an edge or a corner. Of the two words for a corner's side the second names the edge.
     * @enum {string}
     */
    InvitationStart:
      | 'top_left'
      | 'top_left_top'
      | 'top'
      | 'top_right_top'
      | 'top_right'
      | 'top_right_right'
      | 'right'
      | 'bottom_right_right'
      | 'bottom_right'
      | 'bottom_right_bottom'
      | 'bottom'
      | 'bottom_left_bottom'
      | 'bottom_left'
      | 'bottom_left_left'
      | 'left'
      | 'top_left_left';
    /** @description `GET /admin/knocks`: an unknown id that a client came with. `PUT /admin/old-ids/{old_id}` adopts it. */
    Knock: {
      /**
       * Format: int64
       * @description How often.
       */
      count: number;
      /** @description When it came first. */
      first_at: components['schemas']['Instant'];
      /** @description What the client used it as. */
      kind: components['schemas']['OldIdKind'];
      /** @description When it came last. */
      last_at: components['schemas']['Instant'];
      /** @description As the client sent it. */
      old_id: string;
      /** @description The page that it came from last. */
      origin?: string | null;
    };
    /**
     * @description Who wrote last.
     * @enum {string}
     */
    LastAuthor: 'visitor' | 'agent';
    /** @description `POST /visitor/offline-messages`: leaves a message. Needs no token; refused (`wrong_state`) where no button has the form. */
    LeaveOfflineMessage: {
      button?: components['schemas']['ButtonId'] | null;
      /** @description Where the visitor is. */
      deployment: components['schemas']['DeploymentId'];
      /** @description What was asked besides. */
      details?: components['schemas']['NewDetail'][];
      email?: components['schemas']['Text'] | null;
      name?: components['schemas']['Text'] | null;
      page?: components['schemas']['WebPage'] | null;
      phone?: components['schemas']['Text'] | null;
      /** @description The words, at most as many characters as a message of the deployment has. */
      text: components['schemas']['Text'];
    };
    /**
     * @description Why a conversation left the agent's view.
     * @enum {string}
     */
    LeaveReason: 'transferred' | 'returned' | 'closed' | 'monitoring_ended' | 'rights_changed';
    /** @description The answer to [`LeaveOfflineMessage`]: it is on the disk. */
    LeftOfflineMessage: {
      /** @description Names it. */
      id: components['schemas']['OfflineMessageId'];
    };
    /** @description `GET /me`: the agent who asks. */
    Me: {
      /** @description How much more fits. */
      capacity: components['schemas']['Capacity'];
      /** @description Which agent. */
      id: components['schemas']['AgentId'];
      /** @description What the agent signs in with. */
      login: string;
      /** @description The name that colleagues see. */
      name: string;
      /** @description What they allow together, sorted. */
      permissions: components['schemas']['Permission'][];
      /** @description Whether offers come. */
      presence: components['schemas']['Presence'];
      /** @description The name that visitors see. */
      public_name: string;
      /** @description Queues served. */
      queues: components['schemas']['QueueId'][];
      /** @description Roles held. */
      roles: components['schemas']['RoleId'][];
      /** @description Skills held. */
      skills: components['schemas']['SkillId'][];
      /** @description Whether a second factor is enrolled. */
      totp: boolean;
      /** @description The workspace's name. */
      workspace: string;
    };
    /** @description `POST /admin/agents`. */
    NewAgent: {
      /** @description The first password, at least 12 characters; to be changed at the first sign-in. */
      password: components['schemas']['Secret'];
      /** @description All that can be set. */
      settings: components['schemas']['AgentSettings'];
    };
    /** @description A pre-chat value as the visitor's side sends it. */
    NewDetail: {
      /** @description Articles are looked for with it. */
      knowledge_search?: boolean;
      /** @description What was asked. */
      label: string;
      /** @description Names of transcript fields that it is saved to. */
      transcript_fields?: string[];
      /** @description The answer. */
      value: components['schemas']['Text'];
      /** @description False: kept from agents, search and transcript text; true unless told. */
      visible_to_agent?: boolean;
    };
    /** @description Something that was not taken over. */
    NotTaken: {
      /** @description In which file. */
      file: string;
      /** @description Which property of it; absent for the whole file. */
      property?: string | null;
      /** @description Why, or what to do instead, in English. */
      sentence: string;
    };
    /** @description A conversation that one agent is asked to take. */
    Offer: {
      /** @description When it was made. */
      at: components['schemas']['Instant'];
      button?: components['schemas']['ButtonId'] | null;
      /** @description Whether the agent may decline it. */
      can_decline: boolean;
      /** @description Which conversation. */
      conversation: components['schemas']['ConversationId'];
      expires_at?: components['schemas']['Instant'] | null;
      /** @description Names it. */
      id: components['schemas']['OfferId'];
      note?: components['schemas']['Text'] | null;
      queue?: components['schemas']['QueueId'] | null;
      transferred_by?: components['schemas']['AgentId'] | null;
      visitor_name?: components['schemas']['Text'] | null;
      /** @description Since when the visitor waits. */
      waiting_since: components['schemas']['Instant'];
    };
    /**
     * Format: uuid
     * @description One agent being asked to take one conversation.
     */
    OfferId: string;
    /**
     * @description Why an offer ended without being accepted.
     * @enum {string}
     */
    OfferOutcome: 'accepted' | 'declined' | 'timed_out' | 'withdrawn';
    /** @description The form for when nobody is there: `POST /visitor/offline-messages`. */
    OfflineForm: {
      /**
       * @description Ask for a telephone number too.
       * @default false
       */
      ask_phone: boolean;
      /**
       * @description What stands above the fields.
       * @default null
       */
      introduction: string | null;
    };
    /** @description A message that a visitor left. */
    OfflineMessage: {
      assigned_to?: components['schemas']['AgentId'] | null;
      /** @description When. */
      at: components['schemas']['Instant'];
      button?: components['schemas']['ButtonId'] | null;
      /** @description Where. */
      deployment: components['schemas']['DeploymentId'];
      /** @description What was asked besides, without what agents may not see. */
      details: components['schemas']['Detail'][];
      done_at?: components['schemas']['Instant'] | null;
      done_by?: components['schemas']['AgentId'] | null;
      email?: components['schemas']['Text'] | null;
      /** @description Names it. */
      id: components['schemas']['OfflineMessageId'];
      name?: components['schemas']['Text'] | null;
      page?: components['schemas']['WebPage'] | null;
      phone?: components['schemas']['Text'] | null;
      /** @description Whether it needs somebody. */
      state: components['schemas']['OfflineState'];
      /** @description The words; empty once erased. */
      text: components['schemas']['Text'];
      /** @description Who, for export and erasure. */
      visitor: components['schemas']['VisitorId'];
    };
    /**
     * Format: uuid
     * @description A message that a visitor left when nobody was there.
     */
    OfflineMessageId: string;
    /**
     * @description Whether a message needs somebody.
     * @enum {string}
     */
    OfflineState: 'open' | 'done';
    /** @description An id that shipped apps use, and what it names. 15 characters, or 18 with their check; both spellings are one id. */
    OldId: {
      /** @description What it names. */
      names: components['schemas']['OldIdSettings'];
      /** @description The 15 characters. */
      old_id: string;
    };
    /**
     * @description What an old id names.
     * @enum {string}
     */
    OldIdKind: 'workspace' | 'deployment' | 'button' | 'agent';
    /** @description `PUT /admin/old-ids/{old_id}`: makes shipped apps' id name a thing of ours. `DELETE` takes it away. */
    OldIdSettings: {
      /**
       * Format: uuid
       * @description The thing's id.
       */
      id: string;
      /** @description What kind of thing it names. */
      kind: components['schemas']['OldIdKind'];
    };
    /** @description A span of a day on which it is open. */
    Opening: {
      /** @description Which day of the week. */
      day: components['schemas']['Day'];
      /** @description From this time of the day on, as `09:00`. */
      from: string;
      /** @description Up to this time, which is after `from`, as `17:00`; `24:00` for the end of the day. */
      to: string;
    };
    /**
     * @description What becomes of a poll when another one comes.
     * @enum {string}
     */
    Overlap: 'newer_wins' | 'conflict';
    /**
     * @description Whether visitors who poll are told of the end that they asked for themselves.
     * @enum {string}
     */
    OwnEnd: 'after_form' | 'always' | 'never';
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Agent: {
      /** @description At most `limit` items. */
      items: {
        /** @description How much more fits. */
        capacity: components['schemas']['Capacity'];
        /** @description Which. */
        id: components['schemas']['AgentId'];
        last_sign_in_at?: components['schemas']['Instant'] | null;
        /** @description Ids that shipped apps know the agent by. */
        old_ids: string[];
        /** @description Whether offers come. */
        presence: components['schemas']['Presence'];
        /** @description All that can be set. */
        settings: components['schemas']['AgentSettings'];
        /** @description Whether a second factor is enrolled. */
        totp: boolean;
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_AuditLine: {
      /** @description At most `limit` items. */
      items: {
        /** @description What, such as `button.changed`. */
        action: string;
        /** @description From which address. */
        address?: string | null;
        agent?: components['schemas']['AgentId'] | null;
        /** @description When. */
        at: components['schemas']['Instant'];
        /** @description What became different, without secrets and conversation text. */
        change: Record<string, never>;
        /** @description Which. */
        id: components['schemas']['AuditId'];
        /**
         * Format: uuid
         * @description To which thing.
         */
        subject?: string | null;
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Block: {
      /** @description At most `limit` items. */
      items: {
        /** @description When. */
        at: components['schemas']['Instant'];
        by?: components['schemas']['AgentId'] | null;
        /** @description Which. */
        id: components['schemas']['BlockId'];
        /** @description All that can be set. */
        settings: components['schemas']['BlockSettings'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Button: {
      /** @description At most `limit` items. */
      items: {
        /** @description Which. */
        id: components['schemas']['ButtonId'];
        /** @description Ids that shipped apps know it by; several may name one button. */
        old_ids: string[];
        /** @description All that can be set. */
        settings: components['schemas']['ButtonSettings'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Deployment: {
      /** @description At most `limit` items. */
      items: {
        /** @description Which. */
        id: components['schemas']['DeploymentId'];
        /** @description Ids that shipped apps know it by (15 or 18 characters). */
        old_ids: string[];
        /** @description All that can be set. */
        settings: components['schemas']['DeploymentSettings'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_HistoryItem: {
      /** @description At most `limit` items. */
      items: {
        agent?: components['schemas']['AgentId'] | null;
        /**
         * Format: int32
         * @description Messages of agents.
         */
        agent_messages: number;
        answered_at?: components['schemas']['Instant'] | null;
        button?: components['schemas']['ButtonId'] | null;
        closure?: components['schemas']['Closure'] | null;
        /** @description Which conversation. */
        conversation: components['schemas']['ConversationId'];
        /** @description Where it came in. */
        deployment: components['schemas']['DeploymentId'];
        queue?: components['schemas']['QueueId'] | null;
        rating?: components['schemas']['Rating'] | null;
        /** @description When it was asked for. */
        started_at: components['schemas']['Instant'];
        /** @description Where it stands. */
        state: components['schemas']['ConversationState'];
        /** @description Who asked for it. */
        visitor: components['schemas']['VisitorId'];
        /**
         * Format: int32
         * @description Messages of the visitor.
         */
        visitor_messages: number;
        visitor_name?: components['schemas']['Text'] | null;
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Hours: {
      /** @description At most `limit` items. */
      items: {
        /** @description Which. */
        id: components['schemas']['HoursId'];
        /** @description All that can be set. */
        settings: components['schemas']['HoursSettings'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Knock: {
      /** @description At most `limit` items. */
      items: {
        /**
         * Format: int64
         * @description How often.
         */
        count: number;
        /** @description When it came first. */
        first_at: components['schemas']['Instant'];
        /** @description What the client used it as. */
        kind: components['schemas']['OldIdKind'];
        /** @description When it came last. */
        last_at: components['schemas']['Instant'];
        /** @description As the client sent it. */
        old_id: string;
        /** @description The page that it came from last. */
        origin?: string | null;
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_OfflineMessage: {
      /** @description At most `limit` items. */
      items: {
        assigned_to?: components['schemas']['AgentId'] | null;
        /** @description When. */
        at: components['schemas']['Instant'];
        button?: components['schemas']['ButtonId'] | null;
        /** @description Where. */
        deployment: components['schemas']['DeploymentId'];
        /** @description What was asked besides, without what agents may not see. */
        details: components['schemas']['Detail'][];
        done_at?: components['schemas']['Instant'] | null;
        done_by?: components['schemas']['AgentId'] | null;
        email?: components['schemas']['Text'] | null;
        /** @description Names it. */
        id: components['schemas']['OfflineMessageId'];
        name?: components['schemas']['Text'] | null;
        page?: components['schemas']['WebPage'] | null;
        phone?: components['schemas']['Text'] | null;
        /** @description Whether it needs somebody. */
        state: components['schemas']['OfflineState'];
        /** @description The words; empty once erased. */
        text: components['schemas']['Text'];
        /** @description Who, for export and erasure. */
        visitor: components['schemas']['VisitorId'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_OldId: {
      /** @description At most `limit` items. */
      items: {
        /** @description What it names. */
        names: components['schemas']['OldIdSettings'];
        /** @description The 15 characters. */
        old_id: string;
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Queue: {
      /** @description At most `limit` items. */
      items: {
        /** @description Which. */
        id: components['schemas']['QueueId'];
        /** @description All that can be set. */
        settings: components['schemas']['QueueSettings'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_QuickText: {
      /** @description At most `limit` items. */
      items: {
        /** @description Which. */
        id: components['schemas']['QuickTextId'];
        /** @description All that can be set. */
        settings: components['schemas']['QuickTextSettings'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Role: {
      /** @description At most `limit` items. */
      items: {
        /** @description `agent`, `supervisor` and `admin` come with the workspace and cannot be changed. */
        built_in: boolean;
        /** @description Which. */
        id: components['schemas']['RoleId'];
        /** @description All that can be set. */
        settings: components['schemas']['RoleSettings'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Rule: {
      /** @description At most `limit` items. */
      items: {
        /** @description Which. */
        id: components['schemas']['RuleId'];
        /** @description All that can be set. */
        settings: components['schemas']['RuleSettings'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description One page of a list. `next` is the `cursor` of the following page, null on the last one.
     *
     *     A cursor is opaque, belongs to the request whose filters made it, and stays valid while things are added or removed.
     */
    Page_Skill: {
      /** @description At most `limit` items. */
      items: {
        /** @description Which. */
        id: components['schemas']['SkillId'];
        /** @description All that can be set. */
        settings: components['schemas']['SkillSettings'];
      }[];
      /** @description Where the next page begins. */
      next?: string | null;
    };
    /**
     * @description What a role may allow. Checked by the engine, whoever asks.
     * @enum {string}
     */
    Permission:
      | 'conversations.answer'
      | 'conversations.transfer_to_agent'
      | 'conversations.transfer_to_button'
      | 'conversations.transfer_to_skill'
      | 'conversations.transfer_to_queue'
      | 'conversations.exchange_files'
      | 'conversations.see_drafts'
      | 'queues.see_waiting'
      | 'offline_messages.answer'
      | 'conversations.supervise'
      | 'details.read_hidden'
      | 'history.read'
      | 'visitors.block'
      | 'persons.export'
      | 'persons.erase'
      | 'deployments.manage'
      | 'queues.manage'
      | 'agents.manage'
      | 'roles.manage'
      | 'rules.manage'
      | 'audit.read'
      | 'quick_texts.manage'
      | 'workspace.manage';
    /**
     * @description `GET /admin/persons/{visitor}/export`: all that is stored of a person. Needs `persons.export`; audited.
     *
     *     Drafts are not stored, so there are none. Files' contents are read one by one.
     */
    PersonExport: {
      /** @description The address that the last conversation came from. */
      address?: string | null;
      /** @description Every conversation, oldest first. */
      conversations: components['schemas']['ExportedConversation'][];
      /** @description When the first conversation was asked for. */
      first_at: components['schemas']['Instant'];
      /** @description When the last one was. */
      last_at: components['schemas']['Instant'];
      name?: components['schemas']['Text'] | null;
      /** @description Messages left when nobody was there, oldest first. */
      offline_messages: components['schemas']['ExportedOfflineMessage'][];
      /** @description Who. */
      visitor: components['schemas']['VisitorId'];
      /** @description What sites' pages said before conversations, while it is kept; oldest first. */
      visits: components['schemas']['ExportedVisit'][];
    };
    /** @description How clients that poll are answered. */
    PollingSettings: {
      /**
       * @description How many events one answer brings.
       * @default one
       */
      batch: components['schemas']['Batch'];
      /**
       * Format: int32
       * @description The number of the first event: 0, or 1 as some servers had it.
       * @default 0
       */
      first_sequence: number;
      /**
       * Format: int32
       * @description How long a poll is held open. Seconds.
       * @default 25
       */
      hold_seconds: number;
      /**
       * @description A request that does not say that it asks for a conversation is refused.
       * @default false
       */
      insist_on_request_mark: boolean;
      /**
       * @description What becomes of a poll when another one comes.
       * @default newer_wins
       */
      overlap: components['schemas']['Overlap'];
      /**
       * @description Whether visitors are told of the end that they asked for themselves.
       * @default after_form
       */
      own_end: components['schemas']['OwnEnd'];
      /**
       * @description Where clients that ask about availability and settings are sent instead; null to serve them here.
       * @default null
       */
      switch_server: string | null;
      /**
       * @description In which unit the connection time-out is told.
       * @default milliseconds
       */
      timeout_unit: components['schemas']['TimeoutUnit'];
    };
    /** @example 1:4711 */
    Position: string;
    /** @description `GET /visitor/post-chat`: where the visitor goes when a conversation is over, and what is posted there. */
    PostChat: {
      /** @description A form's fields, in order; empty without a page. */
      fields: components['schemas']['PostChatField'][];
      /** @description The page's address; null where the button has none. */
      page?: string | null;
    };
    /** @description One field of a form. */
    PostChatField: {
      /** @description Its name, as such pages know it. */
      name: string;
      /** @description What it says. */
      value: components['schemas']['Text'];
    };
    /** @description One field of the form before a conversation. Its answer becomes a detail with the same label. */
    PrechatField: {
      /** @description What can be chosen, at most 100; only with `choice`. */
      choices?: string[];
      /** @description The answer is the visitor's name; of one field at most. */
      is_name?: boolean;
      /** @description What kind of answer is wanted. */
      kind: components['schemas']['PrechatKind'];
      /** @description What is asked; no two fields of a form ask the same. */
      label: string;
      /** @description How the answer takes part in finding or making CRM records. */
      map?: components['schemas']['PrechatMap'][];
      /** @description Shown while the field is empty. */
      placeholder?: string | null;
      /** @description The form is not sent without an answer. */
      required?: boolean;
      /** @description Names of transcript fields that the answer is saved to. */
      transcript_fields?: string[];
      /** @description False: the answer is kept from agents, search and transcript text. */
      visible_to_agent?: boolean;
    };
    /** @description What is asked before a conversation begins. */
    PrechatForm: {
      /** @description The fields in order, at most 20. */
      fields: components['schemas']['PrechatField'][];
      /** @description What stands above the fields. */
      introduction?: string | null;
    };
    /**
     * @description What kind of answer a field wants.
     * @enum {string}
     */
    PrechatKind: 'text' | 'email' | 'phone' | 'multiline' | 'choice' | 'checkbox';
    /** @description How an answer takes part in finding or making a CRM record. */
    PrechatMap: {
      /** @description Set it on a new record. */
      create?: boolean;
      /** @description What kind of record, such as `Contact`. */
      entity: string;
      /** @description With `find`: the whole value must be equal. */
      exact?: boolean;
      /** @description The record's field. */
      field: string;
      /** @description Look for records by it. */
      find?: boolean;
    };
    /** @description An agent's presence. Durable: it outlives connections by the lease of 30 s, which an open event stream renews. */
    Presence: {
      /** @description In the agent's words, such as `Lunch`. */
      note?: string | null;
      /** @description Why. */
      reason: components['schemas']['PresenceReason'];
      /** @description Since when. */
      since: components['schemas']['Instant'];
      /** @description Whether offers come. */
      status: components['schemas']['PresenceStatus'];
    };
    /**
     * @description Why a presence is as it is.
     * @enum {string}
     */
    PresenceReason: 'chosen' | 'signed_in' | 'signed_out' | 'declined' | 'timed_out' | 'lease_lapsed' | 'supervisor' | 'removed';
    /**
     * @description Whether an agent takes work.
     * @enum {string}
     */
    PresenceStatus: 'online' | 'away' | 'offline';
    /** @description The body of every answer of status 400 and above. */
    Problem: {
      /** @description What went wrong this time. Never conversation text, never a secret. */
      detail: string;
      /** @description Which property of the body or query is meant, as a path such as `details[2].label`. */
      property?: string | null;
      /** @description Names this request in the server's log. */
      request_id: string;
      /**
       * Format: int32
       * @description The HTTP status.
       */
      status: number;
      /** @description The same for people, always the same sentence for one `type`. */
      title: string;
      /** @description What went wrong, for programs. Stable. */
      type: components['schemas']['ProblemKind'];
    };
    /**
     * @description Stable codes of what can go wrong, each with one status.
     * @enum {string}
     */
    ProblemKind:
      | 'invalid_body'
      | 'invalid_parameter'
      | 'not_signed_in'
      | 'sign_in_refused'
      | 'totp_required'
      | 'not_permitted'
      | 'password_change_required'
      | 'blocked'
      | 'not_found'
      | 'method_not_allowed'
      | 'conversation_ended'
      | 'wrong_state'
      | 'offer_gone'
      | 'at_capacity'
      | 'already_exists'
      | 'in_use'
      | 'idempotency_in_progress'
      | 'too_large'
      | 'unsupported_type'
      | 'idempotency_key_reused'
      | 'idempotency_key_missing'
      | 'invalid'
      | 'too_many_requests'
      | 'internal'
      | 'unavailable'
      | 'busy'
      | 'storage_unavailable'
      | 'unknown';
    /** @description A line of waiting conversations, which several buttons may share. */
    Queue: {
      /** @description Which. */
      id: components['schemas']['QueueId'];
      /** @description All that can be set. */
      settings: components['schemas']['QueueSettings'];
    };
    /**
     * Format: uuid
     * @description A line of waiting conversations with its own routing settings.
     */
    QueueId: string;
    /** @description The place in the queue. */
    QueuePlace: {
      /**
       * Format: int32
       * @description Seconds; null while nothing is known.
       */
      estimated_wait_seconds?: number | null;
      /**
       * Format: int32
       * @description 1 is next.
       */
      place: number;
    };
    /** @description How a queue behaves. Its agents are named in each agent's settings. */
    QueueSettings: {
      /** @description Takes new conversations. */
      active?: boolean;
      /** @description For people. */
      name: string;
      /** @description How conversations find an agent; its `queue` is not looked at. */
      routing?: components['schemas']['RoutingSettings'];
    };
    /** @description A text that agents insert with a few keys. */
    QuickText: {
      /** @description Which. */
      id: components['schemas']['QuickTextId'];
      /** @description All that can be set. */
      settings: components['schemas']['QuickTextSettings'];
    };
    /**
     * Format: uuid
     * @description A text that agents insert.
     */
    QuickTextId: string;
    /** @description What a quick text says and how it is found. */
    QuickTextSettings: {
      /** @description Where it is filed. */
      folder?: string | null;
      /** @description BCP 47 tag of the language that it is in. */
      language?: string | null;
      /** @description For people; unique in the workspace, case does not count. */
      name: string;
      /** @description What agents type for it: one word of at most 64 characters, unique in the workspace, case does not count. */
      shortcut: string;
      /**
       * @description What is inserted, at most 4,000 characters. Whoever inserts it fills in `{visitor.name}`, `{agent.name}`, `{detail.<Label>}`, `{date}`
       *     and `{time}`; the server keeps them as they are.
       */
      text: string;
    };
    /**
     * @description `POST /conversations/{id}/flag`: the owner asks for a supervisor's help; `DELETE` takes it back. Answered with
     *     [`crate::visitor::Accepted`], which names the entry of the flag that is up, also when it was up before.
     */
    RaiseFlag: {
      note?: components['schemas']['Text'] | null;
    };
    /** @description How content the visitor was. */
    Rating: {
      comment?: components['schemas']['Text'] | null;
      /**
       * Format: int32
       * @description 1 (bad) to 5 (good).
       */
      score: number;
    };
    /** @description `POST /admin/snippets/read`: what a person pasted, at most 64 KiB. It is read, never run, and not kept. */
    ReadSnippet: {
      /** @description Deployment code, button code, both, or a page that holds them. */
      text: string;
    };
    /**
     * @description Why a request for a conversation was turned away.
     * @enum {string}
     */
    RefusedBecause: 'unavailable' | 'blocked' | 'not_a_request' | 'internal';
    /** @description `POST /conversations/{id}/file-requests`: asks the visitor for a file. */
    RequestFile: Record<string, never>;
    /** @description `POST /admin/agents/{id}/password`: resets it, ends all sign-ins; to be changed at the next one. Answered 204. */
    ResetPassword: {
      /** @description The new password, at least 12 characters. */
      password: components['schemas']['Secret'];
      /** @description Take the second factor away too. */
      remove_totp?: boolean;
    };
    /**
     * @description Why a stream begins anew.
     * @enum {string}
     */
    ResetReason: 'foreign_epoch' | 'too_old' | 'too_slow' | 'rights_changed' | 'erased' | 'shutting_down';
    /** @description How long things are kept after a conversation's end, in days; null or 0 for ever. */
    RetentionSettings: {
      /**
       * Format: int32
       * @description The conversation itself, with all that belongs to it.
       * @default null
       */
      conversation_days: number | null;
      /**
       * Format: int32
       * @description Pre-chat values, the hidden ones too, pages seen, and what is known of the visitor's device.
       * @default null
       */
      detail_days: number | null;
      /**
       * Format: int32
       * @description Files.
       * @default null
       */
      file_days: number | null;
      /**
       * Format: int32
       * @description What was written: messages, custom events, notes, the words of ratings and ends.
       * @default null
       */
      message_days: number | null;
    };
    /** @description A named set of permissions. */
    Role: {
      /** @description `agent`, `supervisor` and `admin` come with the workspace and cannot be changed. */
      built_in: boolean;
      /** @description Which. */
      id: components['schemas']['RoleId'];
      /** @description All that can be set. */
      settings: components['schemas']['RoleSettings'];
    };
    /**
     * Format: uuid
     * @description A named set of permissions.
     */
    RoleId: string;
    /** @description What a role allows. */
    RoleSettings: {
      /** @description For people. */
      name: string;
      /** @description What it allows. */
      permissions: components['schemas']['Permission'][];
    };
    /** @description Somewhere to route to before the button itself. */
    RouteOverride:
      | {
          /** @description Which. */
          id: components['schemas']['ButtonId'];
          /** @enum {string} */
          kind: 'button';
        }
      | {
          /** @description Whom. */
          id: components['schemas']['AgentId'];
          /** @enum {string} */
          kind: 'agent';
          or_button?: components['schemas']['ButtonId'] | null;
        };
    /** @description How conversations find an agent. */
    RoutingSettings: {
      /**
       * @description Offers are accepted at once.
       * @default false
       */
      auto_accept: boolean;
      /**
       * Format: int32
       * @description How many times at most all are asked again; null for no limit.
       * @default null
       */
      max_reroutes: number | null;
      /**
       * Format: int32
       * @description Waiting visitors are sent away so many seconds after the last qualified agent left.
       * @default 30
       */
      no_agent_grace_seconds: number;
      /**
       * Format: int32
       * @description Lower is served first.
       * @default 0
       */
      priority: number;
      /**
       * Format: int32
       * @description An offer times out after so many seconds; null for never.
       * @default 30
       */
      push_timeout_seconds: number | null;
      /** @default null */
      queue: components['schemas']['QueueId'] | null;
      /**
       * Format: int32
       * @description How many may wait at all; null for no limit.
       * @default null
       */
      queue_limit_overall: number | null;
      /**
       * Format: int32
       * @description How many may wait for each agent who is online; null for no limit.
       * @default null
       */
      queue_limit_per_agent: number | null;
      /**
       * @description May conversations wait when every agent is at capacity?
       * @default true
       */
      queueing: boolean;
      /**
       * @description When all have refused, ask them again.
       * @default true
       */
      reroute_declined: boolean;
      /**
       * @description Whether one of the skills is enough.
       * @default any
       */
      skill_match: components['schemas']['SkillMatch'];
      /**
       * @description What agents must be able to do; empty: nothing special. A queue asks for membership as well.
       * @default []
       */
      skills: components['schemas']['SkillId'][];
      /**
       * @description Who is asked first.
       * @default least_active
       */
      strategy: components['schemas']['RoutingStrategy'];
    };
    /**
     * @description Who is asked first.
     * @enum {string}
     */
    RoutingStrategy: 'choice' | 'least_active' | 'most_available';
    /** @description A sensitive-data rule: what it finds is masked before anything is stored. */
    Rule: {
      /** @description Which. */
      id: components['schemas']['RuleId'];
      /** @description All that can be set. */
      settings: components['schemas']['RuleSettings'];
    };
    /**
     * @description What becomes of a match.
     * @enum {string}
     */
    RuleAction: 'remove' | 'replace';
    /**
     * Format: uuid
     * @description A sensitive-data rule.
     */
    RuleId: string;
    /**
     * @description To whose messages a rule applies.
     * @enum {string}
     */
    RuleScope: 'agent' | 'visitor' | 'supervisor';
    /** @description What a rule finds and what becomes of it. */
    RuleSettings: {
      /** @description What becomes of a match. */
      action: components['schemas']['RuleAction'];
      /** @description Applied at all. */
      active?: boolean;
      /** @description To whose messages. */
      applies_to: components['schemas']['RuleScope'][];
      /** @description For people. */
      name: string;
      /** @description A regular expression; look-around and back-references work within a limit of steps, past which the whole message is masked. */
      pattern: string;
      /**
       * Format: int32
       * @description Lower is applied first.
       */
      priority?: number;
      /** @description With `replace`: what stands in its place. */
      replacement?: string;
    };
    /** @description A password, key or token. `Debug` shows nothing of it. */
    Secret: string;
    /** @description `POST /visitor/custom-events`, `POST /conversations/{id}/custom-events`. */
    SendCustomEvent: {
      /** @description The event's own data. */
      data: components['schemas']['Text'];
      /** @description The event's own name, at most 255 characters. */
      name: string;
    };
    /** @description `POST /visitor/messages`, `POST /conversations/{id}/messages`: sends a message. */
    SendMessage: {
      /** @description Not empty; at most the deployment's `max_message_chars`. */
      text: components['schemas']['Text'];
    };
    /** @description `PUT /admin/agents/{id}/presence`: a supervisor's word; answered with [`Presence`]. Needs `conversations.supervise`; audited. */
    SetAgentPresence: {
      /** @description Why, at most 80 characters. */
      note?: string | null;
      /** @description Whether offers shall come. */
      status: components['schemas']['PresenceStatus'];
    };
    /** @description `POST /visitor/draft`: what is being typed, for the agent to see. Answered 204; ignored when the button does not allow it. */
    SetDraft: {
      /** @description All of the input field. */
      text: components['schemas']['Text'];
    };
    /** @description `POST /visitor/idle-warning`: the visitor's side shows the idle warning, or took it back. Answered 204. */
    SetIdleWarning: {
      /** @description Whether it is shown. */
      raised: boolean;
    };
    /** @description `PUT /me/presence`; answered with [`Me`]. */
    SetPresence: {
      /** @description In the agent's words, at most 80 characters. */
      note?: string | null;
      /** @description Whether offers shall come. */
      status: components['schemas']['PresenceStatus'];
    };
    /** @description `POST /visitor/typing`, `POST /conversations/{id}/typing`: types, or stopped. Never stored. Answered 204. */
    SetTyping: {
      /** @description Whether. */
      typing: boolean;
    };
    /** @description The answer to [`SignIn`]. */
    SignedIn: {
      /** @description Until when, unless used before: use extends it. */
      expires_at: components['schemas']['Instant'];
      /** @description Who it is. */
      me: components['schemas']['Me'];
      /** @description Only `POST /me/password` works until the password is changed. */
      password_change_required: boolean;
      /** @description The Bearer token. `DELETE /sign-in` revokes it. */
      token: components['schemas']['Secret'];
    };
    /** @description `POST /sign-in`. Needs no token and no idempotency key (two keys would be two sign-ins anyway). */
    SignIn: {
      /** @description The agent's login. */
      login: string;
      /** @description The agent's password. */
      password: components['schemas']['Secret'];
      totp?: components['schemas']['Secret'] | null;
      /** @description The workspace's name; may be left out where there is only one. */
      workspace?: string | null;
    };
    /** @description What an agent can do and a button asks for. */
    Skill: {
      /** @description Which. */
      id: components['schemas']['SkillId'];
      /** @description All that can be set. */
      settings: components['schemas']['SkillSettings'];
    };
    /**
     * Format: uuid
     * @description What an agent can do and a button asks for.
     */
    SkillId: string;
    /**
     * @description Which agents a set of skills admits.
     * @enum {string}
     */
    SkillMatch: 'any' | 'all';
    /** @description What a skill is called. */
    SkillSettings: {
      /** @description For people. */
      name: string;
    };
    /**
     * @description How sure a value is.
     * @enum {string}
     */
    SnippetConfidence: 'certain' | 'derived' | 'low';
    /**
     * @description What a value is for.
     * @enum {string}
     */
    SnippetField: 'endpoint' | 'content' | 'organisation' | 'deployment' | 'button' | 'agent';
    /**
     * @description Which kind of snippet it is.
     * @enum {string}
     */
    SnippetGeneration: 'live_agent' | 'embedded_service' | 'messaging_for_web';
    /** @description One problem. */
    SnippetProblem: {
      field?: components['schemas']['SnippetField'] | null;
      /** @description Which. */
      kind: components['schemas']['SnippetProblemKind'];
      /**
       * Format: int64
       * @description Where in the text, in bytes of UTF-8, if somewhere.
       */
      offset?: number | null;
      /** @description What to do about it, in English. It repeats nothing of the text. */
      sentence: string;
      /** @description How much it matters. */
      severity: components['schemas']['SnippetSeverity'];
    };
    /**
     * @description What is wrong with what was pasted.
     * @enum {string}
     */
    SnippetProblemKind:
      | 'too_long'
      | 'nothing_found'
      | 'messaging_for_web'
      | 'deployment_code_missing'
      | 'button_code_missing'
      | 'endpoint_missing'
      | 'organisation_missing'
      | 'several_organisations'
      | 'several_deployments'
      | 'several_endpoints'
      | 'several_buttons'
      | 'wrong_order'
      | 'variables'
      | 'template'
      | 'only_commented_out'
      | 'checksum'
      | 'unusual_prefix'
      | 'endpoint_refused'
      | 'not_encrypted'
      | 'cut_off';
    /** @description What was read. */
    SnippetReading: {
      /** @description Each value once: by field, the surest first. More than one of a field is a choice. */
      found: components['schemas']['SnippetValue'][];
      /** @description Which kind of snippet it is. */
      generation: components['schemas']['SnippetGeneration'];
      /** @description What must be known before the values are used; errors before warnings. */
      problems: components['schemas']['SnippetProblem'][];
    };
    /**
     * @description Everything that connects an app or a page, ready to be copied. Needs `deployments.manage`. Things that have no id of the old form get one
     *     when this is asked for first.
     */
    Snippets: {
      /** @description HTML, where the button shall be. */
      button_code?: string | null;
      /** @description `573…`, 15 characters. */
      button_id?: string | null;
      /** @description The line that starts a chat in a terminal. */
      chat_command?: string | null;
      /** @description A whole chat as a program of bash, curl and jq. */
      curl?: string | null;
      /** @description HTML, once a page. */
      deployment_code: string;
      /** @description `572…`, 15 characters. */
      deployment_id: string;
      /** @description HTML of the custom element, for new pages. */
      element_code: string;
      /** @description The address for `liveagent.init` and REST clients: `https://chat.example.com/chat`. */
      endpoint: string;
      /** @description HTML of an invitation that the page draws itself. */
      invitation_code?: string | null;
      /** @description A whole chat as a program of JavaScript. */
      javascript?: string | null;
      /** @description `00D…`, 15 characters. */
      organisation_id: string;
      /** @description Host and port alone, as apps for phones want it. */
      pod: string;
    };
    /**
     * @description How much a problem matters.
     * @enum {string}
     */
    SnippetSeverity: 'warning' | 'error';
    /** @description A value that was found. */
    SnippetValue: {
      /** @description How sure it is. */
      confidence: components['schemas']['SnippetConfidence'];
      /** @description What it is for. */
      field: components['schemas']['SnippetField'];
      names?: components['schemas']['OldIdSettings'] | null;
      /**
       * Format: int64
       * @description Where it, or what it follows from, stands: bytes of UTF-8 from the start of the text.
       */
      offset: number;
      /** @description An id of 15 characters, or an address. */
      value: string;
    };
    /** @description `POST /visitor/conversations`: asks for a conversation. */
    StartConversation: {
      agent?: components['schemas']['AgentId'] | null;
      button?: components['schemas']['ButtonId'] | null;
      /** @description Where the visitor is. Says the workspace too. */
      deployment: components['schemas']['DeploymentId'];
      /** @description Pre-chat values. */
      details?: components['schemas']['NewDetail'][];
      /** @description What to find or create in the CRM from them. */
      entity_plans?: components['schemas']['EntityPlan'][];
      /** @description With `agent`: go through `button` when the agent cannot take it. */
      fall_back?: boolean;
      known_as?: components['schemas']['Secret'] | null;
      /** @description BCP 47 tag of the visitor's language. */
      language?: string | null;
      name?: components['schemas']['Text'] | null;
      /** @description Tried in order before `button`. */
      overrides?: components['schemas']['RouteOverride'][];
      page?: components['schemas']['WebPage'] | null;
      /** @description The page that led to the site. */
      referrer?: string | null;
      /** @description `width x height` in pixels. */
      screen_resolution?: string | null;
      /**
       * @description The session of the visit of the site, as its pages know it: the details, plans, name, referrer and pages that they gave come with the
       *     conversation, those of the request in front where both say the same thing. One that is not known, or was longer ago than a day, says nothing.
       */
      visit?: string | null;
    };
    /** @description The answer to [`StartConversation`]. */
    StartedConversation: {
      /** @description The conversation as it stands. */
      conversation: components['schemas']['VisitorSnapshot'];
      /** @description The Bearer token of this conversation. Keep it: it is said once (and again to the same idempotency key). */
      resume_token: components['schemas']['Secret'];
      /** @description What the deployment and button ask of the visitor's side. */
      settings: components['schemas']['VisitorSettings'];
    };
    /** @description What is asked after a conversation: a rating from 1 to 5, with `POST /visitor/rating`. */
    Survey: {
      /**
       * @description The visitor may add words.
       * @default false
       */
      comment: boolean;
      /**
       * @description The question; null for the window's own.
       * @default null
       */
      question: string | null;
    };
    /** @description `POST /conversations/{id}/take`: picks one that waits; a supervisor takes one over from its owner, too. */
    TakeConversation: {
      from?: components['schemas']['AgentId'] | null;
    };
    /** @description The answer to `POST /offers/{id}/accept` and `POST /conversations/{id}/take`: the conversation is the agent's. */
    Taken: {
      /** @description All of it. */
      conversation: components['schemas']['AgentConversation'];
    };
    /** @description What people write to each other. `Debug` shows its length only; there is no `Display`. */
    Text: string;
    /**
     * @description In which unit the connection time-out is told to clients that poll.
     * @enum {string}
     */
    TimeoutUnit: 'milliseconds' | 'seconds';
    /** @description `POST /me/totp/confirm`, `POST /me/totp/remove`: a code of the authenticator. Answered 204. */
    TotpCode: {
      /** @description Six digits. */
      code: components['schemas']['Secret'];
    };
    /** @description The answer to `POST /me/totp`: enrolment begins, and counts only once it is confirmed. */
    TotpEnrolment: {
      /** @description Base32, for typing in. */
      secret: components['schemas']['Secret'];
      /** @description `otpauth://…`, for a QR code. */
      url: components['schemas']['Secret'];
    };
    /** @description Everything that was said and sent. */
    Transcript: {
      closure?: components['schemas']['Closure'] | null;
      /** @description Which conversation. */
      conversation: components['schemas']['ConversationId'];
      /** @description Pre-chat values that agents may see. */
      details: components['schemas']['Detail'][];
      ended_at?: components['schemas']['Instant'] | null;
      /** @description Messages, notes, files, joins, transfers, the judgement and the end, oldest first. */
      entries: components['schemas']['Entry'][];
      rating?: components['schemas']['Rating'] | null;
      /** @description When it was asked for. */
      started_at: components['schemas']['Instant'];
      visitor?: components['schemas']['Text'] | null;
    };
    /** @description One place to transfer to. */
    TransferChoice: {
      /** @description Whether somebody there can take it now. */
      available: boolean;
      /** @description Its name. */
      name: string;
      /** @description What to send as `to`. */
      to: components['schemas']['TransferTarget'];
    };
    /** @description `POST /conversations/{id}/transfer`; answered with [`crate::visitor::Accepted`]. */
    TransferConversation: {
      note?: components['schemas']['Text'] | null;
      /** @description Where to. */
      to: components['schemas']['TransferTarget'];
    };
    /** @description Where a conversation is sent by a transfer. A button routes anew by its own rules; a skill asks any agent who has it. */
    TransferTarget:
      | {
          /** @description Whom. */
          id: components['schemas']['AgentId'];
          /** @enum {string} */
          kind: 'agent';
        }
      | {
          /** @description Which. */
          id: components['schemas']['ButtonId'];
          /** @enum {string} */
          kind: 'button';
        }
      | {
          /** @description Which. */
          id: components['schemas']['SkillId'];
          /** @enum {string} */
          kind: 'skill';
        }
      | {
          /** @description Which. */
          id: components['schemas']['QueueId'];
          /** @enum {string} */
          kind: 'queue';
        };
    /** @description `GET /transfer-targets`: where the agent may send conversations now. */
    TransferTargets: {
      /** @description Each with what may be shown of it. */
      targets: components['schemas']['TransferChoice'][];
    };
    /** @description The answer to [`TryRule`]. */
    TriedRule: {
      /** @description Whether it found anything. */
      masked: boolean;
      /** @description The example after the rule. */
      text: components['schemas']['Text'];
    };
    /** @description `POST /admin/rules/try`: what a rule would do. Nothing is stored. */
    TryRule: {
      /** @description The rule, saved or not. */
      rule: components['schemas']['RuleSettings'];
      /** @description An example. */
      text: components['schemas']['Text'];
    };
    /** @description `PUT /offline-messages/{id}`: who sees to it, and whether it is done. */
    UpdateOfflineMessage: {
      assigned_to?: components['schemas']['AgentId'] | null;
      /** @description Whether it needs somebody. */
      state: components['schemas']['OfflineState'];
    };
    /** @description An image or a page that no such file holds. */
    UploadAgain: {
      /** @description Which file names it. */
      file: string;
      /** @description What it was for and where it goes, in English. */
      sentence: string;
      /** @description What it is called there. */
      what: string;
    };
    /** @description The answer to an upload: the file is on disk and in the conversation. */
    UploadedFile: {
      /** @description The file. */
      file: components['schemas']['File'];
      /**
       * Format: int64
       * @description Its place in the conversation.
       */
      sequence: number;
    };
    /** @description `POST …/files` (`multipart/form-data`): for the OpenAPI document. */
    UploadFile: {
      /**
       * Format: binary
       * @description The content, with its file name. Its type is judged by content.
       */
      file: string;
      /** @description Which request it answers; absent only where files may be sent unasked. */
      request?: string | null;
    };
    /** @description A page, and when a visitor came to it. */
    VisitedPage: {
      /** @description When. */
      at: components['schemas']['Instant'];
      /** @description Which. */
      page: components['schemas']['WebPage'];
    };
    /** @description What is known of the visitor's side. */
    VisitorCard: {
      /** @description The address as the server or a trusted proxy saw it. Null without the permission to see it. */
      address?: string | null;
      /** @description Whether the visitor's device is heard from. */
      connection: components['schemas']['Connection'];
      /** @description Who, over conversations. */
      id: components['schemas']['VisitorId'];
      /** @description BCP 47 tag of the visitor's language. */
      language?: string | null;
      name?: components['schemas']['Text'] | null;
      page?: components['schemas']['WebPage'] | null;
      /** @description The pages that the visitor saw, on the visit that led here too, the newest first; at most [`crate::view::PAGES`]. */
      pages: components['schemas']['VisitedPage'][];
      /** @description The page from which the visitor came to the site. */
      referrer?: string | null;
      /** @description `width x height` in pixels. */
      screen_resolution?: string | null;
      /** @description The browser or app as it calls itself. */
      user_agent?: string | null;
    };
    /** @description One thing that the visitor sees. `sequence` is the conversation's, the same that agents see. */
    VisitorEntry: components['schemas']['VisitorWhat'] & {
      /** @description When. */
      at: components['schemas']['Instant'];
      /**
       * Format: int64
       * @description Its place in the conversation; gaps are what visitors do not see.
       */
      sequence: number;
    };
    /** @description The answer to [`EntryQuery`]: all that a page needs to show before a conversation. */
    VisitorEntrySettings: {
      /** @description How the window looks. */
      appearance: components['schemas']['Appearance'];
      /** @description Whether a conversation asked for now would be answered or queued. */
      available: boolean;
      /** @description The button's id, for all other requests. */
      button: components['schemas']['ButtonId'];
      /** @description The deployment's id, for all other requests. */
      deployment: components['schemas']['DeploymentId'];
      /** @description Drafts are sent: agents see what is being typed. To be said in the consent text. */
      drafts: boolean;
      /**
       * Format: int32
       * @description Seconds; null while nothing is known.
       */
      estimated_wait_seconds?: number | null;
      /** @description What files may be sent. */
      files: components['schemas']['EntryFiles'];
      /** @description BCP 47 tag of the window's language; null for the visitor's own. */
      language?: string | null;
      /**
       * Format: int32
       * @description Longest message, in characters.
       */
      max_message_chars: number;
      offline_form?: components['schemas']['OfflineForm'] | null;
      open_again_at?: components['schemas']['Instant'] | null;
      prechat_form?: components['schemas']['PrechatForm'] | null;
      /** @description The site's own page that comes before, instead of that. */
      prechat_page?: string | null;
      /** @description The place in the queue may be shown. */
      show_queue_position: boolean;
      survey?: components['schemas']['Survey'] | null;
      /** @description The site's own page that comes after, instead of that. */
      survey_page?: string | null;
      /** @description The visitor may have the transcript. */
      transcript: boolean;
    };
    /**
     * @description `GET /visitor/events` (`text/event-stream`): the `data` of each event.
     *
     *     Durable events carry the SSE id `epoch:sequence`; those marked ephemeral have none, are not repeated, and are worth nothing once old.
     */
    VisitorEvent:
      | {
          /** @description What. */
          entry: components['schemas']['VisitorEntry'];
          /** @enum {string} */
          event: 'entry';
        }
      | {
          /** @enum {string} */
          event: 'typing';
          /** @description Whether. */
          typing: boolean;
        }
      | {
          /** @enum {string} */
          event: 'queue_place';
          /** @description Where. */
          place: components['schemas']['QueuePlace'];
        }
      | {
          /** @enum {string} */
          event: 'reset';
          /** @description Why. */
          reason: components['schemas']['ResetReason'];
        };
    /**
     * Format: uuid
     * @description A person on the customer's side, known over conversations.
     */
    VisitorId: string;
    /** @description What the deployment and button ask of the visitor's side. */
    VisitorSettings: {
      /** @description Send drafts: agents see what is being typed. To be said in the consent text. */
      drafts: boolean;
      /**
       * Format: int32
       * @description End after so many seconds without input; null for never.
       */
      idle_timeout_seconds?: number | null;
      /**
       * Format: int32
       * @description Warn after so many seconds without input; null for never.
       */
      idle_warning_seconds?: number | null;
      /**
       * Format: int64
       * @description Largest file, in bytes.
       */
      max_file_bytes: number;
      /**
       * Format: int32
       * @description Longest message, in characters.
       */
      max_message_chars: number;
      /** @description The place in the queue may be shown. */
      show_queue_position: boolean;
      /** @description The visitor may ask for the transcript. */
      transcript: boolean;
    };
    /** @description `GET /visitor/conversation`: the conversation as the visitor sees it, and where its event stream goes on. */
    VisitorSnapshot: {
      agent?: components['schemas']['AgentCard'] | null;
      closure?: components['schemas']['Closure'] | null;
      /** @description Whether there are entries before `timeline`; the transcript has them. */
      earlier: boolean;
      /** @description Requests for files that are open. */
      file_requests: components['schemas']['FileRequest'][];
      /** @description Which. */
      id: components['schemas']['ConversationId'];
      /** @description `after` for `GET /visitor/events`. */
      position: components['schemas']['Position'];
      rating?: components['schemas']['Rating'] | null;
      /** @description When it was asked for. */
      started_at: components['schemas']['Instant'];
      /** @description Where it stands; `offered` is told as `waiting`. */
      state: components['schemas']['ConversationState'];
      /** @description The latest entries, oldest first, at most [`crate::view::TIMELINE`]. */
      timeline: components['schemas']['VisitorEntry'][];
      /** @description Whether an agent has sent it on and the next has not joined. */
      transferring: boolean;
    };
    /** @description `GET /visitor/transcript`: everything that the visitor saw. */
    VisitorTranscript: {
      /** @description Which conversation. */
      conversation: components['schemas']['ConversationId'];
      ended_at?: components['schemas']['Instant'] | null;
      /** @description Oldest first. */
      entries: components['schemas']['VisitorEntry'][];
      /** @description When it was asked for. */
      started_at: components['schemas']['Instant'];
    };
    /** @description What the visitor sees happen. The name of the variant is the JSON's `kind`. */
    VisitorWhat:
      | {
          /** @enum {string} */
          kind: 'requested';
        }
      | {
          /** @description Why. */
          because: components['schemas']['RefusedBecause'];
          /** @enum {string} */
          kind: 'refused';
        }
      | {
          /** @enum {string} */
          kind: 'waiting';
        }
      | {
          /** @description Who. */
          agent: components['schemas']['AgentCard'];
          /** @enum {string} */
          kind: 'joined';
        }
      | {
          /** @enum {string} */
          kind: 'transferring';
        }
      | {
          /** @enum {string} */
          kind: 'transfer_failed';
        }
      | {
          /** @enum {string} */
          kind: 'agent_lost';
          /** @description Nobody else can take it now. */
          nobody_left: boolean;
        }
      | {
          /** @description Who wrote it. */
          author: components['schemas']['Author'];
          /** @enum {string} */
          kind: 'message';
          /** @description What; empty once erased. */
          text: components['schemas']['Text'];
        }
      | {
          /** @enum {string} */
          kind: 'erased';
        }
      | {
          /** @description Who sent it. */
          author: components['schemas']['Author'];
          /** @description The event's own data. */
          data: components['schemas']['Text'];
          /** @enum {string} */
          kind: 'custom_event';
          /** @description The event's own name. */
          name: string;
        }
      | {
          /** @enum {string} */
          kind: 'file_requested';
          /** @description The request. */
          request: components['schemas']['FileRequest'];
        }
      | {
          /** @enum {string} */
          kind: 'file_request_ended';
          /** @description How. */
          outcome: components['schemas']['FileRequestOutcome'];
          /** @description Which. */
          request: components['schemas']['FileRequestId'];
        }
      | {
          /** @description The file. */
          file: components['schemas']['File'];
          /** @enum {string} */
          kind: 'file';
        }
      | {
          /** @enum {string} */
          kind: 'idle_warning';
          /** @description Whether the warning stands. */
          raised: boolean;
        }
      | {
          /** @enum {string} */
          kind: 'rated';
          /** @description How. */
          rating: components['schemas']['Rating'];
        }
      | {
          /** @description How. */
          closure: components['schemas']['Closure'];
          /** @enum {string} */
          kind: 'ended';
        };
    /** @description `POST /visitor/page`: the visitor is on another page. */
    VisitPage: {
      /** @description Which. */
      page: components['schemas']['WebPage'];
    };
    /** @description A conversation that waits to be picked. Seen with the permission `queues.see_waiting`. */
    WaitingConversation: {
      button?: components['schemas']['ButtonId'] | null;
      /** @description Which. */
      conversation: components['schemas']['ConversationId'];
      /**
       * Format: int32
       * @description Lower is served first.
       */
      priority: number;
      queue?: components['schemas']['QueueId'] | null;
      /** @description Since when. */
      since: components['schemas']['Instant'];
      visitor_name?: components['schemas']['Text'] | null;
    };
    /** @description A page that a visitor looks at. */
    WebPage: {
      /** @description Its title. */
      title?: string | null;
      /** @description Its address, at most 2,000 characters. */
      url: string;
    };
    /** @description What happened. The name of the variant is the JSON's `kind`. */
    What:
      | {
          /** @enum {string} */
          kind: 'requested';
        }
      | {
          /** @description Why. */
          because: components['schemas']['RefusedBecause'];
          /** @enum {string} */
          kind: 'refused';
        }
      | {
          /** @description At the head, because it lost its agent. */
          ahead: boolean;
          /** @enum {string} */
          kind: 'queued';
        }
      | {
          /** @description Whom. */
          agent: components['schemas']['AgentId'];
          expires_at?: components['schemas']['Instant'] | null;
          /** @enum {string} */
          kind: 'offered';
          /** @description Names the offer. */
          offer: components['schemas']['OfferId'];
        }
      | {
          /** @description Who was asked. */
          agent: components['schemas']['AgentId'];
          /** @enum {string} */
          kind: 'offer_ended';
          /** @description Which offer. */
          offer: components['schemas']['OfferId'];
          /** @description How it ended. */
          outcome: components['schemas']['OfferOutcome'];
        }
      | {
          /** @description Who. */
          agent: components['schemas']['AgentId'];
          /** @enum {string} */
          kind: 'joined';
          /** @description The name that visitors see. */
          name: string;
          /** @description Another agent had it before. */
          transferred: boolean;
        }
      | {
          /** @description Who. */
          agent: components['schemas']['AgentId'];
          /** @enum {string} */
          kind: 'transfer_started';
          /** @description Where to. */
          target: components['schemas']['TransferTarget'];
        }
      | {
          /** @description Who tried. */
          agent: components['schemas']['AgentId'];
          /** @enum {string} */
          kind: 'transfer_failed';
          /** @description Where to. */
          target: components['schemas']['TransferTarget'];
        }
      | {
          /** @description Who. */
          agent: components['schemas']['AgentId'];
          /** @enum {string} */
          kind: 'agent_lost';
          /** @description Nobody else could take it: the visitor was told. */
          nobody_left: boolean;
        }
      | {
          /** @description Who wrote it. */
          author: components['schemas']['Author'];
          /** @enum {string} */
          kind: 'message';
          /** @description What; empty once erased. */
          text: components['schemas']['Text'];
        }
      | {
          /** @description Who wrote it. */
          author: components['schemas']['Author'];
          /** @enum {string} */
          kind: 'note';
          /** @description What; empty once erased. */
          text: components['schemas']['Text'];
        }
      | {
          /** @description Whose text. */
          author: components['schemas']['Author'];
          /** @enum {string} */
          kind: 'text_masked';
          /**
           * Format: int32
           * @description How many rules matched.
           */
          rules: number;
        }
      | {
          /** @enum {string} */
          kind: 'erased';
        }
      | {
          /** @description Who sent it. */
          author: components['schemas']['Author'];
          /** @description The event's own data. */
          data: components['schemas']['Text'];
          /** @enum {string} */
          kind: 'custom_event';
          /** @description The event's own name. */
          name: string;
        }
      | {
          /** @enum {string} */
          kind: 'file_requested';
          /** @description The request. */
          request: components['schemas']['FileRequest'];
        }
      | {
          /** @enum {string} */
          kind: 'file_request_ended';
          /** @description How. */
          outcome: components['schemas']['FileRequestOutcome'];
          /** @description Which. */
          request: components['schemas']['FileRequestId'];
        }
      | {
          /** @description The file; its content is fetched by its id. */
          file: components['schemas']['File'];
          /** @enum {string} */
          kind: 'file';
        }
      | {
          /** @enum {string} */
          kind: 'page_visited';
          /** @description Which. */
          page: components['schemas']['WebPage'];
        }
      | {
          /** @description Now. */
          connection: components['schemas']['Connection'];
          /** @enum {string} */
          kind: 'connection_changed';
        }
      | {
          /** @enum {string} */
          kind: 'reconnected';
        }
      | {
          /** @enum {string} */
          kind: 'idle_warning';
          /** @description Whether the warning stands. */
          raised: boolean;
        }
      | {
          /** @enum {string} */
          kind: 'critical_wait';
          /** @description Whether the mark stands. */
          raised: boolean;
        }
      | {
          /** @description Who. */
          author: components['schemas']['Author'];
          /** @enum {string} */
          kind: 'flag_raised';
          note?: components['schemas']['Text'] | null;
        }
      | {
          /** @description Who says so. */
          author: components['schemas']['Author'];
          /** @enum {string} */
          kind: 'flag_lowered';
        }
      | {
          /** @description Who. */
          agent: components['schemas']['AgentId'];
          /** @enum {string} */
          kind: 'monitor_started';
        }
      | {
          /** @description Who. */
          agent: components['schemas']['AgentId'];
          /** @enum {string} */
          kind: 'monitor_ended';
        }
      | {
          /** @enum {string} */
          kind: 'rated';
          /** @description How. */
          rating: components['schemas']['Rating'];
        }
      | {
          /** @description How. */
          closure: components['schemas']['Closure'];
          /** @enum {string} */
          kind: 'ended';
        }
      | {
          /** @enum {string} */
          kind: 'after_work_started';
          until?: components['schemas']['Instant'] | null;
        }
      | {
          /** @enum {string} */
          kind: 'after_work_ended';
        };
    /** @description `GET /admin/workspace`: the workspace of the admin. */
    Workspace: {
      /** @description Which. */
      id: components['schemas']['WorkspaceId'];
      /** @description The organisation ids that its apps were shipped with. */
      old_ids: string[];
      /** @description All that can be set. */
      settings: components['schemas']['WorkspaceSettings'];
    };
    /**
     * Format: uuid
     * @description One tenant: leads every key in storage.
     */
    WorkspaceId: string;
    /** @description `PUT /admin/workspace`. */
    WorkspaceSettings: {
      /**
       * Format: int32
       * @description Days that the audit log is kept; null for ever.
       */
      audit_retention_days?: number | null;
      /** @description What agents pick from when they go away, such as `Lunch`: at most 50 of 80 characters. */
      away_reasons?: string[];
      /** @description What agents pick from when they decline an offer: at most 50 of 255 characters. */
      decline_reasons?: string[];
      /**
       * Format: int64
       * @description All stored files together, in bytes; null for no limit.
       */
      file_quota_bytes?: number | null;
      /** @description Its name, which agents sign in with. */
      name: string;
      /** @description IANA name, such as `Europe/Berlin`. */
      time_zone: string;
    };
    /**
     * @description `POST /conversations/{id}/notes`: words among colleagues that no visitor sees; a supervisor's are a whisper to the owner. Answered with
     *     [`crate::visitor::Accepted`].
     */
    WriteNote: {
      /** @description What, at most 64 KiB. */
      text: components['schemas']['Text'];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type Accepted = components['schemas']['Accepted'];
export type Agent = components['schemas']['Agent'];
export type AgentAvailability = components['schemas']['AgentAvailability'];
export type AgentCard = components['schemas']['AgentCard'];
export type AgentConversation = components['schemas']['AgentConversation'];
export type AgentEvent = components['schemas']['AgentEvent'];
export type AgentId = components['schemas']['AgentId'];
export type AgentSettings = components['schemas']['AgentSettings'];
export type AgentSnapshot = components['schemas']['AgentSnapshot'];
export type Appearance = components['schemas']['Appearance'];
export type AuditId = components['schemas']['AuditId'];
export type AuditLine = components['schemas']['AuditLine'];
export type Author = components['schemas']['Author'];
export type Availability = components['schemas']['Availability'];
export type Batch = components['schemas']['Batch'];
export type Block = components['schemas']['Block'];
export type BlockId = components['schemas']['BlockId'];
export type BlockSettings = components['schemas']['BlockSettings'];
export type BlockVisitor = components['schemas']['BlockVisitor'];
export type Board = components['schemas']['Board'];
export type BoardAgent = components['schemas']['BoardAgent'];
export type BoardConversation = components['schemas']['BoardConversation'];
export type BoardQueue = components['schemas']['BoardQueue'];
export type BoardTotals = components['schemas']['BoardTotals'];
export type Button = components['schemas']['Button'];
export type ButtonAvailability = components['schemas']['ButtonAvailability'];
export type ButtonId = components['schemas']['ButtonId'];
export type ButtonSettings = components['schemas']['ButtonSettings'];
export type Capacity = components['schemas']['Capacity'];
export type ChangePassword = components['schemas']['ChangePassword'];
export type ClosedBy = components['schemas']['ClosedBy'];
export type Closure = components['schemas']['Closure'];
export type Connection = components['schemas']['Connection'];
export type ConversationId = components['schemas']['ConversationId'];
export type ConversationState = components['schemas']['ConversationState'];
export type Day = components['schemas']['Day'];
export type DeclineOffer = components['schemas']['DeclineOffer'];
export type Deployment = components['schemas']['Deployment'];
export type DeploymentId = components['schemas']['DeploymentId'];
export type DeploymentSettings = components['schemas']['DeploymentSettings'];
export type Detail = components['schemas']['Detail'];
export type Directory = components['schemas']['Directory'];
export type DirectoryAgent = components['schemas']['DirectoryAgent'];
export type DirectoryButton = components['schemas']['DirectoryButton'];
export type DirectoryDeployment = components['schemas']['DirectoryDeployment'];
export type DirectoryQueue = components['schemas']['DirectoryQueue'];
export type DirectorySkill = components['schemas']['DirectorySkill'];
export type DirectoryWorkspace = components['schemas']['DirectoryWorkspace'];
export type EndConversation = components['schemas']['EndConversation'];
export type EndedBecause = components['schemas']['EndedBecause'];
export type EntityField = components['schemas']['EntityField'];
export type EntityLink = components['schemas']['EntityLink'];
export type EntityPlan = components['schemas']['EntityPlan'];
export type Entries = components['schemas']['Entries'];
export type Entry = components['schemas']['Entry'];
export type EntryFiles = components['schemas']['EntryFiles'];
export type Erased = components['schemas']['Erased'];
export type ExportedConversation = components['schemas']['ExportedConversation'];
export type ExportedOfflineMessage = components['schemas']['ExportedOfflineMessage'];
export type ExportedVisit = components['schemas']['ExportedVisit'];
export type File = components['schemas']['File'];
export type FileId = components['schemas']['FileId'];
export type FileLink = components['schemas']['FileLink'];
export type FileRequest = components['schemas']['FileRequest'];
export type FileRequested = components['schemas']['FileRequested'];
export type FileRequestId = components['schemas']['FileRequestId'];
export type FileRequestOutcome = components['schemas']['FileRequestOutcome'];
export type Files = components['schemas']['Files'];
export type FileSettings = components['schemas']['FileSettings'];
export type Flag = components['schemas']['Flag'];
export type HiddenDetail = components['schemas']['HiddenDetail'];
export type HiddenDetails = components['schemas']['HiddenDetails'];
export type HistoryItem = components['schemas']['HistoryItem'];
export type Holiday = components['schemas']['Holiday'];
export type Hours = components['schemas']['Hours'];
export type HoursId = components['schemas']['HoursId'];
export type HoursSettings = components['schemas']['HoursSettings'];
export type ImportAction = components['schemas']['ImportAction'];
export type ImportedKind = components['schemas']['ImportedKind'];
export type ImportedThing = components['schemas']['ImportedThing'];
export type ImportReport = components['schemas']['ImportReport'];
export type Instant = components['schemas']['Instant'];
export type Invitation = components['schemas']['Invitation'];
export type InvitationAnimation = components['schemas']['InvitationAnimation'];
export type InvitationEnd = components['schemas']['InvitationEnd'];
export type InvitationOperator = components['schemas']['InvitationOperator'];
export type InvitationRule = components['schemas']['InvitationRule'];
export type InvitationRuleKind = components['schemas']['InvitationRuleKind'];
export type InvitationStart = components['schemas']['InvitationStart'];
export type Knock = components['schemas']['Knock'];
export type LastAuthor = components['schemas']['LastAuthor'];
export type LeaveOfflineMessage = components['schemas']['LeaveOfflineMessage'];
export type LeaveReason = components['schemas']['LeaveReason'];
export type LeftOfflineMessage = components['schemas']['LeftOfflineMessage'];
export type Me = components['schemas']['Me'];
export type NewAgent = components['schemas']['NewAgent'];
export type NewDetail = components['schemas']['NewDetail'];
export type NotTaken = components['schemas']['NotTaken'];
export type Offer = components['schemas']['Offer'];
export type OfferId = components['schemas']['OfferId'];
export type OfferOutcome = components['schemas']['OfferOutcome'];
export type OfflineForm = components['schemas']['OfflineForm'];
export type OfflineMessage = components['schemas']['OfflineMessage'];
export type OfflineMessageId = components['schemas']['OfflineMessageId'];
export type OfflineState = components['schemas']['OfflineState'];
export type OldId = components['schemas']['OldId'];
export type OldIdKind = components['schemas']['OldIdKind'];
export type OldIdSettings = components['schemas']['OldIdSettings'];
export type Opening = components['schemas']['Opening'];
export type Overlap = components['schemas']['Overlap'];
export type OwnEnd = components['schemas']['OwnEnd'];
export type PageAgent = components['schemas']['Page_Agent'];
export type PageAuditLine = components['schemas']['Page_AuditLine'];
export type PageBlock = components['schemas']['Page_Block'];
export type PageButton = components['schemas']['Page_Button'];
export type PageDeployment = components['schemas']['Page_Deployment'];
export type PageHistoryItem = components['schemas']['Page_HistoryItem'];
export type PageHours = components['schemas']['Page_Hours'];
export type PageKnock = components['schemas']['Page_Knock'];
export type PageOfflineMessage = components['schemas']['Page_OfflineMessage'];
export type PageOldId = components['schemas']['Page_OldId'];
export type PageQueue = components['schemas']['Page_Queue'];
export type PageQuickText = components['schemas']['Page_QuickText'];
export type PageRole = components['schemas']['Page_Role'];
export type PageRule = components['schemas']['Page_Rule'];
export type PageSkill = components['schemas']['Page_Skill'];
export type Permission = components['schemas']['Permission'];
export type PersonExport = components['schemas']['PersonExport'];
export type PollingSettings = components['schemas']['PollingSettings'];
export type Position = components['schemas']['Position'];
export type PostChat = components['schemas']['PostChat'];
export type PostChatField = components['schemas']['PostChatField'];
export type PrechatField = components['schemas']['PrechatField'];
export type PrechatForm = components['schemas']['PrechatForm'];
export type PrechatKind = components['schemas']['PrechatKind'];
export type PrechatMap = components['schemas']['PrechatMap'];
export type Presence = components['schemas']['Presence'];
export type PresenceReason = components['schemas']['PresenceReason'];
export type PresenceStatus = components['schemas']['PresenceStatus'];
export type Problem = components['schemas']['Problem'];
export type ProblemKind = components['schemas']['ProblemKind'];
export type Queue = components['schemas']['Queue'];
export type QueueId = components['schemas']['QueueId'];
export type QueuePlace = components['schemas']['QueuePlace'];
export type QueueSettings = components['schemas']['QueueSettings'];
export type QuickText = components['schemas']['QuickText'];
export type QuickTextId = components['schemas']['QuickTextId'];
export type QuickTextSettings = components['schemas']['QuickTextSettings'];
export type RaiseFlag = components['schemas']['RaiseFlag'];
export type Rating = components['schemas']['Rating'];
export type ReadSnippet = components['schemas']['ReadSnippet'];
export type RefusedBecause = components['schemas']['RefusedBecause'];
export type RequestFile = components['schemas']['RequestFile'];
export type ResetPassword = components['schemas']['ResetPassword'];
export type ResetReason = components['schemas']['ResetReason'];
export type RetentionSettings = components['schemas']['RetentionSettings'];
export type Role = components['schemas']['Role'];
export type RoleId = components['schemas']['RoleId'];
export type RoleSettings = components['schemas']['RoleSettings'];
export type RouteOverride = components['schemas']['RouteOverride'];
export type RoutingSettings = components['schemas']['RoutingSettings'];
export type RoutingStrategy = components['schemas']['RoutingStrategy'];
export type Rule = components['schemas']['Rule'];
export type RuleAction = components['schemas']['RuleAction'];
export type RuleId = components['schemas']['RuleId'];
export type RuleScope = components['schemas']['RuleScope'];
export type RuleSettings = components['schemas']['RuleSettings'];
export type Secret = components['schemas']['Secret'];
export type SendCustomEvent = components['schemas']['SendCustomEvent'];
export type SendMessage = components['schemas']['SendMessage'];
export type SetAgentPresence = components['schemas']['SetAgentPresence'];
export type SetDraft = components['schemas']['SetDraft'];
export type SetIdleWarning = components['schemas']['SetIdleWarning'];
export type SetPresence = components['schemas']['SetPresence'];
export type SetTyping = components['schemas']['SetTyping'];
export type SignedIn = components['schemas']['SignedIn'];
export type SignIn = components['schemas']['SignIn'];
export type Skill = components['schemas']['Skill'];
export type SkillId = components['schemas']['SkillId'];
export type SkillMatch = components['schemas']['SkillMatch'];
export type SkillSettings = components['schemas']['SkillSettings'];
export type SnippetConfidence = components['schemas']['SnippetConfidence'];
export type SnippetField = components['schemas']['SnippetField'];
export type SnippetGeneration = components['schemas']['SnippetGeneration'];
export type SnippetProblem = components['schemas']['SnippetProblem'];
export type SnippetProblemKind = components['schemas']['SnippetProblemKind'];
export type SnippetReading = components['schemas']['SnippetReading'];
export type Snippets = components['schemas']['Snippets'];
export type SnippetSeverity = components['schemas']['SnippetSeverity'];
export type SnippetValue = components['schemas']['SnippetValue'];
export type StartConversation = components['schemas']['StartConversation'];
export type StartedConversation = components['schemas']['StartedConversation'];
export type Survey = components['schemas']['Survey'];
export type TakeConversation = components['schemas']['TakeConversation'];
export type Taken = components['schemas']['Taken'];
export type Text = components['schemas']['Text'];
export type TimeoutUnit = components['schemas']['TimeoutUnit'];
export type TotpCode = components['schemas']['TotpCode'];
export type TotpEnrolment = components['schemas']['TotpEnrolment'];
export type Transcript = components['schemas']['Transcript'];
export type TransferChoice = components['schemas']['TransferChoice'];
export type TransferConversation = components['schemas']['TransferConversation'];
export type TransferTarget = components['schemas']['TransferTarget'];
export type TransferTargets = components['schemas']['TransferTargets'];
export type TriedRule = components['schemas']['TriedRule'];
export type TryRule = components['schemas']['TryRule'];
export type UpdateOfflineMessage = components['schemas']['UpdateOfflineMessage'];
export type UploadAgain = components['schemas']['UploadAgain'];
export type UploadedFile = components['schemas']['UploadedFile'];
export type UploadFile = components['schemas']['UploadFile'];
export type VisitedPage = components['schemas']['VisitedPage'];
export type VisitorCard = components['schemas']['VisitorCard'];
export type VisitorEntry = components['schemas']['VisitorEntry'];
export type VisitorEntrySettings = components['schemas']['VisitorEntrySettings'];
export type VisitorEvent = components['schemas']['VisitorEvent'];
export type VisitorId = components['schemas']['VisitorId'];
export type VisitorSettings = components['schemas']['VisitorSettings'];
export type VisitorSnapshot = components['schemas']['VisitorSnapshot'];
export type VisitorTranscript = components['schemas']['VisitorTranscript'];
export type VisitorWhat = components['schemas']['VisitorWhat'];
export type VisitPage = components['schemas']['VisitPage'];
export type WaitingConversation = components['schemas']['WaitingConversation'];
export type WebPage = components['schemas']['WebPage'];
export type What = components['schemas']['What'];
export type Workspace = components['schemas']['Workspace'];
export type WorkspaceId = components['schemas']['WorkspaceId'];
export type WorkspaceSettings = components['schemas']['WorkspaceSettings'];
export type WriteNote = components['schemas']['WriteNote'];
export type $defs = Record<string, never>;
export interface operations {
  agents_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Agent'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  agents_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewAgent'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Agent'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  agents_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['schemas']['AgentId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Agent'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  agents_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['schemas']['AgentId'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AgentSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Agent'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  agents_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['schemas']['AgentId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  reset_password: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: components['schemas']['AgentId'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ResetPassword'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  agents_set_presence: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: components['schemas']['AgentId'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SetAgentPresence'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Presence'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  audit_list: {
    parameters: {
      query?: {
        /** @description Done by. */
        agent?: string;
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description At or after. */
        from?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
        /** @description Done to the thing with this id. */
        subject?: string;
        /** @description Before. */
        until?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_AuditLine'];
        };
      };
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  blocks_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Block'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  blocks_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['BlockSettings'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Block'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  blocks_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Block'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  blocks_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['BlockSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Block'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  blocks_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  buttons_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Button'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  buttons_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ButtonSettings'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Button'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  buttons_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Button'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  buttons_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ButtonSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Button'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  buttons_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deployments_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Deployment'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deployments_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['DeploymentSettings'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Deployment'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deployments_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Deployment'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deployments_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['DeploymentSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Deployment'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deployments_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  history_list: {
    parameters: {
      query?: {
        /** @description This agent has it, had it last, or wrote in it. */
        agent?: string;
        /** @description Came in by this button. */
        button?: string;
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description Came in here. */
        deployment?: string;
        /** @description Asked for at or after. */
        from?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
        /** @description In this state. */
        state?: string;
        /** @description Words that messages, the name or visible details contain. */
        text?: string;
        /** @description Asked for before. */
        until?: string;
        /** @description Of this person. */
        visitor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_HistoryItem'];
        };
      };
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  hours_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Hours'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  hours_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['HoursSettings'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Hours'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  hours_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Hours'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  hours_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['HoursSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Hours'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  hours_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  import_metadata: {
    parameters: {
      query?: {
        /** @description Only say what would be done. */
        dry_run?: boolean;
        /** @description With one XML file: its name, by which other files refer to it. */
        file_name?: string;
      };
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    /** @description a zip of metadata files, or one of them */
    requestBody: {
      content: {
        'application/zip': string;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImportReport'];
        };
      };
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  knocks: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Knock'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  forget_knock: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        old_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  old_ids: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_OldId'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  set_old_id: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        old_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['OldIdSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OldId'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  remove_old_id: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        old_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  person_erase: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        visitor: components['schemas']['VisitorId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Erased'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  person_export: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        visitor: components['schemas']['VisitorId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PersonExport'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  queues_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Queue'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  queues_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['QueueSettings'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Queue'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  queues_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Queue'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  queues_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['QueueSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Queue'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  queues_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  quick_texts_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_QuickText'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  quick_texts_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['QuickTextSettings'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuickText'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  quick_texts_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuickText'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  quick_texts_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['QuickTextSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuickText'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  quick_texts_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  roles_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Role'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  roles_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RoleSettings'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Role'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  roles_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Role'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  roles_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RoleSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Role'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  roles_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  rules_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Rule'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  rules_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RuleSettings'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Rule'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  rules_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Rule'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  rules_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RuleSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Rule'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  rules_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  try_rule: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TryRule'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TriedRule'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  skills_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_Skill'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  skills_create: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SkillSettings'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Skill'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  skills_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Skill'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  skills_replace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SkillSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Skill'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  skills_remove: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  snippets: {
    parameters: {
      query?: {
        /** @description The button; absent for the codes that need none. */
        button?: string;
        /** @description The deployment; absent for the only one. */
        deployment?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Snippets'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  snippets_read: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ReadSnippet'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SnippetReading'];
        };
      };
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  workspace_read: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Workspace'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  workspace_replace: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['WorkspaceSettings'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Workspace'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  board_read: {
    parameters: {
      query?: never;
      header?: {
        'If-None-Match'?: string | null;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Board'];
        };
      };
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  conversation_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AgentConversation'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_block: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['BlockVisitor'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Block'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  send_custom_event: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SendCustomEvent'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  end: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['EndConversation'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  entries: {
    parameters: {
      query?: {
        /** @description Only entries with a lower sequence; absent: the latest. */
        before?: number;
        /** @description How many, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Entries'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  file_request: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RequestFile'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FileRequested'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  file_request_withdraw: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        request: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  files_list: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Files'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  file_send: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'multipart/form-data': components['schemas']['UploadFile'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UploadedFile'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  file_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        file: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': number[];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  file_link: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        file: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FileLink'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  finish: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  flag_raise: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RaiseFlag'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  flag_lower: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  hidden_details_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HiddenDetails'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  send: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SendMessage'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  monitor_start: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  monitor_end: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  note_write: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['WriteNote'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  past_list: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_HistoryItem'];
        };
      };
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  take: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TakeConversation'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Taken'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  transcript_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Transcript'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  transcript_text: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  transfer: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TransferConversation'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  typing: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SetTyping'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  directory_read: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Directory'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  stream: {
    parameters: {
      query?: {
        /** @description `position` of the snapshot; absent: from now, which is for onlookers. */
        after?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': components['schemas']['AgentEvent'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  me_read: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Me'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  change_password: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ChangePassword'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  set_presence: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SetPresence'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Me'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  enrol: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TotpEnrolment'];
        };
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  confirm: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TotpCode'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  remove: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TotpCode'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  accept: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        offer: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Taken'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  decline: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path: {
        offer: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['DeclineOffer'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  offline_messages: {
    parameters: {
      query?: {
        /** @description Only those of an agent: an id, `me`, or `none` for nobody's. */
        assigned?: string;
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
        /** @description Only these. */
        state?: string;
        /** @description Only those with this in text, name, e-mail address or telephone number, in any case. */
        text?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_OfflineMessage'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  offline_message: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OfflineMessage'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  offline_message_update: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateOfflineMessage'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OfflineMessage'];
        };
      };
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  quick_texts_search: {
    parameters: {
      query?: {
        /** @description `next` of the page before; absent for the first. */
        cursor?: string;
        /** @description How many items, 1 to 500; 100 unless told. */
        limit?: number;
        /** @description Only those whose shortcut, name, folder or text holds this; case does not count. */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Page_QuickText'];
        };
      };
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  sign_in: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SignIn'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignedIn'];
        };
      };
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  sign_out: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  snapshot: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AgentSnapshot'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  targets: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TransferTargets'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_availability: {
    parameters: {
      query: {
        /** @description Comma-separated ids of agents. */
        agents?: string;
        /** @description Comma-separated ids of buttons. */
        buttons?: string;
        /** @description Where the visitor is. */
        deployment: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Availability'];
        };
      };
      /** @description the page's origin may not use the deployment */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description no such deployment */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_conversation: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['VisitorSnapshot'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_start: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['StartConversation'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StartedConversation'];
        };
      };
      /** @description the page's origin may not use the deployment */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description no such deployment */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_send_custom_event: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SendCustomEvent'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_set_draft: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SetDraft'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_end: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['EndConversation'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_follow: {
    parameters: {
      query?: {
        /** @description `position` of the snapshot; absent: from now, which is for onlookers. */
        after?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': components['schemas']['VisitorEvent'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_file_request_decline: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description the request */
        request: components['schemas']['FileRequestId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_file_send: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'multipart/form-data': components['schemas']['UploadFile'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UploadedFile'];
        };
      };
      /** @description nobody asked for it, or the request is over */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_file_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description the file */
        file: components['schemas']['FileId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': number[];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_idle: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SetIdleWarning'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_send: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SendMessage'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_leave_offline_message: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['LeaveOfflineMessage'];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LeftOfflineMessage'];
        };
      };
      /** @description the page's origin may not use the deployment */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description no such deployment */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description no button here has a form for it */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_visit: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['VisitPage'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_post_chat: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PostChat'];
        };
      };
      /** @description the conversation has not ended */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_rate: {
    parameters: {
      query?: never;
      header: {
        /** @description visible ASCII characters; the same key with the same request gets the same answer */
        'Idempotency-Key': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Rating'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description it has been rated */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_settings: {
    parameters: {
      query: {
        /** @description The button, likewise. */
        button: string;
        /** @description The deployment: its id, or an id of 15 or 18 characters that shipped apps know it by. */
        deployment: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['VisitorEntrySettings'];
        };
      };
      /** @description the page's origin may not use the deployment */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description no such deployment, or it has no such button */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_transcript: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['VisitorTranscript'];
        };
      };
      /** @description the deployment gives no transcripts */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_transcript_text: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description the deployment gives no transcripts */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  visitor_set_typing: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SetTyping'];
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description refused; `type` says why */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
