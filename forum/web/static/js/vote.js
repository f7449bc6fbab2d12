// Counts a vote at once and takes it back, with a word, when the server says no.
const count = (form) => form.querySelector('.vote__count');

function show(form, score, mine) {
  count(form).textContent = String(score).replace('-', '\u2212');
  form.classList.toggle('is-mine', mine !== 0);
  for (const button of form.querySelectorAll('[data-value]')) {
    const value = Number(button.dataset.value);
    button.setAttribute('aria-pressed', String(value === mine));
    button.value = value === mine ? 0 : value;
  }
}

function mineIn(form) {
  const pressed = form.querySelector('[data-value][aria-pressed="true"]');
  return pressed ? Number(pressed.dataset.value) : 0;
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-vote]') || !event.submitter) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = 'yes';
  const before = { score: Number(count(form).textContent.replace('\u2212', '-')), mine: mineIn(form) };
  const value = Number(event.submitter.value);
  const body = new FormData(form);
  body.set('value', value);
  show(form, before.score - before.mine + value, value);
  try {
    const reply = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } });
    const said = await reply.json().catch(() => ({}));
    if (!reply.ok) throw new Error(said.detail || said.title || form.dataset.failed);
    show(form, said.score, said.mine);
  } catch (problem) {
    show(form, before.score, before.mine);
    const words = problem instanceof TypeError ? form.dataset.failed : problem.message;
    document.dispatchEvent(new CustomEvent('toast', { detail: { words, tone: 'bad' } }));
  } finally {
    delete form.dataset.busy;
  }
});
