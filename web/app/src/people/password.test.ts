import { expect, test } from 'vitest';
import { makeUp } from './password';

test('a password is made up of what the random source gives, each letter as likely as the others', () => {
  expect(makeUp((b) => b.map((_, i) => i))).toBe('abcd-efgh-ijkm-npqr-stuv');
  const seen = new Map<string, number>();
  for (let n = 0; n < 256; n++) {
    const letter = makeUp((b) => b.fill(n))[0] ?? '';
    seen.set(letter, (seen.get(letter) ?? 0) + 1);
  }
  expect([...seen.values()]).toEqual(Array(32).fill(8));
  expect(makeUp()).not.toBe(makeUp());
});
