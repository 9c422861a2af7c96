// Playing a case: exactly the stretch that is asked for, or on from any place.

const PAD = 3; // seconds before and after what is to be heard

export class Player {
  /**
   * @param audio the element that plays.
   * @param about {id, start, end, around}: the case, in seconds of the recording.
   * @param on {change(), fault(code)}: called when something moves, and when nothing can be played.
   */
  constructor(audio, about, on) {
    this.audio = audio;
    this.about = about;
    this.from = about.start; // what is loaded begins here
    this.to = about.end;
    this.whole = false;
    this.speed = 1;
    audio.preservesPitch = true;
    for (const name of ['play', 'pause', 'ended', 'timeupdate', 'seeked']) {
      audio.addEventListener(name, () => on.change());
    }
    audio.addEventListener('error', () => this.tellFault(on.fault));
    const step = () => {
      if (!audio.paused) on.change();
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  /** Seconds of the recording. */
  get now() {
    return Math.min(this.to, this.from + this.audio.currentTime);
  }

  get playing() {
    return !this.audio.paused && !this.audio.ended;
  }

  /** Whether something was loaded to be played. */
  get loaded() {
    return this.audio.hasAttribute('src');
  }

  /** Play a stretch with what is around it. */
  stretch(start, end, pad = PAD) {
    const { around } = this.about;
    const from = Math.max(0, this.about.start - around, start - pad);
    const to = Math.min(this.about.end + around, end + pad);
    if (to - from < 0.1) return;
    this.load(from, to, false, 0);
  }

  /** Play on from a place. */
  on(seconds) {
    const { start, end } = this.about;
    const at = Math.min(Math.max(seconds, start), end - 0.1);
    if (this.whole) {
      this.audio.currentTime = at - this.from;
      this.start();
    } else {
      this.load(start, end, true, at - start);
    }
  }

  load(from, to, whole, at) {
    const same = this.loaded && this.from === from && this.to === to && !this.audio.error;
    Object.assign(this, { from, to, whole });
    if (!same) {
      const asked = new URLSearchParams({ start: from.toFixed(3), end: to.toFixed(3) });
      this.audio.src = `/api/v1/cases/${this.about.id}/clip?${asked}`;
    }
    this.audio.currentTime = at;
    this.start();
  }

  start() {
    this.audio.defaultPlaybackRate = this.audio.playbackRate = this.speed;
    // a browser that forbids it leaves the button; another source ends what was to begin
    this.audio.play().catch(() => {});
  }

  toggle() {
    if (this.playing) this.audio.pause();
    else if (this.loaded) this.start();
    else this.on(this.about.start);
  }

  /** Move within what is loaded, or on from there. */
  move(seconds) {
    const at = this.now + seconds;
    if (this.loaded && at >= this.from && at <= this.to) this.audio.currentTime = at - this.from;
    else this.on(at);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.audio.defaultPlaybackRate = this.audio.playbackRate = speed;
  }

  stop() {
    this.audio.pause();
  }

  async tellFault(fault) {
    if (!this.loaded) return;
    const answer = await fetch(this.audio.src, { headers: { Range: 'bytes=0-0' } }).catch(() => null);
    const told = answer && !answer.ok ? await answer.json().catch(() => null) : null;
    fault(told?.error ?? '');
  }
}
