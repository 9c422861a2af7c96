// Deciding: reasons without the mouse, undoing, and what to do when somebody else was first.

import { send, tell } from './desk.js';
import { Sending } from './sending.js';

const get = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** Open a dialog; resolves with what it was closed with ("" where it was left). */
function asked(dialog) {
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener('close', () => done(dialog.returnValue), { once: true });
  });
}

export class Decider {
  /** @param page {caseId, texts, blind, refresh, item, pick} of the case. */
  constructor(page) {
    this.page = page;
    this.made = []; // decisions of this visit that can be undone: {finding, review}
    this.sending = new Sending(page.caseId, {
      lost: () => this.lost(),
      answered: (wanted, answer) => this.answered(wanted, answer),
      refused: (wanted, fault) => this.refused(wanted, fault),
    });
    this.prepare();
  }

  prepare() {
    const dialog = get('overturn');
    dialog.addEventListener('click', (event) => {
      const given = event.target.closest('[data-reason]');
      if (given) dialog.close(given.dataset.reason);
      else if (event.target.closest('[data-close]')) dialog.close('');
    });
    dialog.addEventListener('keydown', (event) => {
      if (event.target.matches('input') || event.ctrlKey || event.altKey || event.metaKey) return;
      const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
      if (digit === undefined) return;
      event.preventDefault();
      if (digit === '0') get('own-reason').focus();
      else dialog.querySelectorAll('.usual:not([hidden]) [data-reason]')[Number(digit) - 1]?.click();
    });
    dialog.querySelector('form').addEventListener('submit', (event) => {
      event.preventDefault();
      const own = get('own-reason').value.trim();
      if (own) dialog.close(own);
      else get('own-reason').focus();
    });
  }

  /** Ask why a finding is wrong; null where nobody says. */
  async reason(one) {
    const dialog = get('overturn');
    for (const list of dialog.querySelectorAll('.usual')) list.hidden = list.dataset.kind !== one.dataset.kind;
    get('overturn-what').textContent = `${one.querySelector('.name').textContent} ${one.querySelector('.said')?.textContent ?? ''}`;
    get('own-reason').value = '';
    const closed = asked(dialog);
    dialog.querySelector('.usual:not([hidden]) button').focus();
    const given = await closed;
    one.querySelector('.pick').focus({ preventScroll: true });
    return given || null;
  }

  /** Decide a finding as it stands on the screen. */
  decide(one, decision, reason = '') {
    one.classList.add('saving');
    const seen = one.dataset.review ?? null;
    // what is on its way is not offered again
    one.dataset.state = decision === 'withdraw' ? 'open' : decision;
    return this.sending.add({
      finding_id: one.dataset.finding,
      decision,
      reason,
      seen,
      blind: this.page.blind,
    });
  }

  /** Take back the last decision of this visit, or one's own of the finding that is picked. */
  async undo(current) {
    await this.settled();
    const last = this.made.pop();
    const here = current && this.page.item(current);
    const finding = last?.finding ?? (here?.hasAttribute('data-mine') ? current : null);
    const one = finding && this.page.item(finding);
    if (!one) {
      tell(this.page.texts.nothing_to_undo);
      return;
    }
    this.page.pick(finding);
    one.dataset.review = last?.review ?? one.dataset.review;
    await this.decide(one, 'withdraw');
  }

  /** Resolves when nothing is on its way any more. */
  settled() {
    return this.sending.last;
  }

  lost() {
    if (this.told) return;
    this.told = true;
    tell(this.page.texts.lost, true);
  }

  answered(wanted, answer) {
    this.told = false;
    if (wanted.decision === 'withdraw') this.made = this.made.filter((one) => one.review !== wanted.seen);
    else this.made.push({ finding: wanted.finding_id, review: answer.review_id });
    tell(this.page.texts[`saved_${wanted.decision}`]);
    if (answer.waiting === 0 && wanted.decision !== 'withdraw') tell(this.page.texts.all_done);
    this.page.refresh('state').catch(() => this.lost());
  }

  async refused(wanted, fault) {
    const code = fault.body?.error;
    if (code === 'desk.claimed') {
      await this.page.refresh('state');
      get('claimed-what').textContent = get('held')?.firstChild.textContent ?? this.page.texts.refused;
      if (await asked(get('claimed')) === 'take') await this.takeOver(wanted);
    } else if (code === 'desk.conflict') {
      await this.conflict(wanted, fault.body.stands);
    } else {
      tell(this.page.texts.refused, true);
      await this.page.refresh('state');
    }
  }

  async conflict(wanted, stands) {
    const { texts } = this.page;
    const gone = stands === null && !this.page.item(wanted.finding_id);
    await this.page.refresh(stands === null ? 'all' : 'state');
    const missing = gone || !this.page.item(wanted.finding_id);
    const moment = stands && new Date(stands.at).toLocaleString();
    const what = missing ? texts.conflict_gone : texts.conflict_undone;
    get('conflict-what').textContent = stands
      ? fill(texts.conflict, { who: stands.by, at: moment, what: texts[stands.decision] }) : what;
    get('conflict-reason').textContent = stands?.reason ?? '';
    get('conflict-reason').hidden = !stands?.reason;
    get('conflict-mine').textContent = fill(texts.conflict_mine, { what: texts[wanted.decision] });
    const again = get('conflict').querySelector('[value="mine"]');
    again.hidden = missing || wanted.decision === 'withdraw';
    const mine = await asked(get('conflict')) === 'mine';
    this.page.pick(wanted.finding_id);
    if (mine) this.sending.add({ ...wanted, seen: stands?.review_id ?? null });
  }

  /** Take the case out of somebody else's hand, and send what was refused for it. */
  async takeOver(wanted = null) {
    await send('POST', `/api/v1/cases/${this.page.caseId}/takeover`);
    tell(this.page.texts.took);
    await this.page.refresh('state');
    if (wanted) this.sending.add(wanted);
  }
}
