/** The conversation on the screen: asking, answering, stopping, editing, trying again. */

import * as api from './api.js';
import { $ } from './dom.js';
import { fillAnswer, messageElement, shown } from './messages.js';
import * as store from './store.js';

/** Redrawing at every token would take longer than the token, on a small computer. */
const REDRAW_MS = 60;

export class Conversation {
  #data;
  #abort = null;
  #onchange;

  /** @param onchange called when there is something new to show elsewhere on the page */
  constructor(data, onchange) {
    this.#data = data;
    this.#onchange = onchange;
    this.draw();
  }

  get id() { return this.#data.id; }

  get busy() { return this.#abort !== null; }

  get empty() { return this.#data.messages.length === 0; }

  draw() {
    $('messages').replaceChildren(...this.#data.messages.map((message, at) => messageElement(message, this.#actions(at))));
    document.body.classList.toggle('empty', this.empty);
  }

  ask(text) {
    this.#data.title ||= text.replace(/\s+/g, ' ').slice(0, 80);
    this.#data.messages.push({ role: 'user', content: text });
    this.draw();
    return this.#answer();
  }

  stop() {
    this.#abort?.abort();
  }

  #actions(at) {
    return {
      edit: (text) => {
        this.stop();
        this.#data.messages.length = at;
        this.ask(text);
      },
      retry: () => this.busy || this.#again(at),
      show: (version) => {
        this.#data.messages[at].version = version;
        this.#data.messages.length = at + 1;
        this.draw();
        this.#save();
      },
    };
  }

  #again(at) {
    this.#data.messages.length = at + 1;
    this.draw();
    return this.#answer(this.#data.messages[at]);
  }

  /** The messages for the model, up to the answer that it is to give. */
  #prompt(answer) {
    const system = store.settings.system.trim();
    const before = this.#data.messages.slice(0, this.#data.messages.indexOf(answer));
    return [
      ...(system ? [{ role: 'system', content: system }] : []),
      ...before.map((message) => ({ role: message.role, content: message.role === 'user' ? message.content : shown(message).text })),
    ];
  }

  async #answer(again) {
    const message = again ?? { role: 'assistant', versions: [], version: 0 };
    const version = { text: '', thought: '', running: true };
    message.versions.push(version);
    message.version = message.versions.length - 1;
    if (!again) this.#data.messages.push(message);
    const at = this.#data.messages.indexOf(message);
    const element = again ? $('messages').children[at] : $('messages').appendChild(messageElement(message, this.#actions(at)));
    const actions = this.#actions(at);
    const redraw = this.#redrawing(() => fillAnswer(element, message, actions));
    fillAnswer(element, message, actions);
    const abort = new AbortController();
    this.#abort = abort;
    this.#save();
    this.#onchange();
    const began = performance.now();
    let first = 0;
    let pieces = 0;
    try {
      for await (const part of api.answer(this.#prompt(message), abort.signal)) {
        first ||= performance.now();
        if (part.thought) version.thought += part.thought;
        if (part.text) version.text += part.text;
        if (part.finish) this.#finish(version, part);
        else if (++pieces > 3) version.rate = (pieces - 1) * 1000 / (performance.now() - first);
        version.first ??= first - began;
        redraw.soon();
      }
    } catch (failure) {
      if (failure.name === 'AbortError') version.finish = 'stopped';
      else version.error = failure instanceof api.ApiFailure ? `Not answered: ${failure.message}.` : 'The server cannot be reached.';
    } finally {
      delete version.running;
      redraw.now();
      if (this.#abort === abort) this.#abort = null;
      this.#save();
      this.#onchange();
    }
  }

  #finish(version, { finish, usage, timings }) {
    version.finish = finish;
    version.tokens = usage?.completion_tokens;
    version.cached = usage?.prompt_tokens_details?.cached_tokens;
    if (timings) {
      version.first = timings.first_token_ms;
      if (timings.tokens_per_second) version.rate = timings.tokens_per_second;
    }
  }

  #redrawing(draw) {
    let timer = null;
    const now = () => {
      clearTimeout(timer);
      timer = null;
      draw();
    };
    return { now, soon: () => { timer ??= setTimeout(now, REDRAW_MS); } };
  }

  /** What runs is kept when it is done; until then only the question. */
  #save() {
    const kept = structuredClone(this.#data);
    kept.messages = kept.messages.filter((message) => message.role === 'user' || message.versions.some((version) => !version.running));
    for (const message of kept.messages) {
      if (message.versions) {
        message.versions = message.versions.filter((version) => !version.running);
        message.version = Math.min(message.version, message.versions.length - 1);
      }
    }
    store.save(kept);
  }
}

/** Whether the reader is at the end of the text, and is to stay there when more comes. */
let following = true;

export function toEnd() {
  following = true;
  $('to-end').hidden = true;
  $('scroll').scrollTop = $('scroll').scrollHeight;
}

$('scroll').addEventListener('scroll', () => {
  const scroll = $('scroll');
  following = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  $('to-end').hidden = following;
}, { passive: true });

const resized = new ResizeObserver(() => { if (following) toEnd(); });
resized.observe($('scroll'));
resized.observe($('messages'));
