// After an @ the people whose name begins so can be chosen; whoever knows the name just goes on typing.
const PAUSE = 150;
const WORD = /(?:^|[^\w/@.#&=+-])@([\p{L}\p{N}][\p{L}\p{N}.-]{0,30}|)$/u;
let lists = 0;

for (const area of document.querySelectorAll('textarea[data-mention-url]')) {
  const list = document.createElement('ul');
  const said = area.closest('.editor__box').querySelector('[data-editor-said]');
  let people = [];
  let here = -1;
  let waiting = 0;
  let asking = null;

  lists += 1;
  list.className = 'mention-list';
  list.id = `people-${lists}`;
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', area.dataset.mentionLabel);
  area.after(list);
  area.setAttribute('aria-autocomplete', 'list');
  area.setAttribute('aria-controls', list.id);

  const begun = () => {
    if (area.selectionStart !== area.selectionEnd) return null;
    return WORD.exec(area.value.slice(Math.max(0, area.selectionEnd - 40), area.selectionEnd));
  };

  const close = () => {
    clearTimeout(waiting);
    asking?.abort();
    people = [];
    here = -1;
    list.hidden = true;
    area.removeAttribute('aria-activedescendant');
  };

  const mark = (place) => {
    here = (place + people.length) % people.length;
    [...list.children].forEach((item, number) => item.setAttribute('aria-selected', String(number === here)));
    area.setAttribute('aria-activedescendant', list.children[here].id);
    list.children[here].scrollIntoView({ block: 'nearest' });
  };

  const choose = (place) => {
    const found = begun();
    if (!found) return close();
    const start = area.selectionEnd - found[1].length;
    const text = `${people[place].mention} `;
    area.focus();
    area.setSelectionRange(start, area.selectionEnd);
    if (!document.execCommand('insertText', false, text)) {
      area.setRangeText(text, start, area.selectionEnd, 'end');
      area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }
    return close();
  };

  const draw = (items) => {
    people = items;
    if (!items.length) {
      close();
      return;
    }
    list.replaceChildren(...items.map((person, number) => {
      const item = document.createElement('li');
      const note = document.createElement('small');
      item.id = `${list.id}-${number}`;
      item.setAttribute('role', 'option');
      item.append(person.name, ' ', note);
      note.textContent = person.note ? `@${person.mention} · ${person.note}` : `@${person.mention}`;
      return item;
    }));
    list.hidden = false;
    mark(0);
    said.textContent = area.dataset.mentionSaid.replace('{}', items.length);
  };

  const ask = async () => {
    const found = begun();
    if (!found) return;
    asking?.abort();
    asking = new AbortController();
    const address = new URL(area.dataset.mentionUrl, location.href);
    address.searchParams.set('q', found[1]);
    try {
      const reply = await fetch(address, { headers: { Accept: 'application/json' }, signal: asking.signal });
      if (reply.ok && begun()?.[1] === found[1]) draw((await reply.json()).items ?? []);
    } catch (problem) {
      // Without suggestions the name can still be typed.
      if (problem.name !== 'AbortError' && !(problem instanceof TypeError)) throw problem;
    }
  };

  area.addEventListener('input', () => {
    clearTimeout(waiting);
    if (begun()) waiting = setTimeout(ask, PAUSE);
    else close();
  });
  area.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return;
    const act = {
      ArrowDown: () => mark(here + 1),
      ArrowUp: () => mark(here - 1),
      Enter: () => choose(here),
      Tab: () => choose(here),
      Escape: close,
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  area.addEventListener('blur', () => setTimeout(close, 150));
  list.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const item = event.target.closest('li');
    if (item) choose([...list.children].indexOf(item));
  });
}
