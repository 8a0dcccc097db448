/** How messages look. */

import { copy, el, iconButton } from './dom.js';
import { markdown } from './markdown.js';

/** The version of an answer that is shown. */
export const shown = (message) => (message.versions ? message.versions[message.version] : message);

/**
 * The element of a message.
 *
 * @param actions edit(text), retry(), show(version)
 */
export function messageElement(message, actions) {
  return message.role === 'user' ? question(message, actions) : answer(message, actions);
}

function question(message, actions) {
  const body = el('div', { className: 'body' }, message.content);
  const element = el('article', { className: 'message user', 'aria-label': 'You' }, body);
  const copying = iconButton('copy', 'Copy', () => copy(message.content, copying));
  element.append(el('div', { className: 'tools' },
    copying,
    iconButton('edit', 'Edit and ask again', () => edit(element, message, actions))));
  return element;
}

function edit(element, message, actions) {
  const area = el('textarea', { value: message.content, 'aria-label': 'Your message' });
  const done = () => area.value.trim() && actions.edit(area.value.trim());
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) done();
    if (event.key === 'Escape') { event.stopPropagation(); element.replaceWith(question(message, actions)); }
  });
  element.replaceChildren(el('div', { className: 'body editing' }, area, el('div', { className: 'choices' },
    el('button', { type: 'button', className: 'quiet', onclick: () => element.replaceWith(question(message, actions)) }, 'Leave it'),
    el('button', { type: 'button', className: 'strong', onclick: done }, 'Ask again'))));
  area.style.height = `${Math.min(area.scrollHeight + 4, innerHeight / 2)}px`;
  area.focus();
}

function answer(message, actions) {
  const element = el('article', { className: 'message assistant', 'aria-label': 'Answer' });
  fillAnswer(element, message, actions);
  return element;
}

/** Shows an answer as it is now. */
export function fillAnswer(element, message, actions) {
  const version = shown(message);
  element.classList.toggle('running', Boolean(version.running));
  const parts = [];
  if (version.thought) {
    const open = element.querySelector('.thought')?.open ?? false;
    parts.push(el('details', { className: 'thought', open }, el('summary', {}, version.running && !version.text ? 'Thinking …' : 'Thoughts'),
      el('div', { className: 'text' }, ...markdown(version.thought))));
  }
  parts.push(el('div', { className: 'text' }, ...markdown(version.text)));
  if (version.error) parts.push(el('p', { className: 'error' }, version.error));
  if (!version.running) parts.push(tools(message, version, actions));
  else parts.push(el('div', { className: 'tools' }, el('span', { className: 'facts' }, facts(version))));
  element.replaceChildren(...parts);
}

function tools(message, version, actions) {
  const copying = iconButton('copy', 'Copy', () => copy(version.text, copying));
  const row = el('div', { className: 'tools' }, copying, iconButton('retry', 'Another answer', () => actions.retry()));
  if (message.versions.length > 1) {
    const step = (by) => () => actions.show(message.version + by);
    const before = iconButton('left', 'The answer before', step(-1));
    const after = iconButton('right', 'The answer after', step(1));
    before.disabled = message.version === 0;
    after.disabled = message.version === message.versions.length - 1;
    row.append(before, el('span', { className: 'version' }, `${message.version + 1}/${message.versions.length}`), after);
  }
  row.append(el('span', { className: 'facts' }, facts(version)));
  return row;
}

function facts(version) {
  const said = [];
  if (version.rate) said.push(`${version.rate >= 100 ? Math.round(version.rate) : version.rate.toFixed(1)} tokens/s`);
  if (version.tokens) said.push(`${version.tokens} tokens`);
  if (version.first) said.push(`first after ${version.first >= 1000 ? `${(version.first / 1000).toFixed(1)} s` : `${Math.round(version.first)} ms`}`);
  if (version.cached) said.push(`${version.cached} of the prompt cached`);
  if (version.finish === 'length') said.push('cut at the limit');
  if (version.finish === 'stopped') said.push('stopped');
  return said.join(' · ');
}
