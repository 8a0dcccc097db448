// LangChain's client for OpenAI.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AIMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { ChatOpenAI, OpenAI } from '@langchain/openai';

const options = {
  model: 'demo', temperature: 0, maxTokens: 24, maxRetries: 0, apiKey: process.env.LOCKSTEP_KEY,
  configuration: { baseURL: `${process.env.LOCKSTEP_URL}/v1` },
};
const messages = [new SystemMessage('You tell stories.'), new HumanMessage('Hello.'), new AIMessage('Hello!'), new HumanMessage('Tell me a story.')];

test('invokes a chat model', async () => {
  const answer = await new ChatOpenAI(options).invoke(messages);
  assert.ok(answer.content.length > 0);
  assert.ok(answer.usage_metadata.output_tokens > 0);
});

test('streams from a chat model', async () => {
  const model = new ChatOpenAI(options);
  let text = '';
  for await (const chunk of await model.stream(messages)) text += chunk.content;
  assert.equal(text, (await model.invoke(messages)).content);
});

test('runs a chain over several inputs at once', async () => {
  const chain = ChatPromptTemplate.fromTemplate('Tell me about a {what}.').pipe(new ChatOpenAI(options)).pipe(new StringOutputParser());
  const alone = await chain.invoke({ what: 'dog' });
  const together = await chain.batch([{ what: 'cat' }, { what: 'dog' }, { what: 'ball' }, { what: 'dog' }]);
  assert.equal(together[1], alone);
  assert.equal(together[3], alone);
});

test('continues a text', async () => {
  const text = await new OpenAI(options).invoke('Once upon a time');
  assert.ok(text.length > 0);
});
