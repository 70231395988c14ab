/** The number in a field for numbers; undefined for an empty one. */
export const numberOf = (value: string | number): number | undefined => {
  const n = typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(n) ? n : undefined;
};
