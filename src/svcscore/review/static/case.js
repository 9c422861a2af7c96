// A case: findings, words and sound together, and one key for each decision.

import { send, tell } from './desk.js';
import { Decider } from './deciding.js';
import { listen } from './keys.js';
import { localise, paint, toneOf } from './painting.js';
import { Player } from './player.js';
import { Wave } from './wave.js';

const main = document.getElementById('main');
const get = (id) => document.getElementById(id);
const texts = JSON.parse(main.dataset.texts);
const about = {
  id: main.dataset.interaction,
  start: Number(main.dataset.start),
  end: Number(main.dataset.end),
  around: Number(main.dataset.around),
};
const LONG = 90; // seconds from which a second waveform shows what is near
const NEAR = 24; // seconds that it shows
let current = null; // id of the finding that is picked

export const caseId = about.id;

// ── sound ────────────────────────────────────────────────────────────────────
// the page asks for the whole by this very address before any script runs
const peaks = (start, end) =>
  send('GET', `/api/v1/cases/${caseId}/peaks?start=${start}&end=${end}&bins=1600`);
const wave = new Wave(get('wave'), peaks, (seconds) => player.on(seconds));
const near = new Wave(get('near'), peaks, (seconds) => player.on(seconds));
const player = new Player(get('audio'), about, { change: moved, fault: noSound });
const long = about.end - about.start > LONG;
get('player').classList.toggle('long', long);

function noSound(code) {
  get('player').classList.add('silent');
  get('nosound').hidden = false;
  get('nosound').textContent = texts[code] ?? texts.nosound;
}

function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

let told = '';
let saying = null; // the word that is heard
function moved() {
  const now = player.loaded ? player.now : about.start;
  const button = player.playing ? 'pause' : 'play';
  if (told !== button) {
    told = button;
    get('play').firstChild.textContent = `${texts[button]} `;
    get('play').classList.toggle('on', player.playing);
  }
  const at = clock(now - about.start);
  if (get('at').textContent !== at) {
    get('at').textContent = at;
    get('wave').setAttribute('aria-valuenow', now.toFixed(1));
    get('wave').setAttribute('aria-valuetext', at);
  }
  const shade = player.loaded && !player.whole ? [player.from, player.to] : [null, null];
  wave.play(now, ...shade);
  if (long) follow(now, shade);
  follows(now);
}

let nearAt = null;
function follow(now, shade) {
  near.play(now, ...shade);
  const there = nearAt !== null && now >= nearAt && now <= nearAt + NEAR;
  if (there) return;
  nearAt = Math.max(about.start, Math.min(now - NEAR / 6, about.end - NEAR));
  near.show(nearAt.toFixed(2), (nearAt + NEAR).toFixed(2)).catch(() => {});
}

let words = [];
function follows(now) {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle].start <= now) low = middle + 1;
    else high = middle;
  }
  const found = player.playing && low > 0 && now < words[low - 1].end + 0.3 ? words[low - 1].node : null;
  if (found === saying) return;
  saying?.classList.remove('saying');
  found?.classList.add('saying');
  if (found && player.whole) found.scrollIntoView({ block: 'nearest' });
  saying = found;
}

/** Play a stretch, in seconds of the recording, with what is around it. */
export function play(start, end) {
  player.stretch(start, end);
}

// ── findings ─────────────────────────────────────────────────────────────────
const all = () => [...document.querySelectorAll('#findings .finding')];
const shown = () => all().filter((one) => !one.closest('details:not([open])'));
const item = (id) => get(`f-${id}`);

/** Pick a finding: show what is known of it, where it stands, and let it be heard. */
function pick(id, { heard = false, focus = true } = {}) {
  const one = item(id);
  if (!one) return;
  one.closest('details')?.setAttribute('open', '');
  for (const other of document.querySelectorAll('.finding.current')) show(other, false);
  current = id;
  show(one, true);
  if (focus) one.querySelector('.pick').focus({ preventScroll: true });
  one.scrollIntoView({ block: 'nearest' });
  const hits = [...document.querySelectorAll('#transcript .hit')].filter((word) => word.dataset.hits.split(' ').includes(id));
  for (const word of document.querySelectorAll('.hit.current')) word.classList.remove('current');
  for (const word of hits) word.classList.add('current');
  const place = hits[0] ?? turnAt(one.dataset.start);
  place?.closest('.turn').scrollIntoView({ block: 'center' });
  marks();
  if (heard) hear(one);
}

function show(one, open) {
  one.classList.toggle('current', open);
  one.querySelector('.more').hidden = !open;
  one.querySelector('.pick').setAttribute('aria-expanded', String(open));
}

