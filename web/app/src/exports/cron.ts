/** A schedule that people choose by words; everything else is an expression of its own. */
export type Rhythm =
  | { every: 'hour'; minute: number }
  | { every: 'day' | 'workday'; hour: number; minute: number }
  | { every: 'week'; weekday: number; hour: number; minute: number };

/** Reads an expression that says one of the common rhythms (weekdays 0 to 6, Sunday is 0). */
export function rhythmOf(cron: string): Rhythm | undefined {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== 5) return undefined;
  const [m, h, day, month, weekday] = parts as [string, string, string, string, string];
  const minute = within(m, 59);
  if (minute === undefined || day !== '*' || month !== '*') return undefined;
  if (h === '*') return weekday === '*' ? { every: 'hour', minute } : undefined;
  const hour = within(h, 23);
  if (hour === undefined) return undefined;
  if (weekday === '*') return { every: 'day', hour, minute };
  if (weekday === '1-5') return { every: 'workday', hour, minute };
  const one = within(weekday, 7);
  return one === undefined ? undefined : { every: 'week', weekday: one % 7, hour, minute };
}

export function cronOf(r: Rhythm): string {
  switch (r.every) {
    case 'hour':
      return `${r.minute} * * * *`;
    case 'day':
      return `${r.minute} ${r.hour} * * *`;
    case 'workday':
      return `${r.minute} ${r.hour} * * 1-5`;
    case 'week':
      return `${r.minute} ${r.hour} * * ${r.weekday}`;
  }
}

/** A time of day as it is typed and shown: 06:30. */
export const clock = (r: { hour: number; minute: number }) =>
  `${String(r.hour).padStart(2, '0')}:${String(r.minute).padStart(2, '0')}`;

function within(text: string, most: number): number | undefined {
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const n = Number(text);
  return n <= most ? n : undefined;
}
