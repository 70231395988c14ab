import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/problem';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts, Notice } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { useMe } from '../parts/roles';
import { Sparkline } from '../parts/Sparkline';
import type { Point } from '../parts/sparkpath';
import { useFirst } from '../parts/useFirst';
import { changesQuery, trendQuery } from './queries';

const spans = [1, 7, 30, 90, 365];

/** The beginning of the day so many days ago, here: the same for as long as the page is looked at on one day. */
export const daysAgo = (days: number, now = new Date()) =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).toISOString();

/** How many members a segment had whenever it was evaluated, and who entered and left. */
export function History({ id }: { id: string }) {
  const { t } = useTranslation();
  const { seesPersons } = useMe();
  const [days, setDays] = useState(30);
  const trend = useQuery(trendQuery(id));
  return (
    <Card
      title={t('segments.history.title')}
      actions={
        <NativeSelect
          aria-label={t('segments.history.span')}
          value={String(days)}
          data={spans.map((n) => ({ value: String(n), label: t('segments.history.days', { count: n, n }) }))}
          onChange={(e) => setDays(Number(e.currentTarget.value))}
        />
      }
    >
      <Loaded query={trend}>
        {(points) =>
          points.length === 0 ? (
            <Empty text={t('segments.history.none')} />
          ) : (
            <div className="stack">
              <Trend points={points.filter((p) => p.at >= daysAgo(days)).map((p) => ({ at: p.at, size: p.members }))} />
              {seesPersons ? (
                <Changes id={id} since={daysAgo(days)} />
              ) : (
                <p className="muted">{t('segments.history.hidden')}</p>
              )}
            </div>
          )
        }
      </Loaded>
    </Card>
  );
}

/** The number of members over time with the numbers that it spans, for the picture has no scale. */
function Trend({ points }: { points: Point[] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  if (points.length < 2) return null;
  const sizes = [...points].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).map((p) => p.size);
  return (
    <div>
      <Sparkline members points={points} />
      <p className="muted num">
        {t('segments.history.spans', {
          first: number(sizes[0] ?? 0),
          last: number(sizes.at(-1) ?? 0),
          least: number(Math.min(...sizes)),
          most: number(Math.max(...sizes)),
        })}
      </p>
    </div>
  );
}

function Changes({ id, since }: { id: string; since: string }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const query = useInfiniteQuery(changesQuery(id, since));
  const { rows, hasMore, more } = useFirst(query.data?.pages.flatMap((p) => p.items) ?? [], query);
  if (query.error instanceof ApiError && query.error.code === 'not_ready')
    return <Empty text={t('segments.history.none')} />;
  if (query.error) return <ErrorPanel error={query.error} onRetry={() => query.refetch()} />;
  const first = query.data?.pages[0];
  if (!first) {
    return (
      <p className="muted" role="status">
        {t('parts.loading')}
      </p>
    );
  }
  return (
    <>
      <Facts
        facts={[
          [
            t('segments.history.entered'),
            <span key="in" className="num">
              {number(first.entered)}
            </span>,
          ],
          [
            t('segments.history.left'),
            <span key="out" className="num">
              {number(first.left)}
            </span>,
          ],
          [t('segments.history.began'), !first.complete && dateTime(first.began)],
        ]}
      />
      {first.definition_changed && (
        <Notice tone="info">
          <p>{t('segments.history.redefined')}</p>
        </Notice>
      )}
      {rows.length > 0 && (
        <DataTable
          label={t('segments.history.title')}
          rows={rows}
          rowKey={(c) => c.profile_id}
          columns={[
            {
              id: 'id',
              header: t('profiles.id'),
              cell: (c) => (
                <Link to="/profiles/$id" params={{ id: c.profile_id }}>
                  {c.profile_id}
                </Link>
              ),
            },
            { id: 'change', header: t('segments.history.change'), cell: (c) => t(`segments.history.one.${c.change}`) },
            { id: 'at', header: t('segments.history.at'), cell: (c) => dateTime(c.at) },
          ]}
        />
      )}
      {hasMore && (
        <Button variant="default" w="fit-content" loading={query.isFetchingNextPage} onClick={more}>
          {t('segments.members.more')}
        </Button>
      )}
    </>
  );
}
