/** What is wrong with a display name: nothing typed, too long, or used by another connection. */
export function nameFault(name: string, others: string[]): 'missing' | 'long' | 'taken' | undefined {
  const plain = name.trim();
  if (!plain) return 'missing';
  if ([...plain].length > 120) return 'long';
  return others.some((o) => o === plain) ? 'taken' : undefined;
}
