// Forms that send JSON: what was typed survives a reload, and a refusal is told in plain words.

import { send, tell } from './desk.js';

const kept = (field) => `svcscore:draft:${field.name}:${field.dataset.draft}`;

/** Bring back what was typed before a reload, and keep what is typed from now on. */
export function drafts(root = document) {
  for (const field of root.querySelectorAll('textarea[data-draft]')) {
    field.value ||= sessionStorage.getItem(kept(field)) ?? '';
    field.addEventListener('input', () => sessionStorage.setItem(kept(field), field.value));
  }
}

/** Forget the drafts of a form: they have been sent. */
function forget(form) {
  for (const field of form.querySelectorAll('textarea[data-draft]')) sessionStorage.removeItem(kept(field));
}

/** Tell why a request was refused, in the words that the page has for it. */
export function refused(fault, texts) {
  if (fault.status === undefined) throw fault;
  if (fault.status === 0) tell(texts.lost, true);
  else tell(texts[fault.body?.error] ?? `${texts.refused} (${fault.message})`, true);
}

/** Send a form; `body` makes what is sent of its fields. Resolves to the answer, null where it was refused. */
export async function post(form, body, texts) {
  const buttons = form.querySelectorAll('button');
  for (const one of buttons) one.disabled = true;
  try {
    const answer = await send('POST', form.dataset.post, body);
    forget(form);
    return answer ?? {};
  } catch (fault) {
    refused(fault, texts);
    return null;
  } finally {
    for (const one of buttons) one.disabled = false;
  }
}

/** Say something on the page that is loaded next. */
export function later(text) {
  sessionStorage.setItem('svcscore:later', text);
}

/** Say what was to be said on this page. */
export function now() {
  const text = sessionStorage.getItem('svcscore:later');
  sessionStorage.removeItem('svcscore:later');
  if (text) tell(text);
}

/** Show moments in the time of whoever reads, in the order year, month, day that both languages know. */
export function localTimes(root = document) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) {
      time.textContent = at.toLocaleString('sv-SE', {
        year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
      });
    }
  }
}
