// Ollama's own client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ollama } from 'ollama';

const client = new Ollama({ host: process.env.LOCKSTEP_URL, headers: { Authorization: `Bearer ${process.env.LOCKSTEP_KEY}` } });
const options = { temperature: 0, num_predict: 24 };
const messages = [{ role: 'user', content: 'Tell me a story.' }];

test('lists and shows the model', async () => {
  const { models } = await client.list();
  assert.equal(models[0].name, 'demo:latest');
  assert.equal((await client.show({ model: 'demo' })).details.format, 'gguf');
});

test('chats, whole and streamed', async () => {
  const whole = await client.chat({ model: 'demo:latest', messages, options });
  assert.ok(whole.message.content.length > 0);
  assert.equal(whole.done, true);
  let text = '';
  let last;
  for await (const part of await client.chat({ model: 'demo', messages, options, stream: true })) {
    text += part.message.content;
    last = part;
  }
  assert.equal(text, whole.message.content);
  assert.ok(last.eval_count > 0 && last.eval_duration > 0 && last.prompt_eval_count > 0);
});

test('generates', async () => {
  const { response, done_reason } = await client.generate({ model: 'demo', prompt: 'Once upon a time', raw: true, options });
  assert.ok(response.length > 0);
  assert.ok(['stop', 'length'].includes(done_reason));
});

test('says what is wrong', async () => {
  await assert.rejects(client.chat({ model: 'llama3', messages }), /there is no model llama3 here/);
});
