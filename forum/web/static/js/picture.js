// Pictures go up when they are chosen, pasted or dropped; their place stands in the text at once, with words to fill in.
const LOOKS = [1000, 2000, 4000, 8000, 15000];

const pause = (time) => new Promise((done) => { setTimeout(done, time); });

async function told(reply, otherwise) {
  const said = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(said.title || otherwise);
  return said;
}

async function follow(address, say) {
  for (const time of LOOKS) {
    await pause(time);
    const reply = await fetch(address, { headers: { Accept: 'application/json' } }).catch(() => null);
    const said = reply?.ok ? await reply.json() : {};
    if (said.state === 'failed') say(said.words);
    if (said.state && said.state !== 'waiting') return;
  }
}

for (const area of document.querySelectorAll('textarea[data-upload-url]')) {
  const box = area.closest('.editor__box');
  const said = box.querySelector('[data-editor-said]');
  const attach = box.querySelector('[data-attach]');
  const file = attach?.querySelector('input[type=file]');
  const words = attach?.querySelector('[data-attach-alt]');
  const { uploading, uploaded, uploadFailed, uploadAlt, uploadUrl } = area.dataset;
  const say = (sentence) => { said.textContent = sentence; };

  async function send(picture, alt = '') {
    say(uploading);
    const body = new FormData();
    body.set('csrf_token', area.form.elements.csrf_token?.value ?? '');
    body.set('picture', picture);
    try {
      const reply = await fetch(uploadUrl, { method: 'POST', body, headers: { Accept: 'application/json' } });
      const made = await told(reply, uploadFailed);
      const shown = alt.replace(/[\\[\]]/g, '\\$&') || uploadAlt;
      const start = area.selectionEnd;
      const gap = start && area.value[start - 1] !== '\n' ? '\n\n' : '';
      const text = `${gap}![${shown}](${made.address})\n`;
      area.focus();
      area.setSelectionRange(start, start);
      if (!document.execCommand('insertText', false, text)) {
        area.setRangeText(text, start, start, 'end');
        area.dispatchEvent(new InputEvent('input', { bubbles: true }));
      }
      if (!alt) {
        const from = start + gap.length + 2;
        area.setSelectionRange(from, from + shown.length);
      }
      say(alt ? '' : uploaded);
      follow(made.address, say);
      return true;
    } catch (problem) {
      say(problem instanceof TypeError ? uploadFailed : problem.message);
      return false;
    }
  }

  const pictures = (data) => [...(data?.files ?? [])].filter((each) => each.type.startsWith('image/'));

  area.addEventListener('paste', async (event) => {
    const found = pictures(event.clipboardData);
    if (!found.length) return;
    event.preventDefault();
    for (const each of found) await send(each);
  });
  box.addEventListener('dragover', (event) => {
    if (![...(event.dataTransfer?.items ?? [])].some((each) => each.kind === 'file')) return;
    event.preventDefault();
    box.classList.add('is-over');
  });
  box.addEventListener('dragleave', () => box.classList.remove('is-over'));
  box.addEventListener('drop', async (event) => {
    box.classList.remove('is-over');
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    const found = pictures(event.dataTransfer);
    for (const each of found) await send(each);
  });

  if (attach) {
    const button = attach.querySelector('button');
    button.type = 'button';
    button.addEventListener('click', async () => {
      if (!file.files.length) {
        file.focus();
        return;
      }
      if (await send(file.files[0], words.value.trim())) {
        file.value = '';
        words.value = '';
        attach.open = false;
      }
    });
  }
}
