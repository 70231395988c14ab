import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { Behind } from '../exports/Behind';
import { moved } from '../exports/instep';
import { lastSuccess, standingOf } from '../exports/success';
import { useExportWords } from '../exports/words';
import { useFormats } from '../languages/format';
import { Card } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { Sparkline } from '../parts/Sparkline';
import { StatusBadge } from '../parts/StatusBadge';
import type { Point } from '../parts/sparkpath';

type Props = { all: Api['Export'][]; tasks: Api['TaskStanding'][]; sizes: Map<string, Point[]> };

/** Every list: how large it is and was, and when it was last in step. */
export function Lists({ all, tasks, sizes }: Props) {
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
            cell: (e) => (e.list_size ? number(e.list_size.size) : t('parts.none')),
          },
          { id: 'trend', header: t('home.trend'), cell: (e) => <Sparkline points={sizes.get(e.id) ?? []} /> },
          {
            id: 'success',
            whole: true,
            header: t('exports.column.success'),
            cell: (e) => {
              const at = lastSuccess(e, standingOf(tasks, e));
              return at ? dateTime(at) : t('parts.none');
            },
          },
          {
            id: 'status',
            header: t('exports.column.status'),
            cell: (e) => (
              <>
                <StatusBadge status={e.status} />
                {moved(e) && (
                  <div>
                    <Behind />
                  </div>
                )}
              </>
            ),
          },
        ]}
      />
    </Card>
  );
}
