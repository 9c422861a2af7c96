// The privacy panel of a case: unmask with a reason, keep from deletion, take sound out.

import { Refused, send, tell } from './desk.js';

const panel = document.querySelector('.privacy');

/** Why something was refused, as it is shown. */
function why(error) {
  if (!(error instanceof Refused)) throw error;
  const known = { 'desk.reason': panel.dataset.short, 'desk.conflict': panel.dataset.already };
  return error.status === 0 ? panel.dataset.lost : known[error.body?.error] ?? error.message;
}

async function act(method, what, body) {
  await send(method, `/api/v1/cases/${panel.dataset.case}/${what}`, body);
  location.reload();
}

function prepare(dialog) {
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
  const button = dialog.querySelector('[data-send]');
  if (!button) {
    dialog.querySelector('form').addEventListener('submit', () => dialog.close());
    return;
  }
  const field = dialog.querySelector('textarea');
  const error = dialog.querySelector('.error');
  dialog.querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    error.hidden = true;
    try {
      await act('POST', dialog.dataset.dialog, { reason: field.value });
    } catch (fault) {
      error.textContent = why(fault);
      error.hidden = false;
      button.disabled = false;
    }
  });
}

function count() {
  const left = panel.querySelector('.left');
  const until = Date.parse(panel.dataset.until);
  const started = performance.now();
  // the clocks of desk and browser may differ: no more than a quarter of an hour is ever left
  const seconds = Math.min(900, Math.max(0, (until - Date.now()) / 1000));
  const timer = setInterval(() => {
    const rest = Math.max(0, Math.ceil(seconds - (performance.now() - started) / 1000));
    left.textContent = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, '0')}`;
    if (rest === 0) {
      clearInterval(timer);
      tell(panel.dataset.again);
      setTimeout(() => location.reload(), 1500);
    }
  }, 1000);
}

if (panel) {
  for (const dialog of panel.querySelectorAll('dialog')) prepare(dialog);
  for (const button of panel.querySelectorAll('[data-ask]')) {
    button.addEventListener('click', () => {
      panel.querySelector(`[data-dialog="${button.dataset.ask}"]`).showModal();
    });
  }
  const doing = { mask: 'unmask', release: 'hold' };
  for (const button of panel.querySelectorAll('[data-do]')) {
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        await act('DELETE', doing[button.dataset.do]);
      } catch (fault) {
        tell(why(fault), true);
        button.disabled = false;
      }
    });
  }
  if (panel.dataset.until) count();
}
