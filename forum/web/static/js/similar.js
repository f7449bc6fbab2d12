// Shows what others asked before while a title is being written; only the newest question to the server counts.
const PAUSE = 300;
const SHORTEST = 8;

for (const input of document.querySelectorAll('[data-similar-url]')) {
  const panel = document.querySelector(input.dataset.similar || '#similar');
  if (!panel) continue;
  const list = panel.querySelector('[data-similar-list]');
  const pattern = panel.querySelector('template');
  const status = document.querySelector(`[data-similar-said="#${panel.id}"]`);
  let waiting = 0;
  let asking = null;

  const draw = (items, said = '') => {
    list.replaceChildren(...items.map((item) => {
      const row = pattern.content.cloneNode(true);
      const title = row.querySelector('.similar__title');
      title.textContent = item.title;
      // Only an address of this site: what comes as JSON must not become a link to anywhere.
      const address = new URL(item.url, location.href);
      title.href = address.origin === location.origin ? address.href : '#';
      row.querySelector('.similar__word').textContent = item.word ?? '';
      row.querySelector('.similar__lead').textContent = item.lead ?? '';
      row.querySelector('.similar__passage span').textContent = item.passage ?? '';
      const solved = row.querySelector('button');
      if (solved) {
        solved.value = item.hit;
        solved.querySelector('.similar__of').textContent = ` ${item.title}`;
      }
      return row;
    }));
    panel.hidden = items.length === 0;
    // The server counts who saw hits and asked all the same.
    if (items.length && input.form?.elements.saw) input.form.elements.saw.value = '1';
    // Only when it changes, and only how many: the list itself is read by whoever goes there.
    if (status && status.textContent !== said) status.textContent = said;
  };

  const ask = async () => {
    asking?.abort();
    const title = input.value.trim();
    if (title.length < SHORTEST) {
      draw([]);
      return;
    }
    asking = new AbortController();
    const address = new URL(input.dataset.similarUrl, location.href);
    address.searchParams.set('title', title);
    try {
      const reply = await fetch(address, { headers: { Accept: 'application/json' }, signal: asking.signal });
      if (!reply.ok) return;
      const found = await reply.json();
      draw(found.items ?? [], found.said ?? '');
    } catch (problem) {
      // Help that does not come is no error of the person who writes; what was shown stays.
      if (problem.name !== 'AbortError' && !(problem instanceof TypeError)) throw problem;
    }
  };

  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
}
