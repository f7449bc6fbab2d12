// Says beside a colour, while it is typed, whether text can be read in it; the server decides again when it is sent.
const luminance = (colour) => {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one, other) => {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
};
// The ground of what is chosen: an eighth of the colour in white.
const tint = (colour) => `#${[1, 3, 5].map((at) => Math.round(parseInt(colour.slice(at, at + 2), 16) * 0.12 + 255 * 0.88).toString(16).padStart(2, '0')).join('')}`;

for (const form of document.querySelectorAll('form[data-brand]')) {
  const input = form.querySelector('[data-contrast]');
  const told = form.querySelector('[data-contrast-told]');
  const preview = document.querySelector('[data-brand-preview]');
  const tell = () => {
    const colour = input.value.trim().toLowerCase();
    told.textContent = '';
    if (!/^#[0-9a-f]{6}$/.test(colour)) return;
    const grounds = [...input.dataset.contrast.split(' '), tint(colour)];
    const least = Math.min(...grounds.map((ground) => contrast(colour, ground)));
    const words = least >= 4.5 ? input.dataset.good : input.dataset.poor;
    told.textContent = words.replace('{ratio}', (Math.floor(least * 10) / 10).toLocaleString(document.documentElement.lang));
    for (const [name, value] of [['--accent', colour], ['--link', colour], ['--accent-bg', tint(colour)]]) {
      preview?.style.setProperty(name, value);
    }
  };
  input.addEventListener('input', tell);
  tell();
}
