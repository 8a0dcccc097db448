// The official client of OpenAI.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: `${process.env.LOCKSTEP_URL}/v1`, apiKey: process.env.LOCKSTEP_KEY, maxRetries: 0 });
const messages = [{ role: 'system', content: 'You tell stories.' }, { role: 'user', content: 'Tell me a story.' }];
const request = { model: 'demo', messages, temperature: 0, max_tokens: 24 };

test('lists the model', async () => {
  const models = await client.models.list();
  assert.deepEqual(models.data.map((model) => model.id), ['demo']);
  assert.equal((await client.models.retrieve('demo')).owned_by, 'lockstep');
});

test('answers a chat', async () => {
  const completion = await client.chat.completions.create(request);
  assert.equal(completion.choices[0].message.role, 'assistant');
  assert.ok(completion.choices[0].message.content.length > 0);
  assert.equal(completion.usage.total_tokens, completion.usage.prompt_tokens + completion.usage.completion_tokens);
});

test('streams the same answer', async () => {
  const whole = (await client.chat.completions.create(request)).choices[0].message.content;
  const stream = await client.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } });
  let text = '';
  let usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole);
  assert.ok(usage.completion_tokens > 0);
});

test('streams with the helper that checks the events', async () => {
  const stream = client.chat.completions.stream({ ...request, n: 2 });
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices.length, 2);
  assert.equal(final.choices[0].message.content, final.choices[1].message.content);
});

test('stops a stream', async () => {
  const stream = await client.chat.completions.create({ ...request, max_tokens: 400, stream: true });
  let pieces = 0;
  let ended = false;
  for await (const chunk of stream) {
    pieces += chunk.choices.length;
    ended ||= chunk.choices.some((choice) => choice.finish_reason !== null && choice.finish_reason !== undefined);
    if (pieces === 3) stream.controller.abort();
  }
  // Some pieces were under way already; the end of the story was not.
  assert.ok(!ended, `the answer went on to its end, ${pieces} pieces`);
});

test('continues a text', async () => {
  const completion = await client.completions.create({ model: 'demo', prompt: 'Once upon a time', max_tokens: 8, temperature: 0, echo: true });
  assert.ok(completion.choices[0].text.startsWith('Once upon a time'));
});

test('makes a response, whole and streamed', async () => {
  const ask = { model: 'demo', instructions: 'You tell stories.', input: 'Tell me a story.', temperature: 0, max_output_tokens: 24 };
  const response = await client.responses.create(ask);
  assert.ok(response.output_text.length > 0);
  const stream = client.responses.stream(ask);
  let text = '';
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  assert.equal(text, response.output_text);
  assert.equal((await stream.finalResponse()).output_text, response.output_text);
});

test('says what is wrong in the way that the client understands', async () => {
  await assert.rejects(client.chat.completions.create({ ...request, temperature: 'hot' }), (error) =>
    error instanceof OpenAI.BadRequestError && error.param === 'temperature' && error.code === 'invalid_type');
  await assert.rejects(client.chat.completions.create({ ...request, model: 'gpt-9' }), OpenAI.NotFoundError);
  const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: 'wrong', maxRetries: 0 });
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
});

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Says how the weather is in a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', enum: ['Bern', 'Rome'] }, days: { type: 'integer', minimum: 1, maximum: 9 } },
      required: ['city', 'days'],
      additionalProperties: false,
    },
  },
};
const asked = {
  ...request, max_tokens: 300, tools: [weather], messages: [{ role: 'user', content: 'How is the weather in Bern?' }], receipt: true,
};

/** `lockstep verify` makes these answers again. */
function keep(name, receipt) {
  assert.match(receipt.digest, /^[0-9a-f]{64}$/);
  writeFileSync(join(process.env.LOCKSTEP_RECEIPTS, `${name}.json`), JSON.stringify(receipt));
}

test('calls a tool, is told what came of it, and answers, with receipts', async () => {
  const first = await client.chat.completions.create({ ...asked, tool_choice: { type: 'function', function: { name: 'weather' } } });
  const { message, finish_reason: reason } = first.choices[0];
  assert.equal(reason, 'tool_calls');
  assert.equal(message.tool_calls[0].function.name, 'weather');
  const { city, days } = JSON.parse(message.tool_calls[0].function.arguments);
  assert.ok(['Bern', 'Rome'].includes(city) && days >= 1 && days <= 9);
  keep('call', first.receipt);
  const result = { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'rain' };
  const second = await client.chat.completions.create({ ...asked, messages: [...asked.messages, message, result] });
  assert.ok(second.choices[0].message.content.length > 0 || second.choices[0].message.tool_calls.length > 0);
  keep('answer', second.receipt);
});

test('streams the same call in pieces, and its receipt', async () => {
  const must = { ...asked, tool_choice: 'required' };
  const whole = (await client.chat.completions.create(must)).choices[0].message.tool_calls[0].function;
  const stream = await client.chat.completions.create({ ...must, stream: true });
  let name = '';
  let json = '';
  let receipt;
  for await (const chunk of stream) {
    for (const call of chunk.choices[0]?.delta.tool_calls ?? []) {
      if (call.index === 0) {
        name += call.function.name ?? '';
        json += call.function.arguments ?? '';
      }
    }
    receipt = chunk.receipt ?? receipt;
  }
  assert.equal(name, whole.name);
  assert.equal(json, whole.arguments);
  keep('stream', receipt);
});
