import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { ApiError } from '../api/problem';
import { useFormats } from '../languages/format';
import { Card } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useMe } from '../parts/roles';
import classes from './builder.module.css';
import type { Field } from './operators';
import { previewQuery } from './queries';

/** How long nobody must have typed before the server is asked, in milliseconds. */
const pause = 250;

/** Whom the rules find, following what is edited. `stale` says that what is shown belongs to earlier rules. */
export function usePreview(rules: Api['SegmentRule'][], timeZone: string, complete: boolean) {
  const text = JSON.stringify([rules, timeZone]);
  const [settled] = useDebouncedValue(text, pause);
  const asked = JSON.parse(settled) as [Api['SegmentRule'][], string];
  const query = useQuery({ ...previewQuery(asked[0], asked[1]), enabled: complete && settled === text });
  return { ...query, stale: complete && (settled !== text || query.isPlaceholderData || query.isFetching) };
}

/** Whether it is a query in SQL that is wrong: it is told where that is written. */
const ofQuery = (error: unknown) => error instanceof ApiError && /(^|\.)sql$/.test(error.field);

type Props = {
  preview: ReturnType<typeof usePreview>;
  fields: Field[];
  lacking: number;
  /** The fields that the rules speak of: they are shown of each person. */
  used: string[];
};

/** How many people the rules find, and some of them. While a condition is incomplete the count is that of before. */
export function Preview({ preview, fields, lacking, used }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { may } = useMe();
  const { data, error } = preview;
  const incomplete = lacking > 0;
  const stale = preview.stale || incomplete;
  // Who may write queries is told beside them.
  const elsewhere = may('administrator') && ofQuery(error);
  const named = fields.filter((f) => f.semantic === 'first_name' || f.semantic === 'last_name').map((f) => f.name);
  const shown = [...new Set([...named, ...used, ...fields.map((f) => f.name)])].slice(0, 5);
  return (
    <>
      <Card title={t('segments.column.members')}>
        <div role="status" aria-busy={stale}>
          {data && (incomplete || !error) && (
            <p>
              <span className={`num ${classes.total}`} data-stale={stale} data-testid="total">
                {number(data.members)}
              </span>{' '}
              <span className="muted">
                {preview.stale ? t('segments.counting') : t('segments.builder.persons', { count: data.members })}
              </span>
            </p>
          )}
          {incomplete && (
            <p className="muted">
              {t('segments.builder.incomplete', { count: lacking })}
              {data && ` ${t('segments.builder.count_before')}`}
            </p>
          )}
          {!incomplete && !error && !data && <p className="muted">{t('segments.counting')}</p>}
        </div>
        {lacking === 0 && error && elsewhere && <p className="muted">{t('segments.builder.query_wrong')}</p>}
        {lacking === 0 && error && !elsewhere && <ErrorPanel error={error} onRetry={() => preview.refetch()} />}
      </Card>
      {lacking === 0 && !error && data && data.sample.length > 0 && (
        <Card title={t('segments.builder.sample')}>
          <ul className={classes.sample} data-stale={stale}>
            {data.sample.map((p) => (
              <li key={p.id}>
                <b>{p.id}</b>{' '}
                <span className="muted">
                  {shown
                    .map((f) => p.values.find((v) => v.field === f)?.value)
                    .filter((v) => v && v !== p.id)
                    .join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}
