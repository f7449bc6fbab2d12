// Keeps what is being written on the server: a little after the last key, and when the field or the page is left.
const PAUSE = 3000;
const AGAIN = [5000, 15000, 60000];
//: Browsers send no more than this after the page is gone.
const MOST_AFTER = 60000;
const NAMES = ['title', 'text', 'product', 'tags', 'why', 'language'];

for (const purpose of document.querySelectorAll('input[data-draft]')) {
  const form = purpose.form;
  const told = purpose.dataset;
  const status = form.querySelector('[data-draft-status]');
  const both = form.querySelector('[data-draft-both]');
  const version = form.elements.draft_version;
  const fields = NAMES.map((name) => form.elements[name]).filter(Boolean);
  const read = () => JSON.stringify(fields.map((field) => field.value));
  let saved = read();
  let waiting = 0;
  let failures = 0;
  let asking = null;
  let newer = null;
  let isOver = false;

  form.querySelector('[data-draft-keep]')?.setAttribute('hidden', '');

  const body = () => {
    const sent = new URLSearchParams();
    for (const name of ['csrf_token', 'draft_for', 'draft_version', 'version', ...NAMES]) {
      if (form.elements[name]) sent.set(name, form.elements[name].value);
    }
    return sent;
  };

  // Whoever signed in again in another window has a new session; this page still carries the token of the old one.
  const renew = async () => {
    const reply = await fetch(`${told.draft}/token`, { headers: { Accept: 'application/json' } });
    if (!reply.ok) return;
    const { csrf_token: token } = await reply.json();
    for (const field of document.querySelectorAll('input[name=csrf_token]')) field.value = token;
  };

  const later = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(save, pause);
  };

  const choose = (said) => {
    newer = said;
    both.querySelector('[data-draft-why]').textContent = said.title;
    both.querySelector('[data-draft-take]').hidden = !said.parts;
    both.hidden = false;
    status.textContent = '';
  };

  async function save(isLeaving = false) {
    clearTimeout(waiting);
    const now = read();
    if (isOver || newer || now === saved) return;
    if (asking) {
      // One after the other: the version of the second is what the first was told. Leaving waits for nobody.
      if (!isLeaving) later(PAUSE);
      return;
    }
    const sent = body();
    const keepalive = isLeaving && new Blob([sent]).size < MOST_AFTER;
    asking = new AbortController();
    try {
      const reply = await fetch(told.draft, {
        method: 'POST', body: sent, keepalive, headers: { Accept: 'application/json' }, signal: asking.signal,
      });
      const said = await reply.json().catch(() => ({}));
      if (reply.status === 409) {
        choose(said);
      } else if (!reply.ok) {
        if (reply.status === 403) await renew();
        throw Object.assign(new Error(said.title ?? ''), { status: reply.status });
      } else {
        version.value = said.version;
        saved = now;
        failures = 0;
        const time = said.saved_at && new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'short' }).format(new Date(said.saved_at));
        status.textContent = time ? told.draftSaved.replace('{}', time) : '';
      }
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      // What the server says of the text itself (too long, too many drafts) helps more than "not saved".
      const isRefused = problem.status === 403 || problem.status === 422;
      const words = problem.status === 401 ? told.draftSignedOut : (isRefused && problem.message) || told.draftFailed;
      if (status.textContent !== words) status.textContent = words;
      later(AGAIN[Math.min(failures, AGAIN.length - 1)]);
      failures += 1;
    } finally {
      asking = null;
    }
  }

  form.addEventListener('input', () => later(PAUSE));
  form.addEventListener('focusout', () => save());
  addEventListener('pagehide', () => save(true));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') save(true);
  });
  // What is sent has no draft any more: nothing may bring it back.
  document.addEventListener('submit', (event) => {
    if (event.target !== form && event.target.id !== 'solved') return;
    isOver = true;
    asking?.abort();
  });
  addEventListener('pageshow', () => { isOver = false; });

  both.querySelector('[data-draft-take]').addEventListener('click', () => {
    for (const field of fields) field.value = newer.parts[field.name] ?? '';
    if (form.elements.version && newer.parts.version) form.elements.version.value = newer.parts.version;
    version.value = newer.version;
    newer = null;
    saved = read();
    both.hidden = true;
    form.elements.text.focus();
  });
  both.querySelector('[data-draft-mine]').addEventListener('click', () => {
    version.value = newer.version;
    newer = null;
    both.hidden = true;
    form.elements.text.focus();
    save();
  });
}
