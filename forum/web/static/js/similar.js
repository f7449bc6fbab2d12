// Shows what others asked before while a title is being written; only the newest question to the server counts.
const PAUSE = 300;
const SHORTEST = 8;

for (const input of document.querySelectorAll('[data-similar-url]')) {
  const panel = document.querySelector(input.dataset.similar || '#similar');
  if (!panel) continue;
  const list = panel.querySelector('[data-similar-list]');
  const pattern = panel.querySelector('template');
  let waiting = 0;
  let asking = null;

  const draw = (items) => {
    list.replaceChildren(...items.map((item) => {
      const row = pattern.content.cloneNode(true);
      const title = row.querySelector('.similar__title');
      title.textContent = item.title;
      // Only an address of this site: what comes as JSON must not become a link to anywhere.
      const address = new URL(item.url, location.href);
      title.href = address.origin === location.origin ? address.href : '#';
      row.querySelector('.similar__word').textContent = item.word ?? '';
      row.querySelector('.similar__passage').textContent = item.passage ?? '';
      return row;
    }));
    panel.hidden = items.length === 0;
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
      if (reply.ok) draw((await reply.json()).items ?? []);
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
