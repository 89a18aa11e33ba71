// Charts by keyboard: Streamlit draws them where Tab does not stop, so that nobody hears their text without a pointer.
if (!window.mhattnCharts) {
  const stop = () => document.querySelectorAll('[data-testid="stVegaLiteChart"]:not([tabindex])')
    .forEach((chart) => { chart.tabIndex = 0; });
  window.mhattnCharts = new MutationObserver(stop);
  window.mhattnCharts.observe(document.body, { childList: true, subtree: true });
  stop();
}
// Streamlit adds an entry to the browser's history whenever a page changes its own address, so that Back would lead to
// the same page, half as it was before. An address of another page is another entry; any other takes the entry's place.
if (!window.mhattnHistory) {
  window.mhattnHistory = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const same = new URL(address, location.href).pathname === location.pathname;
    (same ? history.replaceState.bind(history) : window.mhattnHistory)(state, title, address);
  };
}
// A model goes by a short name: whoever points at it reads the full one, in a box, a text or a drawn label.
if (!window.mhattnPointed) {
  const named = new WeakSet();
  // No look behind: Streamlit takes a script away in which a mark of exclamation follows a less-than sign.
  const whole = (name) => new RegExp(`(^|[^\\w/~])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w/-])`);
  const own = (place) => place.value ?? [...place.childNodes].filter((part) => part.nodeType === Node.TEXT_NODE)
    .map((part) => part.data).join('');
  const title = (place) => (place instanceof SVGElement ? place.querySelector(':scope > title')
    ?? place.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'title')) : null);
  window.mhattnPointed = ({ target }) => {
    if (!(target instanceof Element)) return;
    const text = String(own(target)).replaceAll('\u2060', '');
    const full = Object.entries(window.mhattnNames ?? {}).filter(([name]) => whole(name).test(text))
      .map(([name, model]) => `${name}: ${model}`).join('\n');
    if (!full && !named.has(target)) return;
    named.add(target);
    if (title(target)) title(target).textContent = full;
    else target.title = full;
  };
  document.addEventListener('pointerover', window.mhattnPointed);
}
