// A customer whose pre-chat page fills the CRM, and the integration that reads it.

import jsforce from 'jsforce';

import type { Api, DemoServer } from './server.ts';
import type { Site } from './site.ts';

/** A page as it was written for Live Agent: find the contact by e-mail, make a case, and put both on the transcript. */
const prechatPage = `<!doctype html><html lang="en"><title>Before</title><h1>Before we chat</h1>
<form method="post" id="pc"><label>E-mail <input name="liveagent.prechat:Mail"></label>
<label>Subject <input name="liveagent.prechat:Subject"></label>
<input type="hidden" name="liveagent.prechat.name" value="Ada Lovelace">
<input type="hidden" name="liveagent.prechat.findorcreate.map:Contact" value="Email,Mail">
<input type="hidden" name="liveagent.prechat.findorcreate.map.doFind:Contact" value="Email,true">
<input type="hidden" name="liveagent.prechat.findorcreate.map.isExactMatch:Contact" value="Email,true">
<input type="hidden" name="liveagent.prechat.findorcreate.saveToTranscript:Contact" value="ContactId">
<input type="hidden" name="liveagent.prechat.findorcreate.map:Case" value="Subject,Subject">
<input type="hidden" name="liveagent.prechat.findorcreate.map.doCreate:Case" value="Subject,true">
<input type="hidden" name="liveagent.prechat.findorcreate.saveToTranscript:Case" value="CaseId">
<input type="hidden" name="liveagent.prechat.findorcreate.linkToEntity:Contact" value="Case,ContactId">
<input type="hidden" name="liveagent.prechat.findorcreate.showOnCreate:Case" value="true">
<button>Chat</button></form>
<script>pc.action = new URLSearchParams(location.search).get('endpoint');</script></html>`;

/** npm's client, signed in as an integration does it. */
export async function integration(server: DemoServer, admin: Api): Promise<jsforce.Connection> {
  const { id, settings } = await admin.call<{ id: string; settings: { client_id: string } }>('POST', '/admin/connected-apps', {
    name: 'Integration',
    flows: ['client_credentials'],
    run_as: server.card.sign_ins.admin!.agent,
  });
  const { secret } = await admin.call<{ secret: string }>('POST', `/admin/connected-apps/${id}/secret`, {});
  const connection = new jsforce.Connection({
    instanceUrl: server.url,
    oauth2: { clientId: settings.client_id, clientSecret: secret, loginUrl: server.url },
    version: '62.0',
  });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

/** The page is asked before every conversation. */
export async function prepared(server: DemoServer, site: Site): Promise<{ admin: Api; crm: jsforce.Connection }> {
  const { card } = server;
  const admin = await server.signIn('admin');
  await admin.change(`/admin/deployments/${card.deployment_id}`, { redirect_hosts: [new URL(site.origin).host] });
  await admin.change(`/admin/buttons/${card.button_id}`, { form_before: site.put('/before', prechatPage) });
  return { admin, crm: await integration(server, admin) };
}

/** Two whom the same address means; the first is the one. Answers her id. */
export async function twoOfAnAddress(crm: jsforce.Connection): Promise<string> {
  const account = await crm.sobject('Account').create({ Name: 'Analytical Engines' });
  const made = await crm.sobject('Contact').create([
    { FirstName: 'Ada', LastName: 'Lovelace', Email: 'ada@example.com', AccountId: account.id },
    { FirstName: 'Augusta', LastName: 'King', Email: 'Ada@Example.com', Phone: '+44 20 7946 0000' },
  ]);
  if (!made.every(({ success }) => success)) throw new Error(`the contacts were not made: ${JSON.stringify(made)}`);
  return made[0]!.id!;
}
