// Decisions on their way: in order, kept until they are answered, sent again after a reload.

import { Refused, send } from './desk.js';

const WAIT_MS = 2500;

export class Sending {
  /**
   * @param caseId of the case.
   * @param on {lost(), answered(wanted, answer), refused(wanted, fault) -> promise}.
   */
  constructor(caseId, on) {
    this.path = `/api/v1/cases/${caseId}/decisions`;
    this.kept = `svcscore:pending:${caseId}`;
    this.on = on;
    this.last = Promise.resolve();
    for (const wanted of this.pending()) this.queue(wanted);
  }

  pending() {
    try {
      return JSON.parse(sessionStorage.getItem(this.kept) ?? '[]');
    } catch {
      return [];
    }
  }

  keep(list) {
    if (list.length) sessionStorage.setItem(this.kept, JSON.stringify(list));
    else sessionStorage.removeItem(this.kept);
  }

  /** Send a decision; resolves with the answer, or null where it was refused. */
  add(wanted) {
    this.keep([...this.pending(), wanted]);
    return this.queue(wanted);
  }

  queue(wanted) {
    this.last = this.last.then(() => this.deliver(wanted));
    return this.last;
  }

  async deliver(wanted) {
    for (;;) {
      try {
        const answer = await send('POST', this.path, wanted);
        this.done(wanted);
        this.on.answered(wanted, answer);
        return answer;
      } catch (fault) {
        if (!(fault instanceof Refused)) throw fault;
        // nobody answered, or the database is not to be had now: nothing is lost, it is sent again
        if (fault.status === 0 || fault.status === 503 || fault.status === 429) {
          this.on.lost();
          await new Promise((go) => { setTimeout(go, WAIT_MS); });
          continue;
        }
        // whoever has to log in again finds it here afterwards
        if (fault.status === 401) return null;
        this.done(wanted);
        await this.on.refused(wanted, fault);
        return null;
      }
    }
  }

  done(wanted) {
    const text = JSON.stringify(wanted);
    const list = this.pending();
    const at = list.findIndex((one) => JSON.stringify(one) === text);
    if (at >= 0) list.splice(at, 1);
    this.keep(list);
  }
}
