const letters = 'abcdefghijkmnpqrstuvwxyz23456789'; // 32 of them, so that every byte counts the same; none looks like another

/** Makes up a password: five groups of four, about 100 bits. */
export function makeUp(random: (bytes: Uint8Array) => Uint8Array = (b) => crypto.getRandomValues(b)): string {
  const chars = [...random(new Uint8Array(20))].map((b) => letters[b % letters.length]);
  return [0, 4, 8, 12, 16].map((i) => chars.slice(i, i + 4).join('')).join('-');
}
