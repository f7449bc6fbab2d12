// Copies the address of what a link points at, and says so.
document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[data-copy]');
  if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    await navigator.clipboard.writeText(link.href);
    document.dispatchEvent(new CustomEvent('toast', { detail: { words: link.dataset.copied, tone: 'ok' } }));
  } catch {
    location.href = link.href;
  }
});
