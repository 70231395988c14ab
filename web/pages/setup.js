'use strict';

// The secret is what stands after # in the link: browsers send it nowhere by themselves.
const secret = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

const byId = (id) => document.getElementById(id);
const form = byId('form');
const problem = byId('problem');

function tell(text, field) {
  problem.textContent = text;
  problem.hidden = text === '';
  for (const input of form.querySelectorAll('input')) {
    input.setAttribute('aria-invalid', String(input.name === field));
  }
  if (field && form.elements[field]) form.elements[field].focus();
}

function end(text) {
  form.hidden = true;
  byId('intro').hidden = true;
  byId('done').textContent = text;
  byId('done').hidden = false;
}

async function start() {
  const answer = await fetch('/api/v1/setup');
  if (!(await answer.json()).needed) {
    end('Segue is set up: there is an administrator.');
  } else if (secret === '') {
    end('Open the whole link that the server printed when it was started.');
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  tell('');
  try {
    const { name, email, password } = Object.fromEntries(new FormData(form));
    const answer = await fetch('/api/v1/setup', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ secret, name, email, password }),
    });
    if (answer.ok) {
      end('Done. You are signed in as the first administrator.');
      return;
    }
    const p = await answer.json();
    const what = p.field ? `${p.field} ${p.detail}` : p.detail;
    tell([what, p.remedy].filter(Boolean).join('. '), p.field);
  } catch {
    tell('The server does not answer. Is it still running?');
  } finally {
    button.disabled = false;
  }
});

start().catch(() => tell('The server does not answer. Is it still running?'));
