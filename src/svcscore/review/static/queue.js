// The queue: moving by keys, claiming, taking the next, saved views, assigning.

import { send, tell, typing } from './desk.js';

const $ = (chosen) => document.querySelector(chosen);
const words = $('#words').dataset;
const query = () => $('#next').dataset.query;
const REFRESH_MS = 60_000;

/** The filter of this page as the API takes it in a body. */
const asked = () => Object.fromEntries(new URLSearchParams(query()));

// whoever opens a case goes on from here: the case's page asks for the next one with the same filter
sessionStorage.setItem('svcscore:queue', `?${query()}`);

function localTimes() {
  for (const time of document.querySelectorAll('#rows time[datetime]')) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    time.textContent = at.toLocaleString(document.documentElement.lang, {
      ...(today ? {} : { month: '2-digit', day: '2-digit' }), hour: '2-digit', minute: '2-digit', hour12: false,
    });
  }
}

/** Show what waits now, and leave the focus on the row where it was; the filter only where it changed. */
async function refresh(...changed) {
  let text;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    text = await answer.text();
  } catch {
    return;
  }
  const focused = document.activeElement?.closest('tr[data-id]')?.dataset.id;
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  for (const part of ['#tabs', '#rows', ...changed]) {
    const found = fresh.querySelector(part);
    if (found) $(part).replaceWith(found);
  }
  localTimes();
  if (focused) (document.querySelector(`tr[data-id="${CSS.escape(focused)}"] a.case`) ?? $('a.case'))?.focus();
}

function failed(error) {
  if (error.status === 409) tell(words.conflict, true);
  else tell(error.status === 0 ? words.lost : words.failed, true);
}

async function hold(row, method) {
  row.querySelector('a.case').focus();
  try {
    await send(method, `/api/v1/cases/${encodeURIComponent(row.dataset.id)}/claim`);
    tell(method === 'POST' ? words.claimed : words.released);
  } catch (error) {
    failed(error);
  }
  await refresh();
}

async function next() {
  $('#next').disabled = true;
  try {
    const { case: found } = await send('POST', `/api/v1/queue/next?${query().replace(/(^|&)status=decided/, '')}`);
    if (found) location.href = `/cases/${encodeURIComponent(found.id)}`;
    else tell(words.none);
  } catch (error) {
    failed(error);
  }
  $('#next').disabled = false;
}

/** Ask by a dialog; `done` gets its form when it was not cancelled. */
function ask(dialog, done) {
  dialog.returnValue = '';
  dialog.showModal();
  dialog.onclose = () => { if (dialog.returnValue === 'ok') done(dialog.querySelector('form')); };
}

function save() {
  ask($('#naming'), async (form) => {
    try {
      await send('POST', '/api/v1/queue/views', { name: form.elements.name.value, filter: asked() });
      tell(words.saved);
      await refresh('#filter');
    } catch (error) {
      failed(error);
    }
  });
}

async function forget(key) {
  try {
    await send('DELETE', `/api/v1/queue/views/${key}`);
    await refresh('#filter');
  } catch (error) {
    failed(error);
  }
}

function assign() {
  ask($('#assigning'), async (form) => {
    const chosen = new FormData(form);
    const reviewers = chosen.getAll('to');
    if (!reviewers.length) {
      tell(words.nobody, true);
      return;
    }
    const body = { filter: asked(), reviewers, way: chosen.get('way'), each: Number(chosen.get('each')) };
    try {
      const { given } = await send('POST', '/api/v1/queue/assign', body);
      tell(words.assigned + given.map((one) => `${one.shown} ${one.cases}`).join(' · '));
      await refresh();
    } catch (error) {
      failed(error);
    }
  });
}

function move(step) {
  const links = [...document.querySelectorAll('a.case')];
  const row = document.activeElement?.closest('tr[data-id]');
  const at = links.indexOf(row?.querySelector('a.case'));
  const to = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
  links[to]?.focus();
}

const KEYS = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  n: next,
  '/': () => $('#filter select').focus(),
  '?': () => $('#keys').showModal(),
  c: () => {
    const row = document.activeElement?.closest('tr[data-id]');
    const button = row?.querySelector('[data-claim], [data-release]');
    if (button) hold(row, 'claim' in button.dataset ? 'POST' : 'DELETE');
  },
};

document.addEventListener('keydown', (event) => {
  if (typing(event) || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const row = button.closest('tr[data-id]');
  if ('claim' in button.dataset) hold(row, 'POST');
  else if ('release' in button.dataset) hold(row, 'DELETE');
  else if (button.dataset.forget) forget(button.dataset.forget);
  else if (button.id === 'save') save();
  else if (button.id === 'next') next();
  else if (button.id === 'assign') assign();
  else if (button.id === 'help') $('#keys').showModal();
});
// what says nothing need not stand in the address
document.addEventListener('formdata', (event) => {
  for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name);
});
setInterval(() => { if (!document.hidden && !document.querySelector('dialog[open]')) refresh(); }, REFRESH_MS);
localTimes();
