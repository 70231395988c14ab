import { expect, test } from 'vitest';
import { arrive, safeNext } from './arrival';

const at = (url: string) => {
  const { pathname, hash, search } = new URL(url, 'http://127.0.0.1');
  const cleaned: string[] = [];
  return { ...arrive({ pathname, hash, search }, (path) => cleaned.push(path)), cleaned };
};

test('the secret of the set-up leaves the address', () => {
  expect(at('/setup#abc')).toEqual({ secret: 'abc', cleaned: ['/setup'] });
  expect(at('/setup')).toEqual({ secret: '', cleaned: [] });
});

test('what the provider sent leaves the address, as text whatever it looks like', () => {
  expect(at('/sso/callback?state=12&code=0')).toEqual({
    secret: '',
    back: { state: '12', code: '0' },
    cleaned: ['/sso/callback'],
  });
  expect(at('/sso/callback?state=s&error=access_denied').back).toEqual({ state: 's', error: 'access_denied' });
});

test('other addresses are left alone', () => {
  expect(at('/exports?q=a#b')).toEqual({ secret: '', cleaned: [] });
});

test('after signing in nobody is led to another host, or in circles', () => {
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '',
    undefined,
    7,
    '/sign-in?next=/',
    '/sso/callback',
  ]) {
    expect(safeNext(next)).toBe('/');
  }
  expect(safeNext('/exports?q=a')).toBe('/exports?q=a');
  expect(safeNext('/ssokeeper')).toBe('/ssokeeper');
});
