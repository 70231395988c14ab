import { expect, test } from 'vitest';
import { everything } from './client';
import { problemOf } from './problem';

const answer = (status: number) => new Response(null, { status });

test('a problem keeps code, remedy, field and request', () => {
  const e = problemOf(answer(409), {
    code: 'conflict',
    detail: 'it moved',
    remedy: 'read it again',
    field: 'version',
    request_id: 'r1',
  });
  expect([e.code, e.detail, e.remedy, e.field, e.status]).toEqual([
    'conflict',
    'it moved',
    'read it again',
    'version',
    409,
  ]);
  expect(e.technical).toBe('conflict\nversion\nit moved\nread it again\nrequest r1');
});

test('several refused fields are all told', () => {
  const e = problemOf(answer(422), {
    code: 'invalid',
    detail: 'x',
    errors: [
      { field: 'name', message: 'is missing' },
      { field: 'email', message: 'is none' },
    ],
  });
  expect(e.detail).toBe('name: is missing; email: is none');
});

test('a page of a proxy is no problem of Segue', () => {
  expect(problemOf(answer(502), '<html>').technical).toBe('unexpected\nHTTP 502');
  expect(problemOf(answer(502), undefined).code).toBe('unexpected');
});

test('all pages of a listing are read, in order', async () => {
  const pages: Record<string, { items: number[]; next_cursor?: string }> = {
    '': { items: [1, 2], next_cursor: 'a' },
    a: { items: [3], next_cursor: 'b' },
    b: { items: [4] },
  };
  expect(await everything(async (after) => pages[after ?? ''] ?? { items: [] })).toEqual([1, 2, 3, 4]);
});
