// The panel in which reviewers correct what was heard; every correction is told with the one seen before.

import { Refused, send, tell } from './desk.js';
import { caseId, refresh, selectedWords } from './case.js';

const panel = document.getElementById('correct');
const path = `/api/v1/cases/${caseId}/amendments`;
/** The turn, and the words of it, that are meant: what was marked or clicked last. */
let meant = null;

const wordsOf = (turn) => [...document.querySelectorAll(`#transcript .w[data-turn="${turn}"]`)];
const textOf = (turn) => wordsOf(turn).map((word) => word.textContent).join('');

async function load() {
  const response = await fetch(`/cases/${caseId}/corrections`, { headers: { Accept: 'text/html' } });
  if (!response.ok) return;
  panel.innerHTML = await response.text();
  panel.hidden = false;
  show();
  for (const button of panel.querySelectorAll('[data-correct]')) {
    button.addEventListener('click', () => ask(button.dataset.correct, button.textContent.replace('…', '')));
  }
  for (const button of panel.querySelectorAll('[data-back]')) {
    button.addEventListener('click', () => takeBack(button));
  }
  const dialog = panel.querySelector('dialog');
  if (!dialog) return;
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
  dialog.querySelector('[name=turn]').addEventListener('change', () => fill(dialog));
  dialog.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault();
    save(dialog);
  });
}

function show() {
  const said = panel.querySelector('.chosen');
  if (!said) return;
  said.hidden = meant === null;
  if (meant) said.querySelector('q').textContent = meant.text.slice(0, 40);
}

/** Remember what was marked with the mouse, or the turn that was clicked or focused. */
function mean(event) {
  const marked = selectedWords();
  const turn = event.target.closest?.('#transcript .turn')?.dataset.turn;
  if (marked) meant = marked;
  else if (turn !== undefined) meant = { turn: Number(turn), first: null, last: null, text: textOf(turn) };
  else return;
  show();
}

/** A choice of a select; its text is text, whatever was said. */
function choice(value, text) {
  const option = document.createElement('option');
  option.value = value;
  option.textContent = text;
  return option;
}

function ask(what, title) {
  const dialog = panel.querySelector('dialog');
  dialog.dataset.what = what;
  dialog.querySelector('h2').textContent = title;
  dialog.querySelector('.error').hidden = true;
  for (const part of dialog.querySelectorAll('[data-of]')) part.hidden = part.dataset.of !== what;
  const turns = dialog.querySelector('[name=turn]');
  turns.replaceChildren(...[...document.querySelectorAll('#transcript .turn')].map((turn) => (
    choice(turn.dataset.turn, `${Number(turn.dataset.turn) + 1} · ${textOf(turn.dataset.turn).slice(0, 24)}`)
  )));
  if (meant) turns.value = String(meant.turn);
  fill(dialog);
  dialog.showModal();
}

function fill(dialog) {
  const turn = Number(dialog.querySelector('[name=turn]').value);
  const words = wordsOf(turn);
  dialog.querySelector('[name=text]').value = textOf(turn);
  const role = document.querySelector(`#transcript .turn[data-turn="${turn}"]`)?.dataset.role;
  if (role) dialog.querySelector('[name=role]').value = role;
  for (const name of ['first', 'last']) {
    const select = dialog.querySelector(`[name=${name}]`);
    select.replaceChildren(...words.map((word) => choice(word.dataset.word, word.textContent)));
    const chosen = meant?.turn === turn ? meant[name] : null;
    select.value = String(chosen ?? (name === 'first' ? 0 : words.length - 1));
  }
}

function wanted(dialog) {
  const form = new FormData(dialog.querySelector('form'));
  const what = dialog.dataset.what;
  const body = {
    kind: what, turn: Number(form.get('turn')), reason: form.get('reason'), seen: dialog.dataset.seen || null,
  };
  if (what === 'role') return { ...body, role: form.get('role'), whole_speaker: form.has('whole_speaker') };
  if (what === 'words') return { ...body, text: form.get('text') };
  if (what === 'courtesy') return { ...body, level: Number(form.get('level')) };
  if (what === 'move') return { ...body, to: form.get('to') };
  const options = [...dialog.querySelectorAll('datalist option')];
  const code = options.find((one) => one.value === form.get('title') || one.dataset.code === form.get('title'));
  const severity = code?.dataset.polarity === 'breach' ? form.get('severity') || null : null;
  return {
    ...body,
    code: code?.dataset.code ?? form.get('title'),
    first: Number(form.get('first')),
    last: Number(form.get('last')),
    severity,
  };
}

async function save(dialog) {
  const button = dialog.querySelector('button.first');
  button.disabled = true;
  tell(dialog.dataset.busy);
  try {
    const answer = await send('POST', path, wanted(dialog));
    dialog.close();
    await after(dialog, answer);
  } catch (fault) {
    await refused(dialog, fault);
  } finally {
    button.disabled = false;
  }
}

async function takeBack(button) {
  const dialog = panel.querySelector('dialog');
  button.disabled = true;
  tell(dialog.dataset.busy);
  try {
    const seen = dialog.dataset.seen ? `?seen=${encodeURIComponent(dialog.dataset.seen)}` : '';
    await after(dialog, await send('DELETE', `${path}/${button.dataset.back}${seen}`));
  } catch (fault) {
    button.disabled = false;
    await refused(dialog, fault);
  }
}

async function after(dialog, answer) {
  if (answer.now_in) {
    location.href = `/cases/${answer.now_in}`;
    return;
  }
  tell(`${dialog.dataset.done} ${answer.total === null ? '–' : answer.total.toFixed(1)}`);
  await refresh('all');
  await load();
}

async function refused(dialog, fault) {
  if (!(fault instanceof Refused)) throw fault;
  if (fault.body?.error === 'desk.conflict') {
    dialog.close();
    tell(dialog.dataset.conflict, true);
    await refresh('all');
    await load();
    return;
  }
  const text = fault.status === 0 ? dialog.dataset.lost : `${dialog.dataset.refused}：${fault.message}`;
  const error = dialog.querySelector('.error');
  error.textContent = text;
  error.hidden = false;
  if (!dialog.open) tell(text, true);
}

document.addEventListener('mouseup', mean);
document.getElementById('transcript').addEventListener('focusin', mean);
await load();
