// Formatting for a Markdown textarea, with the browser's own undo, and a preview drawn by the server.
const AROUND = { bold: ['**', '**'], italic: ['_', '_'], code: ['`', '`'] };
const BEFORE = { list: '- ', quote: '> ' };

function replace(area, start, end, text, from, to) {
  area.focus();
  area.setSelectionRange(start, end);
  // execCommand is old but the only way that keeps undo; where it is gone, the text still changes.
  if (!document.execCommand('insertText', false, text)) {
    area.setRangeText(text, start, end, 'end');
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  area.setSelectionRange(from, to);
}

function wrap(area, [open, close]) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  const outside = value.slice(start - open.length, start) === open && value.slice(end, end + close.length) === close;
  if (outside) {
    replace(area, start - open.length, end + close.length, chosen, start - open.length, end - open.length);
  } else if (open === '`' && chosen.includes('\n')) {
    const fenced = '```\n' + chosen + '\n```';
    replace(area, start, end, fenced, start + 4, start + 4 + chosen.length);
  } else {
    replace(area, start, end, open + chosen + close, start + open.length, end + open.length);
  }
}

function prefix(area, mark) {
  const { value } = area;
  const start = value.lastIndexOf('\n', area.selectionStart - 1) + 1;
  const found = value.indexOf('\n', area.selectionEnd);
  const end = found < 0 ? value.length : found;
  const lines = value.slice(start, end).split('\n');
  const marked = lines.every((line) => line.startsWith(mark));
  const text = lines.map((line) => (marked ? line.slice(mark.length) : mark + line)).join('\n');
  replace(area, start, end, text, lines.length > 1 ? start : start + text.length, start + text.length);
}

function link(area) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  if (/^https?:\/\/\S+$/.test(chosen)) {
    replace(area, start, end, `[](${chosen})`, start + 1, start + 1);
  } else {
    const from = start + chosen.length + 3;
    replace(area, start, end, `[${chosen}](https://)`, from, from + 8);
  }
}

function format(area, name) {
  if (name in AROUND) wrap(area, AROUND[name]);
  else if (name in BEFORE) prefix(area, BEFORE[name]);
  else link(area);
}

function rove(bar) {
  const tools = [...bar.querySelectorAll('button')];
  tools.forEach((tool, place) => { tool.tabIndex = place ? -1 : 0; });
  bar.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const here = tools.indexOf(document.activeElement);
    const next = tools[(here + step + tools.length) % tools.length];
    tools.forEach((tool) => { tool.tabIndex = tool === next ? 0 : -1; });
    next.focus();
  });
}

async function preview(area, box, button) {
  const pane = box.querySelector('.editor__preview');
  const words = button.querySelector('span');
  if (!pane.hidden) {
    pane.hidden = true;
    area.hidden = false;
    words.textContent = button.dataset.read;
    area.focus();
    return;
  }
  const body = new FormData();
  body.set('csrf_token', area.form.elements.csrf_token?.value ?? '');
  body.set('text', area.value);
  try {
    const reply = await fetch(area.dataset.previewUrl, { method: 'POST', body, headers: { Accept: 'application/json' } });
    const said = await reply.json().catch(() => ({}));
    if (!reply.ok || typeof said.html !== 'string') throw new Error(said.detail || said.title || button.dataset.failed);
    // The browser's own sanitizer takes out whatever could run; that is why Trusted Types let it pass.
    pane.setHTML(said.html, { sanitizer: { removeElements: ['style', 'form'], removeAttributes: ['id', 'style'] } });
    button.dataset.read = words.textContent;
    words.textContent = button.dataset.write;
    area.hidden = true;
    pane.hidden = false;
    pane.focus();
  } catch (problem) {
    const text = problem instanceof TypeError ? button.dataset.failed : problem.message;
    document.dispatchEvent(new CustomEvent('toast', { detail: { words: text, tone: 'bad' } }));
  }
}

for (const area of document.querySelectorAll('textarea[data-editor]')) {
  const box = area.closest('.editor__box');
  const bar = box.querySelector('.editor__bar');
  const button = box.querySelector('[data-preview]');
  bar.hidden = false;
  rove(bar);
  bar.addEventListener('click', (event) => {
    const tool = event.target.closest('[data-format]');
    if (tool) format(area, tool.dataset.format);
  });
  area.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const tool = bar.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!tool) return;
    event.preventDefault();
    format(area, tool.dataset.format);
  });
  // A browser that cannot clean HTML by itself sends the form with preview=1 and gets the page back.
  if (button && area.dataset.previewUrl && 'setHTML' in Element.prototype) {
    button.type = 'button';
    button.addEventListener('click', () => preview(area, box, button));
  }
}
