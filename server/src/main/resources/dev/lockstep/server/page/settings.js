/** The drawer with the system prompt and the sampling settings. */

import { $ } from './dom.js';
import { DEFAULTS, saveSettings, settings } from './store.js';

const inputs = [...document.querySelectorAll('[data-setting]')];

function show(input) {
  const value = settings[input.dataset.setting];
  input.value = value;
  const output = input.parentElement.querySelector('output');
  if (output) output.textContent = Number.isInteger(Number(input.step)) ? String(value) : Number(value).toFixed(2);
}

for (const input of inputs) {
  input.addEventListener('input', () => {
    settings[input.dataset.setting] = input.type === 'range' ? Number(input.value) : input.value;
    show(input);
    saveSettings();
  });
  // Enter in a field would press the button that closes the drawer.
  input.addEventListener('keydown', (event) => { if (event.key === 'Enter' && input.tagName === 'INPUT') event.preventDefault(); });
}

export function open() {
  inputs.forEach(show);
  $('settings').showModal();
}

export function reset() {
  Object.assign(settings, DEFAULTS, { key: settings.key });
  saveSettings();
  inputs.forEach(show);
}

$('settings').addEventListener('click', (event) => { if (event.target === $('settings')) $('settings').close(); });
