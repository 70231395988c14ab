// Moments are typed in as the clock of the segment's time zone shows them, and stored as instants.

/** By how much the clock of a zone is ahead of UTC at an instant, in milliseconds. */
function ahead(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(instant);
  const of = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return (
    Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) -
    Math.floor(instant / 1000) * 1000
  );
}

/** The instant at which the clock shows `2026-11-24T08:00`; empty where that is none. */
export function instantOf(clock: string, zone: string): string {
  const wanted = Date.parse(`${clock}Z`);
  if (Number.isNaN(wanted)) return '';
  const first = wanted - ahead(wanted, zone);
  return new Date(wanted - ahead(first, zone)).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** What the clock shows at an instant, as a field for moments takes it. */
export function clockOf(instant: string, zone: string): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return '';
  const shown = new Date(at + ahead(at, zone)).toISOString();
  return shown.slice(0, shown.slice(17, 19) === '00' ? 16 : 19);
}
