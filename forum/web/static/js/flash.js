// Short messages: those the page came with can be closed, those a script has to say appear for a while.
const SHOWN_FOR = 10000;
const area = document.querySelector('[data-flashes]');

function closable(flash) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'flash__close';
  button.setAttribute('aria-label', area.dataset.close);
  button.textContent = '\u00d7';
  button.addEventListener('click', () => flash.remove());
  flash.append(button);
}

if (area) {
  area.querySelectorAll('[data-flash]').forEach(closable);
  document.addEventListener('toast', (event) => {
    const flash = document.getElementById('toast').content.firstElementChild.cloneNode(true);
    flash.classList.add('is-toast', `is-${event.detail.tone}`);
    flash.querySelector('p').textContent = event.detail.words;
    closable(flash);
    area.querySelector('.is-toast')?.remove();
    area.append(flash);
    // Not while somebody is on it: to read it, or to reach its button.
    let left = SHOWN_FOR / 1000;
    const tick = setInterval(() => {
      if (flash.matches(':hover, :focus-within')) return;
      left -= 1;
      if (left > 0 && flash.isConnected) return;
      clearInterval(tick);
      flash.remove();
    }, 1000);
  });
}
