export type Point = { at: string; size: number };

const width = 120;
const height = 32;
const edge = 3; // so that the line and its last point are not cut

/** A small area chart as SVG paths: time runs to the right, the scale spans what there is. Nothing below two points. */
export function sparkline(points: Point[]): { line: string; area: string; last: [number, number] } | undefined {
  const sorted = [...points].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const [first, ...rest] = sorted;
  const end = rest.at(-1);
  if (!first || !end) return undefined;
  const from = Date.parse(first.at);
  const span = Date.parse(end.at) - from;
  const sizes = sorted.map((p) => p.size);
  const low = Math.min(...sizes);
  const range = Math.max(...sizes) - low;
  const place = (p: Point, i: number): [number, number] => [
    round(edge + (span > 0 ? (Date.parse(p.at) - from) / span : i / rest.length) * (width - 2 * edge)),
    round(range > 0 ? height - edge - ((p.size - low) / range) * (height - 2 * edge) : height / 2),
  ];
  const places = sorted.map(place);
  const line = places.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const last = places.at(-1) ?? [0, 0];
  return { line, area: `${line}L${last[0]} ${height}L${places[0]?.[0] ?? 0} ${height}Z`, last };
}

const round = (n: number) => Math.round(n * 10) / 10;
