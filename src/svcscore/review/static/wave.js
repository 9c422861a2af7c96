// A waveform: drawn from computed peaks, with what was found marked in it, and a place to click.

const COLOURS = {
  red: '#b3261e', amber: '#c77700', green: '#2c8a4b', blue: '#3b82b8', due: '#7a5bb0', off: '#8f9aa6',
};
const STAFF = '#0b5688';
const CUSTOMER = '#c9a227';

export class Wave {
  /**
   * @param canvas where to draw.
   * @param ask (start, end) -> promise of {start, end, peaks}.
   * @param seek (seconds) -> void, for a click.
   */
  constructor(canvas, ask, seek) {
    this.canvas = canvas;
    this.ask = ask;
    this.start = this.end = 0;
    this.peaks = [];
    this.marks = [];
    this.turns = [];
    this.now = this.from = this.to = null;
    this.asked = 0;
    canvas.addEventListener('pointerdown', (event) => {
      const box = canvas.getBoundingClientRect();
      seek(this.start + ((event.clientX - box.left) / box.width) * (this.end - this.start));
    });
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  /** Show this stretch; resolves when it is drawn, rejects where there is no sound. */
  async show(start, end) {
    const asked = ++this.asked;
    const found = await this.ask(start, end);
    if (asked !== this.asked) return;
    this.start = Number(start);
    this.end = Number(end);
    this.found = found;
    this.draw();
  }

  /** Mark findings: [{start, end, tone, current}], and who speaks: [{start, end, staff}]. */
  mark(marks, turns) {
    this.marks = marks;
    this.turns = turns;
    this.draw();
  }

  /** Draw the playhead at `now`, and shade what is being played. */
  play(now, from, to) {
    this.now = now;
    this.from = from;
    this.to = to;
    this.draw();
  }

  draw() {
    if (this.waits || !this.found) return;
    this.waits = true;
    requestAnimationFrame(() => {
      this.waits = false;
      this.paint();
    });
  }

  paint() {
    const ratio = devicePixelRatio || 1;
    const wide = Math.round(this.canvas.clientWidth * ratio);
    const high = Math.round(this.canvas.clientHeight * ratio);
    if (!wide || !high) return;
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
    }
    const pen = this.canvas.getContext('2d');
    const x = (seconds) => ((seconds - this.start) / (this.end - this.start)) * wide;
    const strip = Math.round(4 * ratio);
    const body = high - strip;
    pen.clearRect(0, 0, wide, high);
    if (this.from !== null) {
      pen.fillStyle = '#dcebf7';
      pen.fillRect(x(this.from), 0, x(this.to) - x(this.from), body);
    }
    for (const { start, end, tone, current } of this.marks) {
      const left = x(start);
      const width = Math.max(3 * ratio, x(end) - left);
      pen.globalAlpha = current ? 0.55 : 0.3;
      pen.fillStyle = COLOURS[tone];
      pen.fillRect(left, 0, width, body);
      pen.globalAlpha = 1;
      pen.fillRect(left, 0, width, (current ? 5 : 3) * ratio);
    }
    this.paintPeaks(pen, x, body);
    for (const { start, end, staff } of this.turns) {
      pen.fillStyle = staff ? STAFF : CUSTOMER;
      pen.fillRect(x(start), body, Math.max(1, x(end) - x(start)), strip);
    }
    if (this.now !== null) {
      pen.fillStyle = '#111';
      pen.fillRect(Math.round(x(this.now)) - ratio, 0, 2 * ratio, high);
    }
    this.canvas.dataset.drawn = String(this.found.peaks.length);
  }

  paintPeaks(pen, x, body) {
    const { peaks, start, end } = this.found;
    const each = (end - start) / peaks.length;
    const middle = body / 2;
    let loudest = 0.05;
    for (const [low, high] of peaks) loudest = Math.max(loudest, -low, high);
    const scale = (middle * 0.94) / loudest;
    const width = Math.max(1, x(start + each) - x(start));
    pen.fillStyle = '#41576d';
    peaks.forEach(([low, high], at) => {
      const top = middle - high * scale;
      pen.fillRect(x(start + at * each), top, width, Math.max(1, (high - low) * scale));
    });
  }
}
