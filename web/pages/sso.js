'use strict';

// What the provider sent along is used once and shown nowhere.
const back = new URLSearchParams(location.search);
const returned = location.pathname === '/sso/callback';
history.replaceState(null, '', location.pathname);

const byId = (id) => document.getElementById(id);

function tell(text) {
  byId('done').hidden = true;
  byId('problem').textContent = text;
  byId('problem').hidden = false;
  byId('again').hidden = false;
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const content = await answer.json();
  if (!answer.ok) throw new Error([content.detail, content.remedy].filter(Boolean).join('. '));
  return content;
}

async function begin() {
  location.assign((await post('/api/v1/sso/start')).url);
}

async function finish() {
  const sent = { state: back.get('state') ?? '' };
  for (const name of ['code', 'error']) if (back.get(name)) sent[name] = back.get(name);
  const { person } = await post('/api/v1/sso/finish', sent);
  byId('done').textContent = `Done. You are signed in as ${person.name}, ${person.role}.`;
}

const failed = (error) => tell(error instanceof TypeError ? 'The server does not answer. Is it still running?' : error.message);
byId('again').addEventListener('click', () => begin().catch(failed));
(returned ? finish() : begin()).catch(failed);
