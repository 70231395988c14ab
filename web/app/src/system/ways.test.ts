import { expect, test } from 'vitest';
import { draftOf, inputOf } from './ways';

const stored = {
  version: 3,
  mail: {
    on: true,
    host: 'smtp.example.com',
    port: 2525,
    security: 'starttls' as const,
    user: 'segue',
    from: 'segue@example.com',
    has_password: true,
  },
  webhook: { on: true, url: 'https://hooks.example.com/x', has_secret: true },
};

test('what is saved unchanged says the same, and leaves password and secret alone', () => {
  const { has_password, ...mail } = stored.mail;
  const { has_secret, ...webhook } = stored.webhook;
  expect([has_password, has_secret]).toEqual([true, true]);
  const input = JSON.parse(JSON.stringify(inputOf(draftOf(stored), stored)));
  expect(input).toEqual({ version: 3, mail, webhook });
});

test('switching one way off keeps what is known of both', () => {
  const input = inputOf({ ...draftOf(stored), mailOn: false, secret: 'sixteen letters or more' }, stored);
  expect(input.mail).toMatchObject({ on: false, host: 'smtp.example.com' });
  expect(input.webhook).toEqual({ on: true, url: 'https://hooks.example.com/x', secret: 'sixteen letters or more' });
});

test('an empty port is the usual one of the security', () => {
  const d = { ...draftOf(stored), port: '' };
  expect(inputOf({ ...d, security: 'tls' }, stored).mail?.port).toBe(465);
  expect(inputOf(d, stored).mail?.port).toBe(587);
});
