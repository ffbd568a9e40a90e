// Records of the demonstration over jsforce, by every way to log in that needs no browser.
const assert = require('node:assert');
const { createSign, generateKeyPairSync } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { Connection, OAuth2 } = require('jsforce');

const demo = JSON.parse(readFileSync(process.env.DEMO, 'utf8'));
const version = '60.0';
const login = 'admin';
const { password, agent } = demo.sign_ins[login];
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

// The administrator's part: an app that may log in, by the native API.
async function native(path, body, token) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(demo.api + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

async function connectedApp() {
  const { token } = await native('/sign-in', { login, password });
  const app = await native('/admin/connected-apps', {
    name: 'jsforce', flows: ['client_credentials', 'jwt_bearer', 'password'], scopes: ['api', 'openid'], certificate: publicKey,
    run_as: agent, agents: [agent],
  }, token);
  const { secret } = await native(`/admin/connected-apps/${app.id}/secret`, {}, token);
  return { clientId: app.settings.client_id, clientSecret: secret };
}

const jwt = (clientId) => {
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const claims = { iss: clientId, sub: login, aud: demo.url, exp: Math.floor(Date.now() / 1000) + 120 };
  const text = `${part({ alg: 'RS256' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
};

const refused = async (work, code) => {
  const error = await work().then(() => assert.fail(`${code} was expected`), (error) => error);
  assert.strictEqual(error.errorCode ?? error.name, code, String(error));
};

(async () => {
  const app = await connectedApp();
  const connect = () => new Connection({ oauth2: new OAuth2({ ...app, loginUrl: demo.url }), version });

  // Logging in.
  const conn = connect();
  await conn.authorize({ grant_type: 'client_credentials' });
  const byJwt = connect();
  await byJwt.authorize({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: jwt(app.clientId) });
  const byPassword = connect();
  await byPassword.login(login, password);
  assert.deepStrictEqual([byJwt.userInfo, byPassword.userInfo].map((info) => info.id), [conn.userInfo.id, conn.userInfo.id]);
  const identity = await conn.identity();
  assert.strictEqual(identity.organization_id.slice(0, 15), demo.organisation);
  await refused(() => connect().login(login, 'not the password'), 'invalid_grant');

  // What there is.
  const versions = await conn.request('/services/data');
  assert.ok(versions.some((one) => one.version === version));
  assert.ok((await conn.request(`/services/data/v${version}`)).sobjects);
  const global = await conn.describeGlobal();
  assert.ok(['Account', 'Contact', 'Case', 'LiveChatTranscript'].every((name) => global.sobjects.some((object) => object.name === name)));
  const contact = await conn.sobject('contact').describe();
  assert.strictEqual(contact.name, 'Contact');
  assert.strictEqual(contact.fields.find((field) => field.name === 'Email').type, 'email');
  assert.strictEqual((await conn.describe('Contact')).keyPrefix, '003');

  // One record: made, read, changed, deleted.
  const Account = conn.sobject('Account');
  const acme = await Account.create({ Name: 'Acme', NumberOfEmployees: 25 });
  assert.ok(acme.success && acme.id.length === 18);
  const read = await Account.retrieve(acme.id);
  assert.deepStrictEqual([read.attributes.type, read.Name, read.NumberOfEmployees], ['Account', 'Acme', 25]);
  await Account.update({ Id: acme.id, Name: 'Acme Ltd' });
  assert.strictEqual((await conn.sobject('account').retrieve(acme.id.slice(0, 15))).Name, 'Acme Ltd');
  await refused(() => Account.create({}), 'REQUIRED_FIELD_MISSING');
  await refused(() => Account.create({ Name: 'x', Nothing__c: 1 }), 'INVALID_FIELD');
  await refused(() => conn.sobject('Nothing').retrieve(acme.id), 'NOT_FOUND');

  // Many at once.
  const Contact = conn.sobject('Contact');
  const people = Array.from({ length: 450 }, (_, n) => ({
    LastName: `Person ${String(n).padStart(3, '0')}`, Email: `person${n}@jsforce.example`, AccountId: acme.id,
  }));
  const made = await Contact.create(people, { allowRecursive: true });
  assert.ok(made.length === 450 && made.every((one) => one.success));
  const changed = await Contact.update(made.slice(0, 2).map(({ id }) => ({ Id: id, Department: 'Sales' })));
  assert.ok(changed.every((one) => one.success));
  const mixed = await Contact.create([{ LastName: 'Sound' }, { FirstName: 'Without a last name' }]);
  assert.deepStrictEqual(mixed.map((one) => one.success), [true, false]);
  assert.strictEqual(mixed[1].errors[0].statusCode ?? mixed[1].errors[0].errorCode, 'REQUIRED_FIELD_MISSING');
  const undone = await Contact.create([{ LastName: 'Undone' }, {}], { allOrNone: true });
  assert.ok(undone.every((one) => !one.success));
  assert.strictEqual(await Contact.count({ LastName: 'Undone' }), 0);
  const both = await Contact.retrieve([made[0].id, made[1].id]);
  assert.deepStrictEqual(both.map((one) => one.Department), ['Sales', 'Sales']);

  // By a key.
  const upserted = await Contact.upsert({ Email: 'person7@jsforce.example', Title: 'Dr.' }, 'Email');
  assert.ok(upserted.success && upserted.created === false && upserted.id === made[7].id);
  const several = await Contact.upsert(
    [{ Email: 'person8@jsforce.example', Title: 'Prof.' }, { Email: 'new@jsforce.example', LastName: 'New' }], 'Email',
  );
  assert.deepStrictEqual(several.map((one) => [one.success, one.created]), [[true, false], [true, true]]);

  // Queries.
  const soql = `SELECT Id, LastName, Account.Name FROM Contact WHERE AccountId = '${acme.id}' ORDER BY LastName`;
  const first = await conn.query(soql, { headers: { 'Sforce-Query-Options': 'batchSize=200' } });
  assert.deepStrictEqual([first.totalSize, first.done, first.records.length], [450, false, 200]);
  const second = await conn.queryMore(first.nextRecordsUrl);
  const third = await conn.queryMore(second.nextRecordsUrl);
  assert.deepStrictEqual([second.records.length, third.records.length, third.done], [200, 50, true]);
  const all = [...first.records, ...second.records, ...third.records];
  assert.deepStrictEqual(all.map((one) => one.LastName), people.map((one) => one.LastName));
  assert.strictEqual(all[0].Account.Name, 'Acme Ltd');
  const fetched = await conn.query(soql, { autoFetch: true, maxFetch: 10000, headers: { 'Sforce-Query-Options': 'batchSize=200' } });
  assert.strictEqual(fetched.records.length, 450);
  const found = await Contact.find({ LastName: { $like: 'Person 00%' }, Department: 'Sales' }, ['Id', 'LastName']).sort({ LastName: -1 }).limit(5);
  assert.deepStrictEqual(found.map((one) => one.LastName), ['Person 001', 'Person 000']);
  const parents = await Account.select('Id, Name').where({ Id: acme.id }).include('Contacts').select('Id').limit(3).end();
  assert.strictEqual(parents[0].Contacts.records.length, 3);
  const groups = await conn.query(`SELECT Department d, COUNT(Id) n FROM Contact WHERE AccountId = '${acme.id}' GROUP BY Department ORDER BY Department NULLS LAST`);
  assert.deepStrictEqual(groups.records.map((one) => [one.d, one.n]), [['Sales', 2], [null, 448]]);
  await refused(() => conn.query('SELECT Nothing FROM Contact'), 'INVALID_FIELD');
  await refused(() => conn.query('SELECT Id FORM Contact'), 'MALFORMED_QUERY');
  await refused(() => conn.query("SELECT Id FROM Contact WHERE LastName = 'x' OR 1=1 --'"), 'MALFORMED_QUERY');

  // Requests in requests.
  const root = `/services/data/v${version}`;
  const composite = await conn.requestPost(`${root}/composite`, {
    allOrNone: true,
    compositeRequest: [
      { method: 'POST', url: `${root}/sobjects/Contact`, referenceId: 'who', body: { LastName: 'Caller', Email: 'caller@jsforce.example' } },
      { method: 'POST', url: `${root}/sobjects/Case`, referenceId: 'what', body: { ContactId: '@{who.id}', Subject: 'It is broken' } },
      { method: 'GET', url: `${root}/query?q=SELECT Id, Contact.Email FROM Case WHERE Id = '@{what.id}'`, referenceId: 'read' },
    ],
  });
  assert.deepStrictEqual(composite.compositeResponse.map((one) => one.httpStatusCode), [201, 201, 200]);
  assert.strictEqual(composite.compositeResponse[2].body.records[0].Contact.Email, 'caller@jsforce.example');
  const halted = await conn.requestPost(`${root}/composite`, {
    allOrNone: true,
    compositeRequest: [
      { method: 'POST', url: `${root}/sobjects/Contact`, referenceId: 'who', body: { LastName: 'Halted' } },
      { method: 'POST', url: `${root}/sobjects/Contact`, referenceId: 'bad', body: { FirstName: 'Without' } },
    ],
  });
  assert.deepStrictEqual(halted.compositeResponse.map((one) => one.body[0].errorCode), ['PROCESSING_HALTED', 'REQUIRED_FIELD_MISSING']);
  assert.strictEqual(await Contact.count({ LastName: 'Halted' }), 0);
  const batch = await conn.requestPost(`${root}/composite/batch`, {
    batchRequests: [
      { method: 'PATCH', url: `v${version}/sobjects/Account/${acme.id}`, richInput: { Site: 'North' } },
      { method: 'GET', url: `v${version}/sobjects/Account/${acme.id}?fields=Name,Site` },
    ],
  });
  assert.deepStrictEqual(batch.results.map((one) => one.statusCode), [204, 200]);
  assert.strictEqual(batch.results[1].result.Site, 'North');

  // A file beside its record, and within it.
  const boundary = 'jsforce-conformance';
  const bytes = Buffer.from('Grüße aus dem Chat\n');
  const part = (head, body) => Buffer.concat([Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), body, Buffer.from('\r\n')]);
  const form = Buffer.concat([
    part('Content-Disposition: form-data; name="entity_document"\r\nContent-Type: application/json',
      Buffer.from(JSON.stringify({ Title: 'chat', PathOnClient: 'chat.txt', FirstPublishLocationId: acme.id }))),
    part('Content-Disposition: form-data; name="VersionData"; filename="chat.txt"\r\nContent-Type: text/plain', bytes),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  const file = await conn.request({
    method: 'POST', url: `${root}/sobjects/ContentVersion`, body: form, headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
  });
  assert.ok(file.success);
  const content = await conn.request({ method: 'GET', url: `${root}/sobjects/ContentVersion/${file.id}/VersionData` });
  assert.strictEqual(Buffer.from(content).toString(), bytes.toString());
  const small = await conn.sobject('ContentVersion').create({
    Title: 'small', PathOnClient: 'small.txt', VersionData: Buffer.from('small').toString('base64'),
  });
  const [kept] = await conn.sobject('ContentVersion').find({ Id: small.id }, ['ContentSize', 'VersionData', 'ContentDocumentId']);
  assert.strictEqual(kept.ContentSize, 5);
  assert.ok(kept.ContentDocumentId && kept.VersionData.endsWith('/VersionData'));
  assert.strictEqual(await conn.sobject('ContentDocumentLink').count({ LinkedEntityId: acme.id }), 1);

  // Limits, and the end.
  const limits = await conn.limits();
  assert.ok(limits.DailyApiRequests.Remaining < limits.DailyApiRequests.Max);
  assert.strictEqual(conn.limitInfo.apiUsage.limit, limits.DailyApiRequests.Max);
  const gone = await Contact.destroy(made.slice(0, 200).map((one) => one.id));
  assert.ok(gone.every((one) => one.success));
  await Account.destroy(acme.id);
  await refused(() => Account.destroy(acme.id), 'ENTITY_IS_DELETED');
  assert.strictEqual(await Account.count({ Id: acme.id }), 0);
  await refused(() => conn.request(`${root}/jobs/ingest`), 'FUNCTIONALITY_NOT_ENABLED');
  await conn.logout();
  await refused(() => new Connection({ instanceUrl: demo.url, accessToken: conn.accessToken ?? '00DSB0000000001!x', version }).query('SELECT Id FROM Account'),
    'INVALID_SESSION_ID');
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
