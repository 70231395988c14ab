/** A duration in the two largest units that it has: 1 h 5 min, 12 s, 40 ms. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return [`${Math.floor(s / 60)} min`, s % 60 ? `${s % 60} s` : ''].filter(Boolean).join(' ');
  const min = Math.round(s / 60);
  return [`${Math.floor(min / 60)} h`, min % 60 ? `${min % 60} min` : ''].filter(Boolean).join(' ');
}

/** How far a run has got, of all it has to do; undefined where that is not known. */
export function progressOf(p: {
  removals: number;
  removals_done: number;
  imports: number;
  imports_done: number;
  to_read?: number;
  read?: number;
}) {
  const whole = p.removals + p.imports + (p.to_read ?? 0);
  return whole > 0 ? { part: p.removals_done + p.imports_done + (p.read ?? 0), whole } : undefined;
}
