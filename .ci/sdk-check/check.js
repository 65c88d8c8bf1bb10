// Uses a running sandbox through the vendor's own SDK, and prints a line for every check. It fails when one does.
import { createServer } from 'node:http';
import assert from 'node:assert/strict';
import { SinchClient, ConversationCallbackWebhooks } from '@sinch/sdk-core';

const { SINCH_ENDPOINT: endpoint, SINCH_PROJECT_ID: projectId, SINCH_APP_ID: app_id } = process.env;
const { conversation } = new SinchClient({
  projectId,
  keyId: process.env.SINCH_KEY_ID,
  keySecret: process.env.SINCH_KEY_SECRET,
  authHostname: endpoint,
  conversationHostname: endpoint,
  conversationTemplatesHostname: endpoint,
});

const secret = 'sdk-check';
const checker = new ConversationCallbackWebhooks(secret);
const callbacks = [];
const receiver = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => { body += text; }).on('end', () => {
    callbacks.push({ headers: request.headers, body });
    response.end();
  });
});
await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const target = `http://127.0.0.1:${receiver.address().port}/`;

let failed = false;
async function check(name, body) {
  try {
    await body();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed = true;
    console.log(`FAIL  ${name}: ${error.message}`);
  }
}

const url = 'https://example.com/a.jpg';
const choices = [{ text_message: { text: 'Yes' } }, { url_message: { title: 'Shop', url } }];
const card = { title: 'Sale', description: 'Now', media_message: { url }, choices };
const messages = {
  Text: { text_message: { text: 'Hello <you> & "all" – é 🎈' } },
  Media: { media_message: { url } },
  Card: { card_message: card },
  Choice: { choice_message: { text_message: { text: 'Coming?' }, choices } },
  Carousel: { carousel_message: { cards: [card, { title: 'B' }], choices: choices.slice(0, 1) } },
  Location: { location_message: { title: 'Office', label: 'HQ', coordinates: { latitude: 55.610479, longitude: 13.002873 } } },
  List: {
    list_message: {
      title: 'Pick',
      sections: [{ title: 'S', items: [{ choice: { title: 'A', postback_data: 'a' } }] }],
      message_properties: { menu: 'Open' },
    },
  },
  Template: { template_message: { omni_template: { template_id: 'welcome', version: 'latest', parameters: { name: 'Ann' } } } },
  ContactInfo: { contact_info_message: { name: { full_name: 'Ann Lee' }, phone_numbers: [{ phone_number: '+447700900000' }] } },
};
const recipient = { identified_by: { channel_identities: [{ channel: 'SMS', identity: '+447700900001' }] } };
const ids = new Map(); // of the messages, to their types

