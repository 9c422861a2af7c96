// One key each. Keys are known by their place, so that they work whatever input method is on.

import { typing } from './desk.js';

const NAMED = {
  KeyJ: 'next', ArrowDown: 'next', KeyK: 'previous', ArrowUp: 'previous', Space: 'toggle',
  KeyR: 'again', KeyL: 'loop', ArrowLeft: 'back', ArrowRight: 'on', BracketLeft: 'slower',
  BracketRight: 'faster', KeyY: 'confirm', KeyX: 'overturn', KeyA: 'not_applicable', KeyU: 'undo',
  KeyM: 'note', KeyN: 'nextCase',
};

/** Call `acts[name]` for its key; `acts` has functions by name, and `help`. */
export function listen(acts) {
  document.addEventListener('keydown', (event) => {
    if (typing(event) || document.querySelector('dialog[open]')) return;
    const name = event.key === '?' || event.key === '？' ? 'help' : NAMED[event.code];
    const act = name && acts[name];
    // a button that has the focus keeps the keys that press it, but for the one that picks a finding
    const presses = event.code === 'Space' && event.target.closest('button, summary, a[href]');
    if (!act || (presses && !presses.matches('.pick'))) return;
    if (event.shiftKey && name !== 'help') return;
    event.preventDefault();
    if (!event.repeat || ['next', 'previous', 'back', 'on'].includes(name)) act();
  });
  // a space that was taken must not press the button when it is let go
  document.addEventListener('keyup', (event) => {
    if (event.code === 'Space' && event.target.matches?.('.pick')) event.preventDefault();
  });
}
