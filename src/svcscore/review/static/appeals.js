// Appeals: filing one beside a case, handling one on its page.

import { tell } from './desk.js';
import { drafts, later, localTimes, now, post } from './posting.js';

const panel = document.getElementById('appeals');

/** What a form asks for, as the API takes it. */
function asked(form) {
  const given = Object.fromEntries(new FormData(form));
  if (form.id === 'file') return { interaction_id: form.dataset.interaction, ...given };
  if (form.id !== 'answer') return Object.keys(given).length ? given : undefined;
  const [outcome, how] = given.outcome.split(' ');
  return {
    outcome,
    text: given.text,
    ...(outcome === 'upheld' ? { decision: how } : { confirm: how === 'confirm' }),
  };
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.dataset.post) return;
  event.preventDefault();
  const texts = JSON.parse((form.dataset.texts ? form : document.getElementById('main')).dataset.texts);
  if ('sure' in form.dataset && !window.confirm(texts.sure)) return;
  const answer = await post(form, asked(form), texts);
  if (answer === null) return;
  if (form.id === 'file') {
    tell(texts[form.dataset.done]);
    await beside();
    panel.querySelector('a, button')?.focus();
  } else {
    later(texts[form.dataset.done]);
    location.reload();
  }
});

/** The part of a case's page that is about appeals. */
async function beside() {
  const answer = await fetch(`/appeals/beside/${encodeURIComponent(panel.dataset.interaction)}`, { headers: { Accept: 'text/html' } });
  if (!answer.ok) return;
  const read = new DOMParser().parseFromString(await answer.text(), 'text/html');
  panel.replaceChildren(...read.body.childNodes);
  panel.hidden = false;
  drafts(panel);
  localTimes(panel);
}

if (panel) {
  await beside();
  // a finding that is picked in the list is the one that is meant
  document.addEventListener('click', (event) => {
    const finding = event.target.closest('li.finding')?.dataset.finding;
    const choice = panel.querySelector('[name="finding_id"]');
    if (finding && choice && [...choice.options].some((one) => one.value === finding)) choice.value = finding;
  });
} else {
  now();
  drafts();
  localTimes();
}
