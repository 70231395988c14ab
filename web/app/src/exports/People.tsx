import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { Loaded } from '../parts/Loaded';
import { useMe } from '../parts/roles';
import { rowsQuery } from './queries';
import { useExportWords } from './words';

/** The people of one bucket of a run, with why; rejects can be downloaded by whoever may see customers. */
export function People({ run, bucket }: { run: Api['Run']; bucket: string }) {
  const { t } = useTranslation();
  const words = useExportWords();
  const { seesPersons } = useMe();
  const rows = useQuery(rowsQuery(run.id, bucket));
  const rejected = bucket === 'rejected';
  return (
    <Loaded query={rows}>
      {({ items, next_cursor }) =>
        items.length === 0 ? (
          <Empty text={t('exports.people_of.none')} />
        ) : (
          <div className="stack">
            <div className="row">
              <p className="grow muted">
                {next_cursor
                  ? t('exports.people_of.first', { count: items.length })
                  : t('exports.people_of.all', { count: items.length })}
              </p>
              {rejected && seesPersons && (
                <Button
                  component="a"
                  href={`/api/v1/runs/${encodeURIComponent(run.id)}/rejects.csv`}
                  download
                  variant="default"
                  leftSection={<IconDownload size={16} aria-hidden />}
                >
                  {t('exports.people_of.download')}
                </Button>
              )}
            </div>
            <DataTable
              label={t(`parts.bucket.${bucket}`)}
              rows={items}
              first={20}
              rowKey={(r) => `${r.bucket} ${r.number}`}
              columns={[
                { id: 'address', header: t('exports.people_of.address'), cell: (r) => r.address || t('parts.none') },
                { id: 'profile', header: t('exports.people_of.profile'), cell: (r) => r.profile_id || t('parts.none') },
                ...(rejected || items.some((r) => r.reason)
                  ? [
                      {
                        id: 'reason',
                        header: t('exports.people_of.reason'),
                        cell: (r: Api['RunRow']) => [words.reason(r.reason), r.attribute].filter(Boolean).join(': '),
                      },
                    ]
                  : []),
                ...(items.some((r) => r.withheld)
                  ? [
                      {
                        id: 'withheld',
                        header: t('exports.people_of.withheld'),
                        cell: (r: Api['RunRow']) =>
                          Object.entries(r.withheld ?? {})
                            .map(([attribute, why]) => `${attribute}: ${words.reason(why)}`)
                            .join(', ') || t('parts.none'),
                      },
                    ]
                  : []),
                ...(items.some((r) => r.duplicate_of)
                  ? [
                      {
                        id: 'duplicate_of',
                        header: t('exports.people_of.duplicate_of'),
                        cell: (r: Api['RunRow']) => r.duplicate_of || t('parts.none'),
                      },
                    ]
                  : []),
              ]}
            />
          </div>
        )
      }
    </Loaded>
  );
}
