/** Puts the page together. */

import * as api from './api.js';
import { Conversation, toEnd } from './conversation.js';
import { $, el, iconButton, notice } from './dom.js';
import * as schedule from './schedule.js';
import * as settings from './settings.js';
import * as store from './store.js';

const SUGGESTIONS = [
  'Tell me a story about a lighthouse.',
  'Explain recursion to a child.',
  'Write a haiku about waiting.',
];
const narrow = matchMedia('(max-width: 820px)');
const touch = matchMedia('(pointer: coarse)');
const text = $('composer-text');

let state = 'loading';
let conversation = null;

function openConversation(data) {
  conversation?.stop();
  conversation = new Conversation(data, () => { showState(); showList(); });
  showList();
  showState();
  toEnd();
}

// Conversations

function showList() {
  const days = new Map();
  for (const entry of store.list()) {
    const day = dayOf(entry.time);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  $('conversations').replaceChildren(...[...days].flatMap(([day, entries]) => [el('h3', {}, day), ...entries.map(entryElement)]));
}

function dayOf(time) {
  const days = Math.floor((new Date().setHours(24, 0, 0, 0) - time) / 864e5);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days < 7 ? 'This week' : new Date(time).toLocaleDateString(undefined, { month: 'long', year: 'numeric' });
}

function entryElement(entry) {
  const open = el('button', { type: 'button', className: 'open', title: entry.title, onclick: () => {
    const data = store.load(entry.id);
    if (data) openConversation(data);
    if (narrow.matches) sidebar(false);
  } }, entry.title || 'Untitled');
  const remove = iconButton('trash', `Delete “${entry.title}”`, () => {
    store.remove(entry.id);
    if (entry.id === conversation.id) openConversation(store.fresh());
    else showList();
  });
  return el('div', { className: entry.id === conversation?.id ? 'entry current' : 'entry' }, open, remove);
}

function sidebar(shown) {
  document.body.classList.toggle('no-sidebar', !shown);
  if (!narrow.matches) store.preference('sidebar', shown ? 'shown' : 'hidden');
}

// Asking

function send() {
  if (conversation.busy) {
    conversation.stop();
    return;
  }
  const question = text.value.trim();
  if (!question) return;
  text.value = '';
  fit();
  conversation.ask(question);
  toEnd();
}

function fit() {
  text.style.height = 'auto';
  text.style.height = `${text.scrollHeight}px`;
  $('composer').classList.toggle('filled', text.value.trim() !== '');
}

text.addEventListener('input', fit);
text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && !touch.matches && !conversation.busy) {
    event.preventDefault();
    send();
  }
});
$('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && conversation.busy && !$('settings').open) conversation.stop();
});

// State

function showState() {
  document.body.classList.toggle('busy', conversation?.busy ?? false);
  $('send').setAttribute('aria-label', conversation?.busy ? 'Stop' : 'Send');
  $('state').className = `dot ${conversation?.busy ? 'busy' : state}`;
  $('state').setAttribute('aria-label', { ok: 'ready', loading: 'loading', away: 'not reachable', closing: 'closing' }[state] ?? state);
}

async function watchState() {
  const before = state;
  state = await api.health();
  if (state === 'ok' && before !== 'ok') await introduce();
  if (state === 'away' && before === 'ok') notice('The server cannot be reached.');
  showState();
  setTimeout(watchState, state === 'ok' ? 5000 : 1000);
}

async function introduce() {
  try {
    const [model] = (await api.get('v1/models')).data;
    $('model-name').textContent = model.id;
    document.title = `${model.id} · Lockstep`;
    $('welcome-line').textContent = `${model.id} runs on this server, with ${model.context_length.toLocaleString('en')} tokens of context. Nothing you write goes anywhere else.`;
  } catch (failure) {
    if (failure.status === 401) {
      notice('This server asks for an API key.');
      settings.open();
    }
  }
}

// Everything that can be pressed

const actions = {
  'new-conversation': () => {
    if (!conversation.empty) openConversation(store.fresh());
    if (narrow.matches) sidebar(false);
    text.focus();
  },
  'toggle-sidebar': () => sidebar(document.body.classList.contains('no-sidebar')),
  'close-sidebar': () => sidebar(false),
  'toggle-schedule': () => schedule.toggle(() => conversation.busy),
  'toggle-theme': () => {
    document.documentElement.dataset.theme = store.preference('theme', document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
  },
  'open-settings': settings.open,
  'reset-settings': settings.reset,
  'to-end': toEnd,
};
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-action]');
  if (button) actions[button.dataset.action]();
  else if (event.target === document.body && narrow.matches) sidebar(false);
});
$('settings').addEventListener('close', () => introduce());

$('suggestions').append(...SUGGESTIONS.map((suggestion) => el('button', { type: 'button', onclick: () => {
  conversation.ask(suggestion);
  toEnd();
} }, suggestion)));

openConversation(store.fresh());
sidebar(!narrow.matches && store.preference('sidebar') !== 'hidden');
narrow.addEventListener('change', () => sidebar(!narrow.matches));
watchState();
if (!touch.matches) text.focus();