function hear(one) {
  if (one.dataset.start === undefined) {
    player.stop();
    tell(texts.no_place);
  } else {
    player.stretch(Number(one.dataset.start), Number(one.dataset.end));
  }
}

function turnAt(start) {
  if (start === undefined) return null;
  return [...document.querySelectorAll('.turn')].find((turn) => Number(turn.dataset.end) > Number(start)) ?? null;
}

function step(by) {
  const list = shown();
  if (!list.length) return;
  const at = list.findIndex((one) => one.dataset.finding === current);
  const to = at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by));
  pick(list[to].dataset.finding, { heard: get('auto').checked });
}

/** The finding that waits next after `id`: what a person has to say first, then what nobody looked at. */
function nextOpen(id) {
  const list = shown();
  const at = list.findIndex((one) => one.dataset.finding === id);
  const ring = [...list.slice(at + 1), ...list.slice(0, Math.max(at, 0))];
  return ring.find((one) => one.dataset.state === 'open')
    ?? list.slice(at + 1).find((one) => one.dataset.state === 'none') ?? null;
}

function marks() {
  const found = all().filter((one) => one.dataset.start !== undefined && one.dataset.tone !== 'off');
  const given = found.map((one) => ({
    start: Number(one.dataset.start),
    end: one.dataset.kind === 'missed' ? Number(one.dataset.start) + 1 : Number(one.dataset.end),
    tone: one.dataset.tone,
    current: one.dataset.finding === current,
  }));
  const turns = [...document.querySelectorAll('.turn')].map((turn) => ({
    start: Number(turn.dataset.start),
    end: Number(turn.dataset.end),
    staff: !['customer', 'unknown', 'machine'].includes(turn.dataset.role),
  }));
  wave.mark(given, turns);
  near.mark(given, turns);
}

// ── painting anew ────────────────────────────────────────────────────────────
function painted() {
  words = [...document.querySelectorAll('#transcript .w')].map((node) => ({
    node, start: Number(node.dataset.start), end: Number(node.dataset.end),
  })).sort((one, other) => one.start - other.start);
  for (const word of document.querySelectorAll('#transcript .hit')) {
    const tone = toneOf(word.dataset.hits.split(' ').map((id) => item(id)?.dataset.tone));
    word.className = `w hit ${tone}`;
  }
  saying = null;
  localise(document);
  if (current && item(current)) {
    const held = document.activeElement === document.body || document.activeElement?.closest('#findings');
    pick(current, { focus: Boolean(held) });
  } else {
    marks();
  }
}

/** Read the case anew from the desk and paint it; `part` "state" leaves the words as they are. */
export async function refresh(part = 'all') {
  const blind = main.hasAttribute('data-blind') ? '&blind=1' : '';
  await paint(`/cases/${caseId}?part=${part}${blind}`);
  painted();
  document.dispatchEvent(new CustomEvent('case:changed', { detail: { part } }));
}

/** The words that are marked with the mouse, of one turn; null where there are none. */
export function selectedWords() {
  const chosen = getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed) return null;
  const range = chosen.getRangeAt(0);
  const within = [...document.querySelectorAll('#transcript .w')].filter((word) => {
    if (!range.intersectsNode(word)) return false;
    const edge = document.createRange();
    edge.selectNodeContents(word);
    // a word of which only the border is touched is not meant
    return range.compareBoundaryPoints(Range.START_TO_END, edge) > 0
      && range.compareBoundaryPoints(Range.END_TO_START, edge) < 0;
  });
  if (!within.length) return null;
  const { turn } = within[0].dataset;
  const mine = within.filter((word) => word.dataset.turn === turn);
  const last = mine[mine.length - 1];
  return {
    turn: Number(turn),
    first: Number(mine[0].dataset.word),
    last: Number(last.dataset.word),
    start: Number(mine[0].dataset.start),
    end: Number(last.dataset.end),
    text: mine.map((word) => word.textContent).join(''),
  };
}

// ── acts ─────────────────────────────────────────────────────────────────────
const decider = main.hasAttribute('data-decides')
  ? new Decider({ caseId, texts, blind: main.hasAttribute('data-blind'), refresh, item, pick: (id) => pick(id) })
  : null;

async function act(what) {
  const one = current && item(current);
  if (!decider || !one) return;
  const reason = what === 'overturn' ? await decider.reason(one) : '';
  if (reason === null) return;
  const following = what === 'withdraw' ? one : nextOpen(one.dataset.finding);
  decider.decide(one, what, reason);
  if (!following || following === one) return;
  const heard = get('auto').checked && following.dataset.state === 'open';
  if (!heard) player.stop(); // what is heard is never another finding than the one that is picked
  pick(following.dataset.finding, { heard });
}

