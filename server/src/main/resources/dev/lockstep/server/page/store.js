/** Conversations and settings, kept in this browser and nowhere else. */

import { notice } from './dom.js';

const PREFIX = 'lockstep.';
const INDEX = `${PREFIX}conversations`;

function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    notice('The browser has no more room for conversations; delete some.');
  }
}

export const DEFAULTS = Object.freeze({
  system: '', temperature: 0.8, top_p: 0.95, min_p: 0.05, top_k: 40, repeat_penalty: 1, max_tokens: '', seed: '', key: '',
});

export const settings = { ...DEFAULTS, ...read(`${PREFIX}settings`, {}) };

export function saveSettings() {
  write(`${PREFIX}settings`, settings);
}

/** Titles and times of all conversations, the newest first. */
export function list() {
  return read(INDEX, []).sort((a, b) => b.time - a.time);
}

export function load(id) {
  return read(`${PREFIX}conversation.${id}`, null);
}

export function save(conversation) {
  const entry = { id: conversation.id, title: conversation.title, time: Date.now() };
  write(INDEX, [entry, ...read(INDEX, []).filter((other) => other.id !== conversation.id)]);
  write(`${PREFIX}conversation.${conversation.id}`, conversation);
}

export function remove(id) {
  write(INDEX, read(INDEX, []).filter((other) => other.id !== id));
  localStorage.removeItem(`${PREFIX}conversation.${id}`);
}

export function fresh() {
  return { id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, title: '', messages: [] };
}

export function preference(name, value) {
  const key = PREFIX + name;
  if (value === undefined) return localStorage.getItem(key);
  localStorage.setItem(key, value);
  return value;
}
