/** Markdown as models write it, made into elements one by one: whatever a model says, it is text and never markup. */

import { copy, el, iconButton } from './dom.js';

const FENCE = /^\s{0,3}(```+|~~~+)\s*([\w+#.-]*)/;
const HEADING = /^(#{1,6})\s+(.*)/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const QUOTE = /^\s{0,3}>\s?(.*)/;
const DIVIDER = /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/;
const INLINE = /(`+)([\s\S]*?[^`])\1(?!`)|\*\*([^\s*][\s\S]*?)\*\*|__([^\s_][\s\S]*?)__|\*([^\s*][^*]*?)\*|(?<![\w])_([^\s_][^_]*?)_(?![\w])|~~([\s\S]+?)~~|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/;

/** The elements of a text. */
export function markdown(text) {
  return blocks(text.split('\n'));
}

function blocks(lines) {
  const out = [];
  let paragraph = [];
  const close = () => {
    if (paragraph.length) out.push(el('p', {}, ...inline(paragraph.join('\n'))));
    paragraph = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    let match;
    if ((match = FENCE.exec(line))) {
      close();
      const code = [];
      const fence = match[1];
      while (++i < lines.length && !lines[i].trim().startsWith(fence)) code.push(lines[i]);
      out.push(codeBlock(code.join('\n'), match[2]));
    } else if (!line.trim()) {
      close();
    } else if ((match = HEADING.exec(line))) {
      close();
      out.push(el(`h${match[1].length}`, {}, ...inline(match[2])));
    } else if (RULE.test(line)) {
      close();
      out.push(el('hr'));
    } else if (QUOTE.test(line)) {
      close();
      const quoted = [];
      while (i < lines.length && (match = QUOTE.exec(lines[i]))) { quoted.push(match[1]); i++; }
      i--;
      out.push(el('blockquote', {}, ...blocks(quoted)));
    } else if (line.includes('|') && DIVIDER.test(lines[i + 1] ?? '')) {
      close();
      const rows = [line];
      i++;
      while (lines[i + 1]?.includes('|')) rows.push(lines[++i]);
      out.push(table(rows));
    } else if (ITEM.test(line)) {
      close();
      const items = [];
      while (i < lines.length && (ITEM.test(lines[i]) || (/^\s{2,}\S/.test(lines[i]) && items.length))) items.push(lines[i++]);
      i--;
      out.push(...list(items));
    } else {
      paragraph.push(line);
    }
  }
  close();
  return out;
}

/** Items, and what is indented more than the first of them inside the item before. */
function list(lines) {
  const out = [];
  let current = null;
  let ordered = null;
  for (let i = 0; i < lines.length; i++) {
    const [, indent, mark, text] = ITEM.exec(lines[i]) ?? [null, '', '-', lines[i].trim()];
    const isOrdered = /\d/.test(mark);
    if (!current || isOrdered !== ordered) {
      current = isOrdered ? el('ol', { start: parseInt(mark, 10) }) : el('ul');
      ordered = isOrdered;
      out.push(current);
    }
    const item = el('li', {}, ...inline(text));
    const inner = [];
    while (lines[i + 1] !== undefined && depth(lines[i + 1]) > indent.length) inner.push(lines[++i]);
    if (inner.length) {
      const outdent = Math.min(...inner.map(depth));
      item.append(...blocks(inner.map((line) => line.slice(outdent))));
    }
    current.append(item);
  }
  return out;
}

const depth = (line) => line.length - line.trimStart().length;

function table(rows) {
  const cells = (row) => row.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
  const line = (row, tag) => el('tr', {}, ...cells(row).map((cell) => el(tag, {}, ...inline(cell))));
  return el('table', {}, el('thead', {}, line(rows[0], 'th')), el('tbody', {}, ...rows.slice(1).map((row) => line(row, 'td'))));
}

function codeBlock(code, language) {
  const button = iconButton('copy', 'Copy the code', () => copy(code, button));
  return el('div', { className: 'code' },
    el('header', {}, el('span', {}, language || 'text'), button),
    el('pre', { tabIndex: 0 }, el('code', {}, code)));
}

function inline(text) {
  const out = [];
  let rest = text;
  for (let match; (match = INLINE.exec(rest)); rest = rest.slice(match.index + match[0].length)) {
    out.push(...plain(rest.slice(0, match.index)));
    const [, , code, strong, strong2, weak, weak2, struck, label, url] = match;
    if (code !== undefined) out.push(el('code', {}, code));
    else if (strong ?? strong2) out.push(el('strong', {}, ...inline(strong ?? strong2)));
    else if (weak ?? weak2) out.push(el('em', {}, ...inline(weak ?? weak2)));
    else if (struck) out.push(el('del', {}, ...inline(struck)));
    else out.push(el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, ...inline(label)));
  }
  out.push(...plain(rest));
  return out;
}

/** Text whose line ends count. */
function plain(text) {
  return text.split('\n').flatMap((line, i) => (i ? [el('br'), line] : [line])).filter((part) => part !== '');
}
