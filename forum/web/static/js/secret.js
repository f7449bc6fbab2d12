// Lets people see the password they are writing.
for (const box of document.querySelectorAll('[data-secret]')) {
  const input = box.querySelector('input');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button';
  button.textContent = box.dataset.show;
  button.setAttribute('aria-controls', input.id);
  button.addEventListener('click', () => {
    const hidden = input.type === 'password';
    input.type = hidden ? 'text' : 'password';
    button.textContent = hidden ? box.dataset.hide : box.dataset.show;
  });
  // Sent as a password in any case, so that browsers offer to keep the right thing.
  input.form?.addEventListener('submit', () => { input.type = 'password'; });
  box.append(button);
}
