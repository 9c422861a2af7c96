// Painting: what the server made takes the place of what stood there; nothing is put together here.

const TONES = ['red', 'amber', 'green', 'blue', 'due', 'off'];

/** Take parts of a page from the server into their places; what was open stays open. */
export async function paint(path) {
  const answer = await fetch(path, { headers: { Accept: 'text/html' } });
  if (!answer.ok) throw new Error(String(answer.status));
  const read = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of read.querySelectorAll('[data-into]')) {
    const place = document.getElementById(part.dataset.into);
    if (!place) continue;
    const open = [...place.querySelectorAll('details')].map((one) => one.open);
    const { scrollTop } = place;
    place.replaceChildren(...document.importNode(part, true).childNodes);
    place.querySelectorAll('details').forEach((one, at) => { one.open = open[at] ?? false; });
    place.scrollTop = scrollTop;
  }
}

/** The tone that hides the others at a word. */
export function toneOf(tones) {
  return TONES.find((tone) => tones.includes(tone)) ?? 'off';
}

/** Moments in the reader's own time. */
export function localise(within) {
  for (const one of within.querySelectorAll('time[datetime]')) {
    const moment = new Date(one.dateTime);
    if (Number.isNaN(moment.getTime()) || one.dataset.local) continue;
    const two = (number) => String(number).padStart(2, '0');
    one.textContent = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
    one.dataset.local = 'yes';
  }
}