function toggleLoop() {
  const on = !get('audio').loop;
  get('audio').loop = on;
  get('loop').setAttribute('aria-pressed', String(on));
  remember('loop', on);
}

function faster(by) {
  const list = get('speed');
  list.selectedIndex = Math.min(list.options.length - 1, Math.max(0, list.selectedIndex + by));
  setSpeed();
}

function setSpeed() {
  player.setSpeed(Number(get('speed').value));
  remember('speed', get('speed').value);
}

function again() {
  const one = current && item(current);
  if (one) hear(one);
  else player.on(about.start);
}

function toggle() {
  if (!player.loaded && current && item(current).dataset.start !== undefined) again();
  else player.toggle();
}

async function nextCase() {
  if (!decider) return;
  await decider.settled();
  const asked = new URLSearchParams(sessionStorage.getItem('svcscore:queue') ?? '');
  asked.delete('before');
  asked.set('after', caseId);
  const found = await send('POST', `/api/v1/queue/next?${asked}`).catch(() => null);
  if (found?.case) location.href = `/cases/${found.case.id}`;
  else tell(texts.queue_empty);
}

function remember(name, value) {
  localStorage.setItem(`svcscore:${name}`, JSON.stringify(value));
}

function recall() {
  const value = (name) => JSON.parse(localStorage.getItem(`svcscore:${name}`) ?? 'null');
  if (value('auto') === false) get('auto').checked = false;
  if (value('loop')) toggleLoop();
  const speed = value('speed');
  if ([...get('speed').options].some((one) => one.value === speed)) get('speed').value = speed;
  setSpeed();
}

const acts = {
  next: () => step(1), previous: () => step(-1), toggle, again, loop: toggleLoop,
  back: () => player.move(-3), on: () => player.move(3), slower: () => faster(-1), faster: () => faster(1),
  confirm: () => act('confirm'), overturn: () => act('overturn'), not_applicable: () => act('not_applicable'),
  undo: () => decider?.undo(current), note: () => get('note')?.focus(), nextCase, help: () => get('keys').showModal(),
};

function clicked(event) {
  const on = (selector) => event.target.closest(selector);
  const finding = on('.finding');
  if (on('.go')) player.stretch(Number(on('.go').dataset.start), Number(on('.go').dataset.end));
  else if (on('[data-go]')) pick(on('[data-go]').dataset.go, { heard: true });
  else if (on('.pick')) pick(finding.dataset.finding, { heard: true });
  else if (on('[data-do]') && finding) act(on('[data-do]').dataset.do);
  else if (on('#take')) decider.takeOver();
  else if (on('.w') && getSelection().isCollapsed) hearWord(on('.w'));
}

function hearWord(word) {
  const id = word.dataset.hits?.split(' ').find((one) => item(one));
  if (id) pick(id, { focus: false });
  player.stretch(Number(word.dataset.start), Number(word.dataset.end));
}

function begin() {
  const came = document.referrer && new URL(document.referrer);
  if (came && came.origin === location.origin && came.pathname === '/queue') sessionStorage.setItem('svcscore:queue', came.search);
  recall();
  main.addEventListener('click', clicked);
  listen(acts);
  const buttons = { play: toggle, again, loop: toggleLoop, undo: acts.undo, help: acts.help, 'next-case': nextCase };
  for (const [id, what] of Object.entries(buttons)) get(id)?.addEventListener('click', what);
  get('speed').addEventListener('change', setSpeed);
  get('auto').addEventListener('change', () => remember('auto', get('auto').checked));
  get('note-form')?.addEventListener('submit', addNote);
  wave.show(main.dataset.start, main.dataset.end).then(drawn, (fault) => noSound(fault.body?.error));
  if (long) follow(about.start, [null, null]);
  painted();
  const linked = decodeURIComponent(location.hash.slice(1));
  const first = (linked.startsWith('f-') && get(linked)) || all().find((one) => one.dataset.state === 'open') || all()[0];
  if (first) pick(first.dataset.finding);
  moved();
  main.dataset.ready = 'yes';
  mark('painted');
}

function drawn() {
  main.dataset.wave = 'drawn';
  mark('drawn');
}

/** For measuring: when what was just done has been painted. */
function mark(name) {
  requestAnimationFrame(() => setTimeout(() => performance.mark(`case:${name}`)));
}

async function addNote(event) {
  event.preventDefault();
  const field = get('note');
  try {
    await send('POST', `/api/v1/cases/${caseId}/notes`, { text: field.value });
    field.value = '';
    field.blur();
    tell(texts.saved_note);
    await refresh('state');
  } catch (fault) {
    tell(fault.status === 0 ? texts.lost : texts.refused, true);
  }
}

begin();
