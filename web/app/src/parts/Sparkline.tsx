import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import classes from './sparkline.module.css';
import { type Point, sparkline } from './sparkpath';

/** The size of something over time as a small area chart; what it shows is said to those who do not see it. */
export function Sparkline({ points, members = false }: { points: Point[]; members?: boolean }) {
  const { t } = useTranslation();
  const { date, number } = useFormats();
  const shape = sparkline(points);
  if (!shape) return <span className="muted">{t('parts.none')}</span>;
  const sorted = [...points].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const [first, last] = [sorted[0], sorted.at(-1)];
  const label =
    first && last
      ? t(members ? 'parts.count_over_time' : 'parts.sparkline', {
          from: number(first.size),
          to: number(last.size),
          start: date(first.at),
          end: date(last.at),
        })
      : '';
  return (
    <svg className={classes.line} data-large={members || undefined} viewBox="0 0 120 32" role="img" aria-label={label}>
      <title>{label}</title>
      <path data-area d={shape.area} />
      <path d={shape.line} />
      <circle cx={shape.last[0]} cy={shape.last[1]} r={members ? 0.8 : 2.5} />
    </svg>
  );
}
