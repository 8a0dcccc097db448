/** Shows the step that ran last: what every core did when, and how long it waited for the others. */

import * as api from './api.js';
import { $, el } from './dom.js';

const COLOURS = 8;
/** What the words of the schedule are called by people. */
const FRIENDLY = [
  ['rmsnorm', 'norm'], ['quantize', 'round'], ['attn_q + attn_k + attn_v', 'Q·K·V'], ['attn_qkv', 'Q·K·V'], ['append + attend', 'rotate, append, attend'],
  ['attn_output', 'output'], ['ffn_gate + ffn_up', 'gate·up'], ['gated', 'activate'], ['ffn_down', 'down'], ['token_embd', 'logits'],
];
const LABEL_WIDTH = 52;
const WATCH_MS = 250;
const REST_MS = 1200;

let timer = null;
let isBusy = () => false;
let drawn = null;
let lit = null;

export function toggle(busy) {
  isBusy = busy;
  const open = $('schedule').hidden;
  $('schedule').hidden = !open;
  $('schedule-toggle').setAttribute('aria-expanded', open);
  clearTimeout(timer);
  if (open) watch();
}

async function watch() {
  if (!document.hidden) await refresh();
  timer = setTimeout(watch, isBusy() ? WATCH_MS : REST_MS);
}

async function refresh() {
  try {
    const schedule = await api.get('lockstep/schedule');
    if (schedule.step) draw(schedule);
    else say(schedule.note);
  } catch (failure) {
    say(failure.message);
  }
}

function say(sentence) {
  $('schedule-note').textContent = sentence;
  $('schedule-note').hidden = false;
  for (const id of ['schedule-strip', 'schedule-axis']) $(id).hidden = true;
  $('schedule-phases').replaceChildren();
  $('schedule-facts').replaceChildren();
  drawn = null;
}

function draw(schedule) {
  for (const id of ['schedule-strip', 'schedule-axis']) $(id).hidden = false;
  $('schedule-note').hidden = true;
  drawn = schedule;
  facts(schedule);
  strip();
  axis(schedule.step.nanos);
  phases(schedule);
}

function facts({ step, cores, running, waiting }) {
  const busy = step.cores.flat().reduce((sum, [from, to]) => sum + to - from, 0);
  const all = [
    ['time', duration(step.nanos)],
    ['tokens', step.tokens],
    ['phases', step.phases.length],
    ['cores', cores],
    ['at work', `${Math.round((100 * busy) / (step.nanos * cores))} %`],
    ['requests', waiting ? `${running} + ${waiting} waiting` : running],
  ];
  $('schedule-facts').replaceChildren(...all.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, String(value)))));
}

/** A row for each core; work is solid, waiting is faint. */
function strip() {
  if (!drawn) return;
  const canvas = $('schedule-strip');
  const { step } = drawn;
  const row = step.cores.length > 8 ? 14 : 30;
  const gap = step.cores.length > 8 ? 2 : 8;
  const height = step.cores.length * (row + gap) - gap;
  canvas.style.height = `${height}px`;
  const width = canvas.clientWidth;
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext('2d');
  pen.scale(scale, scale);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const x = (nanos) => LABEL_WIDTH + (nanos / step.nanos) * (width - LABEL_WIDTH);
  pen.font = `11.5px ${colour('--mono')}`;
  pen.textBaseline = 'middle';
  step.cores.forEach((phases, core) => {
    const y = core * (row + gap);
    pen.globalAlpha = 1;
    pen.fillStyle = colour('--faint');
    pen.fillText(`core ${core}`, 0, y + row / 2 + 1);
    pen.fillStyle = colour('--wait');
    pen.beginPath();
    pen.roundRect(LABEL_WIDTH, y, width - LABEL_WIDTH, row, 5);
    pen.fill();
    phases.forEach(([from, to], phase) => {
      const label = step.phases[phase];
      pen.globalAlpha = lit === null || lit === label ? 1 : 0.22;
      pen.fillStyle = colour(`--phase-${label % COLOURS}`);
      const wide = x(to) - x(from);
      pen.fillRect(x(from), y, Math.max(wide - (wide > 4 ? 1 : 0), 0.6), row);
    });
  });
}

function axis(nanos) {
  $('schedule-axis').replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map((part) => el('span', {}, part ? duration(nanos * part) : '0')));
}

/** What equal phases of all layers take together: working, and waiting for the slowest core. */
function phases({ step }) {
  const sums = step.labels.map(() => ({ work: 0, wait: 0, count: 0 }));
  step.phases.forEach((label, phase) => {
    const ends = phase + 1 < step.phases.length ? step.cores.map((core) => core[phase + 1][0]) : step.cores.map(() => step.nanos);
    sums[label].count++;
    step.cores.forEach((core, index) => {
      const [from, to] = core[phase];
      sums[label].work += (to - from) / step.cores.length;
      sums[label].wait += Math.max(0, ends[index] - to) / step.cores.length;
    });
  });
  const most = Math.max(...sums.map((sum) => sum.work + sum.wait), 1);
  $('schedule-phases').replaceChildren(...step.labels.map((text, label) => {
    const { work, wait, count } = sums[label];
    const paint = `var(--phase-${label % COLOURS})`;
    const swatch = el('span', { className: 'swatch' });
    swatch.style.background = paint;
    const bar = (part, className) => {
      const piece = el('i', { className });
      piece.style.width = `${(100 * part) / most}%`;
      piece.style.background = paint;
      return piece;
    };
    const element = el('li', { title: `${text}: ${count} phases, ${duration(work)} at work and ${duration(wait)} waiting on each core`, className: lit === label ? 'lit' : '' },
      swatch, el('span', { className: 'what' }, count > 1 ? `${count} × ${friendly(text)}` : friendly(text)),
      el('span', { className: 'share' }, bar(work, 'worked'), bar(wait, 'waited')),
      el('span', { className: 'time' }, duration(work + wait)));
    element.addEventListener('pointerenter', () => light(label));
    element.addEventListener('pointerleave', () => light(null));
    return element;
  }));
}

function friendly(text) {
  return FRIENDLY.reduce((words, [from, to]) => words.replace(from, to), text).replaceAll(' + ', ', ');
}

function light(label) {
  if (lit === label) return;
  lit = label;
  strip();
  [...$('schedule-phases').children].forEach((element, index) => element.classList.toggle('lit', index === label));
}

$('schedule-strip').addEventListener('pointermove', (event) => {
  if (!drawn) return;
  const { step } = drawn;
  const nanos = ((event.offsetX - LABEL_WIDTH) / ($('schedule-strip').clientWidth - LABEL_WIDTH)) * step.nanos;
  const phase = step.cores[0].findLastIndex(([from]) => from <= nanos);
  light(phase < 0 ? null : step.phases[phase]);
});
$('schedule-strip').addEventListener('pointerleave', () => light(null));
new ResizeObserver(strip).observe($('schedule-strip'));
new MutationObserver(strip).observe(document.documentElement, { attributeFilter: ['data-theme'] });

function duration(nanos) {
  if (nanos >= 1e9) return `${(nanos / 1e9).toFixed(2)} s`;
  if (nanos >= 1e6) return `${(nanos / 1e6).toFixed(nanos >= 1e7 ? 1 : 2)} ms`;
  return `${(nanos / 1e3).toFixed(nanos >= 1e4 ? 0 : 1)} µs`;
}
