import { IconCircleCheck, IconHandStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { exportsQuery } from '../exports/queries';
import { lastSuccess } from '../exports/success';
import { useExportWords } from '../exports/words';
import { useFormats } from '../languages/format';
import { Card, Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { useErrorTexts } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { goesOn, needsSomebody, StatusBadge } from '../parts/StatusBadge';
import { scheduleQuery } from '../system/queries';
import classes from './home.module.css';

/** Says at a glance whether everything is in step, and what needs somebody. */
export default function Home() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const exports = useQuery({ ...exportsQuery, refetchInterval: 15_000 });
  const schedule = useQuery(scheduleQuery).data;
  return (
    <Page
      title={t('home.title')}
      sentence={
        schedule &&
        (schedule.on && schedule.next_at ? t('home.next', { at: dateTime(schedule.next_at) }) : t('home.no_schedule'))
      }
    >
      <Loaded query={exports}>
        {(all) =>
          all.length === 0 ? (
            <Empty text={t('home.empty')} />
          ) : (
            <>
              <Headline all={all} />
              <Needs list={all.filter((e) => needsSomebody(e.status))} />
              <Lists all={all} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function Headline({ all }: { all: Api['Export'][] }) {
  const { t } = useTranslation();
  const need = all.filter((e) => needsSomebody(e.status)).length;
  const running = all.filter((e) => goesOn(e.status)).length;
  const never = all.filter((e) => ['not_started', 'canceled', 'skipped'].includes(e.status)).length;
  const calm = need + running + never === 0;
  return (
    <div className={classes.headline} data-need={need > 0}>
      {need > 0 ? <IconHandStop size={28} aria-hidden /> : <IconCircleCheck size={28} aria-hidden />}
      <div>
        <strong>
          {need > 0 ? t('home.need', { count: need }) : calm ? t('home.in_step') : t('home.nothing_needed')}
        </strong>
        <p>
          {[
            running > 0 && t('home.running', { count: running }),
            never > 0 && t('home.waiting', { count: never }),
            calm && t('home.lists', { count: all.length }),
          ]
            .filter(Boolean)
            .join(' ')}
        </p>
      </div>
    </div>
  );
}

function Needs({ list }: { list: Api['Export'][] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const texts = useErrorTexts();
  if (list.length === 0) return null;
  const why = (e: Api['Export']) => {
    const run = e.latest_run;
    if (e.status === 'held' && run?.plan)
      return t('exports.held.what', { count: run.plan.remove, n: number(run.plan.remove) });
    return run?.error ? texts(run.error.code ?? '').what : t(`home.why.${e.status}`, { defaultValue: '' });
  };
  return (
    <Card title={t('home.needs')}>
      <ul className={classes.needs}>
        {list.map((e) => (
          <li key={e.id}>
            <StatusBadge status={e.status} />
            <Link to="/exports/$id" params={{ id: e.id }}>
              {e.name}
            </Link>
            <span className="muted">{why(e)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Lists({ all }: { all: Api['Export'][] }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const words = useExportWords();
  return (
    <Card title={t('home.lists_title')}>
      <DataTable
        label={t('home.lists_title')}
        rows={all}
        rowKey={(e) => e.id}
        columns={[
          {
            id: 'name',
            header: t('exports.column.name'),
            cell: (e) => (
              <Link to="/exports/$id" params={{ id: e.id }}>
                {e.name}
              </Link>
            ),
          },
          { id: 'list', header: t('exports.column.list'), cell: words.list },
          {
            id: 'size',
            header: t('exports.column.size'),
            number: true,
            cell: (e) => (e.latest_run?.receipt ? number(e.latest_run.receipt.list_size) : t('parts.none')),
          },
          {
            id: 'success',
            header: t('exports.column.success'),
            cell: (e) => {
              const at = lastSuccess(e);
              return at ? dateTime(at) : t('parts.none');
            },
          },
          { id: 'status', header: t('exports.column.status'), cell: (e) => <StatusBadge status={e.status} /> },
        ]}
      />
    </Card>
  );
}