let webhook;
await check('token, and read the app', async () => {
  const app = await conversation.app.get({ app_id });
  assert.equal(app.id, app_id);
  assert.equal(app.queue_stats.outbound_limit, 500000);
});
await check('register a webhook', async () => {
  webhook = await conversation.webhooks.create({
    webhookCreateRequestBody: { app_id, target, target_type: 'HTTP', secret, triggers: ['MESSAGE_SUBMIT'] },
  });
  assert.equal(webhook.target, target);
});
await check('update, get and list webhooks', async () => {
  const triggers = ['MESSAGE_SUBMIT', 'MESSAGE_DELIVERY', 'CAPABILITY'];
  await conversation.webhooks.update({ webhook_id: webhook.id, webhookUpdateRequestBody: { app_id, target, triggers } });
  assert.deepEqual((await conversation.webhooks.get({ webhook_id: webhook.id })).triggers, triggers);
  assert.equal((await conversation.webhooks.list({ app_id })).webhooks.length, 1);
});
await check('create, get and list templates', async () => {
  await conversation.templatesV2.create({
    createTemplateRequestBody: {
      id: 'welcome',
      default_translation: 'en-US',
      translations: [{ language_code: 'en-US', version: '1', variables: [{ key: 'name', preview_value: 'Ann' }], text_message: { text: 'Hi ${name}' } }],
    },
  });
  assert.equal((await conversation.templatesV2.get({ template_id: 'welcome' })).version, 1);
  assert.equal((await conversation.templatesV2.list({})).templates.length, 1);
  assert.equal((await conversation.templatesV2.listTranslations({ template_id: 'welcome' })).translations.length, 1);
});
for (const [type, message] of Object.entries(messages)) {
  await check(`send ${type}`, async () => {
    const answer = await conversation.messages[`send${type}Message`]({
      sendMessageRequestBody: { app_id, recipient, message, message_metadata: type, correlation_id: `check/${type}` },
    });
    assert.match(answer.message_id, /^[0-9A-Z]{26}$/);
    assert.ok(answer.accepted_time instanceof Date);
    ids.set(answer.message_id, type);
  });
}
await check('list messages, on pages', async () => {
  const listed = [];
  for await (const message of conversation.messages.list({ app_id, messages_source: 'DISPATCH_SOURCE', page_size: 4 })) {
    listed.push(message.id);
  }
  assert.deepEqual(listed, [...ids.keys()].reverse());
});
await check('get a message', async () => {
  const [message_id, type] = [...ids][0];
  const message = await conversation.messages.get({ message_id, messages_source: 'DISPATCH_SOURCE' });
  assert.equal(message.metadata, type);
  assert.equal(message.channel_identity.identity, '447700900001');
});
await check('transcode', async () => {
  const answer = await conversation.transcoding.transcodeMessage({
    transcodeMessageRequestBody: { app_id, app_message: messages.Choice, channels: ['SMS', 'WHATSAPP'] },
  });
  assert.equal(answer.transcoded_message.SMS, `Coming?\n\n> YES\n> Shop: ${url}`);
  assert.equal(JSON.parse(answer.transcoded_message.WHATSAPP).messaging_product, 'whatsapp');
});
await check('list consents', async () => {
  assert.deepEqual((await conversation.consents.listIdentities({ app_id, list_type: 'OPT_OUT_ALL' })).data, []);
});
await check('ask for a capability', async () => {
  const answer = await conversation.capability.lookup({ lookupCapabilityRequestBody: { app_id, recipient, request_id: 'r1' } });
  assert.equal(answer.request_id, 'r1');
});
await check('receive the callbacks', async () => {
  const wanted = 3 * ids.size + 1;
  for (const deadline = Date.now() + 20000; callbacks.length < wanted && Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(callbacks.length, wanted);
});
await check('accept their signatures, of the bytes and of what was parsed, and no others', async () => {
  for (const { headers, body } of callbacks) {
    assert.ok(checker.validateAuthenticationHeader(headers, body), body);
    assert.ok(checker.validateAuthenticationHeader(headers, JSON.parse(body)), `parsed ${body}`);
    assert.ok(!checker.validateAuthenticationHeader(headers, body.replace('app_id', 'App_id')), 'something else');
  }
});
await check('read a whole story of every message', async () => {
  const told = new Map([...ids.keys()].map((id) => [id, []]));
  for (const { body } of callbacks) {
    const event = checker.parseEvent(body);
    const about = event.message_delivery_report ?? event.message_submit_notification;
    if (!about) {
      assert.equal(event.capability_notification.request_id, 'r1');
      continue;
    }
    assert.equal(event.correlation_id, `check/${about.metadata}`);
    assert.equal(ids.get(about.message_id), about.metadata);
    told.get(about.message_id).push(about.status ?? event.trigger);
  }
  for (const [id, story] of told) {
    assert.deepEqual(story, ['MESSAGE_SUBMIT', 'QUEUED_ON_CHANNEL', 'DELIVERED'], ids.get(id));
  }
});
await check('delete the webhook', async () => {
  await conversation.webhooks.delete({ webhook_id: webhook.id });
  assert.deepEqual((await conversation.webhooks.list({ app_id })).webhooks, []);
});

receiver.close();
receiver.closeAllConnections();
process.exitCode = failed ? 1 : 0;
