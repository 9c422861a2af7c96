// Calibrations: beginning one, dealing out second reviews, and answering finding by finding.

import { send, tell, typing } from './desk.js';
import { drafts, later, localTimes, now, post, refused } from './posting.js';

const CONTEXT_S = 3;
const main = document.getElementById('main');
const texts = main.dataset.texts ? JSON.parse(main.dataset.texts) : {};
const listed = [...document.querySelectorAll('.asked > li')];
let current = null;
let sending = Promise.resolve();

/** What a form asks for, as the API takes it. */
function asked(form) {
  const given = new FormData(form);
  const number = (name) => (given.get(name) ? Number(given.get(name)) : undefined);
  if (form.id === 'begin') {
    return {
      name: given.get('name').trim(),
      cases: given.get('cases').split(/[\s,，]+/).filter(Boolean),
      sample: number('sample'),
      seed: Number(given.get('seed')),
      members: given.getAll('members'),
      expert: given.get('expert') || null,
    };
  }
  if (form.id === 'draw') {
    const share = number('share');
    return { ...(share ? { share: share / 100 } : { size: number('size') ?? 10 }), seed: Number(given.get('seed')), reviewers: given.getAll('reviewers') };
  }
  return undefined;
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.dataset.post) return;
  event.preventDefault();
  if ('sure' in form.dataset && !window.confirm(texts.sure)) return;
  const answer = await post(form, asked(form), texts);
  if (answer === null) return;
  later(texts[form.dataset.done] + (answer.cases ? ` (${answer.cases})` : ''));
  if (answer.key) location.assign(`/calibrations/${answer.key}`);
  else location.reload();
});

/** Play a stretch with some seconds around it. */
function play(start, end) {
  const audio = document.getElementById('audio');
  const from = Math.max(Number(main.dataset.start), Number(start) - CONTEXT_S);
  const to = Math.min(Number(main.dataset.end), Number(end) + CONTEXT_S);
  audio.src = `/api/v1/cases/${encodeURIComponent(main.dataset.interaction)}/clip?start=${from}&end=${to}`;
  audio.play().catch(() => tell(texts.lost, true));
}

/** Go to a finding, and show in the text where it is. */
function choose(item) {
  current?.classList.remove('current');
  current = item;
  item.classList.add('current');
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: 'nearest' });
  for (const line of document.querySelectorAll('.transcript li')) {
    const { start, end } = line.querySelector('.go').dataset;
    const within = item.dataset.start !== undefined && Number(start) < Number(item.dataset.end) && Number(end) > Number(item.dataset.start);
    line.classList.toggle('current', within);
  }
  document.querySelector('.transcript li.current')?.scrollIntoView({ block: 'nearest' });
}

function step(by) {
  const at = listed.indexOf(current);
  const next = listed[Math.min(listed.length - 1, Math.max(0, at + by))];
  if (next) choose(next);
}

/** One answer after the other, in the order in which they were given. */
function give(item, decision, more) {
  sending = sending.then(() => answer(item, decision, more));
}

async function answer(item, decision, { onward = true } = {}) {
  const body = {
    interaction_id: main.dataset.interaction,
    finding_id: item.dataset.finding,
    decision,
    reason: item.querySelector('[name="reason"]').value,
  };
  try {
    await send('POST', `/api/v1/calibrations/${main.dataset.calibration}/answers`, body);
  } catch (fault) {
    refused(fault, texts);
    return;
  }
  item.dataset.given = decision;
  for (const one of item.querySelectorAll('[data-decision]')) one.setAttribute('aria-pressed', String(one.dataset.decision === decision));
  const left = listed.filter((one) => !one.dataset.given).length;
  const shown = document.getElementById('left');
  shown.textContent = left ? shown.dataset.some.replace('#', left) : texts.all_answered;
  shown.className = `tag ${left ? 'amber' : 'good'}`;
  tell(texts.answered);
  const next = listed.find((one) => !one.dataset.given);
  if (onward && next) choose(next);
  else if (onward) document.getElementById('following')?.focus();
}

if (listed.length) {
  document.addEventListener('click', (event) => {
    const item = event.target.closest('.asked > li');
    const button = event.target.closest('button');
    if (item && item !== current && !event.target.closest('input')) choose(item);
    if (button?.dataset.decision) give(item, button.dataset.decision);
    else if (button && 'play' in button.dataset) play(item.dataset.start, item.dataset.end);
    else if (button?.classList.contains('go')) play(button.dataset.start, button.dataset.end);
  });
  document.addEventListener('change', (event) => {
    const item = event.target.closest('.asked > li');
    if (event.target.name === 'reason' && item?.dataset.given) give(item, item.dataset.given, { onward: false });
  });
  document.addEventListener('keydown', (event) => {
    if (typing(event)) return;
    const key = event.key.toLowerCase();
    const decision = { y: 'confirm', x: 'overturn', a: 'not_applicable' }[key];
    if (decision && current) give(current, decision);
    else if (key === 'j' || key === 'arrowdown') step(1);
    else if (key === 'k' || key === 'arrowup') step(-1);
    else if (key === ' ' && current && !event.target.closest('button, a, audio')) {
      if (current.dataset.start !== undefined) play(current.dataset.start, current.dataset.end);
      else play(main.dataset.start, main.dataset.end);
    } else return;
    event.preventDefault();
  });
  choose(listed.find((one) => !one.dataset.given) ?? listed[0]);
}
now();
drafts();
localTimes();
