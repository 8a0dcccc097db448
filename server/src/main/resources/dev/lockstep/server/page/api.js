/** Talks with the server this page came from. */

import { settings } from './store.js';

export class ApiFailure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function headers() {
  const all = { 'Content-Type': 'application/json' };
  if (settings.key) all.Authorization = `Bearer ${settings.key}`;
  return all;
}

async function checked(response) {
  if (response.ok) return response;
  let message = `the server answered ${response.status}`;
  try {
    message = (await response.json()).error.message;
  } catch { /* no sentence */ }
  throw new ApiFailure(response.status, message);
}

export async function get(path) {
  return (await checked(await fetch(path, { headers: headers() }))).json();
}

/** ok, loading or closing; away if nobody answers. */
export async function health() {
  try {
    return (await (await fetch('health')).json()).status;
  } catch {
    return 'away';
  }
}

function parameters() {
  const chosen = {
    temperature: settings.temperature, top_p: settings.top_p, min_p: settings.min_p, top_k: settings.top_k,
    repeat_penalty: settings.repeat_penalty,
  };
  if (settings.max_tokens !== '') chosen.max_tokens = Number(settings.max_tokens);
  if (settings.seed !== '') chosen.seed = Number(settings.seed);
  return chosen;
}

/**
 * Asks for the next message of a conversation. Yields {text}, {thought} and at the end {finish, usage, timings}; throws an
 * ApiFailure, or an AbortError when the signal says stop.
 */
export async function* answer(messages, signal) {
  const response = await checked(await fetch('v1/chat/completions', {
    method: 'POST',
    headers: headers(),
    signal,
    body: JSON.stringify({ messages, stream: true, stream_options: { include_usage: true }, ...parameters() }),
  }));
  const end = {};
  for await (const data of events(response.body)) {
    if (data === '[DONE]') break;
    const chunk = JSON.parse(data);
    if (chunk.error) throw new ApiFailure(200, chunk.error.message);
    const choice = chunk.choices[0];
    if (choice?.delta.reasoning_content) yield { thought: choice.delta.reasoning_content };
    if (choice?.delta.content) yield { text: choice.delta.content };
    if (choice?.finish_reason) end.finish = choice.finish_reason;
    if (chunk.usage) Object.assign(end, { usage: chunk.usage, timings: chunk.timings });
  }
  if (!end.finish) throw new ApiFailure(0, 'the connection ended before the answer did');
  yield end;
}

/** The data of server-sent events. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      if (part.startsWith('data: ')) yield part.slice(6);
    }
  }
}
