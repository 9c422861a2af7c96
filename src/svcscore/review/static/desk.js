// What every page uses: requests that carry the token against forgery, and telling what happened.

const csrf = document.querySelector('meta[name="csrf"]').content;

/** What the desk answers to a refused request: `status`, and `body` where it is JSON. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message || body?.error || String(status));
    this.status = status;
    this.body = body;
  }
}

/** Send JSON and read JSON. Throws `Refused` (status 0 where the desk does not answer at all). */
export async function send(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        Accept: 'application/json',
        'X-CSRF-Token': csrf,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, null);
  }
  if (response.status === 401) {
    location.href = `/login?next=${encodeURIComponent(location.pathname)}`;
  }
  const read = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, read);
  return read;
}

/** Say something at the edge of the page for some seconds; screen readers read it. */
export function tell(text, bad = false) {
  const said = document.createElement('p');
  said.textContent = text;
  said.className = bad ? 'bad' : '';
  document.getElementById('told').append(said);
  setTimeout(() => said.remove(), bad ? 9000 : 3500);
}

/** Whether a key press is meant for a field, and not for the page. */
export function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey
    || event.target.closest('input, select, textarea, dialog, [contenteditable]') !== null;
}
