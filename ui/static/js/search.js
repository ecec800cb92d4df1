// The search screen: what is typed is shown at once, what is found a moment later; of several questions the latest wins.
import { shield } from './shield.js';

const WAIT = 150; // ms after a key until the box is asked: while somebody types, it is asked once
const LONGEST = 20; // characters
const PARTS = ['[data-found]', '[data-results]']; // what a new answer replaces; the keys stay under the finger

// A kana's forms that share a key, one after the other at each touch: voiced, half voiced, small.
function otherForm(char, all) {
  const forms = all.split(' ').find((these) => these.includes(char)) ?? char;
  return forms[(forms.indexOf(char) + 1) % forms.length];
}

// stage(): the screen as it is now; made(html): one of the box's; language(): the shopper's; failed(): the box does not answer.
export function search({ stage, made, language, failed }) {
  let waiting;
  let asking;

  const address = () => new URL(stage().dataset.address, location.href);
  const keep = (url) => { stage().dataset.address = url.pathname + url.search; };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const [screen, url, mine] = [stage(), address(), asking];
    url.searchParams.set('lang', language());
    try {
      const reply = await fetch(url, { signal: mine.signal, redirect: 'error' });
      const html = await reply.text();
      if (mine !== asking || screen !== stage()) return;
      if (!reply.ok || !reply.headers.has('Noren-Page')) throw new Error(String(reply.status));
      const next = made(html);
      for (const part of PARTS) screen.querySelector(part).replaceWith(document.adoptNode(next.querySelector(part)));
      screen.querySelector('.do > .roll').scrollTop = 0;
      shield(screen.querySelector('[data-results]'));
      screen.dataset.answered = url.searchParams.get('q') ?? '';
    } catch {
      if (mine === asking && screen === stage()) failed();
    }
  };

  // Note in the address what is asked for now: it is what Back and another language come to.
  const change = (name, value, wait) => {
    const url = address();
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
    keep(url);
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (stage().matches('.search')) ask(); }, wait);
  };

  const type = (text) => {
    stage().querySelector('[data-typed]').textContent = text;
    change('q', text, WAIT);
  };

  const press = ({ dataset }, typed) => {
    if ('char' in dataset) return type(typed.length < LONGEST && (typed || dataset.char !== ' ') ? typed + dataset.char : typed);
    if (dataset.edit === 'back') return type(typed.slice(0, -1));
    if (dataset.edit === 'form') return type(typed && typed.slice(0, -1) + otherForm(typed.at(-1), stage().querySelector('.board').dataset.forms));
    stage().classList.toggle('latin');
  };

  const turn = (head) => {
    const script = head.closest('.script');
    script.querySelectorAll('.head').forEach((one) => one.setAttribute('aria-pressed', String(one === head)));
    script.querySelectorAll('.five').forEach((five, at) => five.classList.toggle('on', at === Number(head.dataset.row)));
  };

  document.addEventListener('click', ({ target }) => {
    const button = target.closest('.search button');
    if (!button) return;
    if ('row' in button.dataset) turn(button);
    else if (button.matches('.key:not(.tool)')) press(button, stage().querySelector('[data-typed]').textContent);
    else if ('everywhere' in button.dataset) stage().querySelector('[data-here]').click();
    else if ('here' in button.dataset) {
      const on = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(on));
      change('here', on ? '1' : '', 0);
    } else if ('keys' in button.dataset) {
      const shut = stage().classList.toggle('shut');
      const url = address();
      if (shut) url.searchParams.set('shut', '1');
      else url.searchParams.delete('shut');
      keep(url);
    }
  });
}
