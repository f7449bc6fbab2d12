// Keeps "3 hours ago" true while a page stays open, in the page's language.
const UNITS = [['year', 31536000], ['month', 2592000], ['week', 604800], ['day', 86400], ['hour', 3600], ['minute', 60]];
const language = document.documentElement.lang || 'en';
const ago = new Intl.RelativeTimeFormat(language, { numeric: 'always' });

function measure(seconds) {
  for (const [unit, size] of UNITS) {
    // The same thresholds as the server's, so that the words do not jump when the script starts.
    if (Math.abs(seconds) >= size * 0.85) return [Math.max(1, Math.round(Math.abs(seconds) / size)), unit];
  }
  return [1, 'minute'];
}

function refresh() {
  for (const time of document.querySelectorAll('time[data-relative]')) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    if (Number.isNaN(seconds)) continue;
    const [count, unit] = measure(seconds);
    const words = time.dataset.relative === 'span'
      ? new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count)
      : ago.format(seconds < 0 ? -count : count, unit);
    if (time.textContent !== words) time.textContent = words;
  }
}

setInterval(refresh, 60000);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
