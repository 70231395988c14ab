import type { Api } from '../api/client';

type Schedule = Pick<Api['RefreshSchedule'], 'on' | 'days' | 'times' | 'time_zone'>;
export type Day = NonNullable<Schedule['days']>[number];

export const days: Day[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const minute = 60_000;
const day = 24 * 60 * minute;

/** What a clock of the zone shows at a moment, counted as if it were UTC. */
function wallClock(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => {
    const p = Object.fromEntries(format.formatToParts(at).map((x) => [x.type, Number(x.value)])) as Record<
      string,
      number
    >;
    return Date.UTC(p.year ?? 0, (p.month ?? 1) - 1, p.day, p.hour, p.minute, p.second);
  };
}

/**
 * The moment at which clocks show a time: of two the first, and where clocks leave it out the moment at which they are set
 * forward. The server decides in the same way (activation.Schedule).
 */
function momentOf(wall: number, clock: (at: number) => number): number {
  const offset = (at: number) => clock(at) - at;
  const tries = [wall - offset(wall - day), wall - offset(wall + day)];
  const shown = tries.filter((at) => clock(at) === wall);
  if (shown.length) return Math.min(...shown);
  let [before, after] = [wall - day, wall + day];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (clock(middle) < wall) before = middle;
    else after = middle;
  }
  return after;
}

/** The next moments at which a schedule is due. */
export function nextTimes(s: Schedule, now: number, count: number): Date[] {
  if (!s.on || !s.times?.length) return [];
  const clock = wallClock(s.time_zone || 'UTC');
  const today = Math.floor(clock(now) / day) * day;
  const found = new Set<number>();
  for (let n = -1; n < 15; n++) {
    const midnight = today + n * day;
    const name = days[(new Date(midnight).getUTCDay() + 6) % 7] as Day;
    if (s.days?.length && !s.days.includes(name)) continue;
    for (const time of s.times) {
      const [h = 0, m = 0] = time.split(':').map(Number);
      const at = momentOf(midnight + (h * 60 + m) * minute, clock);
      if (at > now) found.add(at);
    }
  }
  return [...found]
    .sort((a, b) => a - b)
    .slice(0, count)
    .map((at) => new Date(at));
}

/** Every zone that the browser knows, with the one that is set among them. */
export function zones(set: string | undefined): string[] {
  return [...new Set([...(set ? [set] : []), 'UTC', ...Intl.supportedValuesOf('timeZone')])].sort();
}

/** What is wrong with the times of a schedule. */
export function timesFault(times: string[]): 'none' | 'empty' | 'twice' | undefined {
  if (times.length === 0) return 'none';
  if (times.some((x) => !/^([01]\d|2[0-3]):[0-5]\d$/.test(x))) return 'empty';
  return new Set(times).size < times.length ? 'twice' : undefined;
}
