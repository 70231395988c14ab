import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Empty } from '../parts/Card';
import { Confirm } from '../parts/Confirm';
import { DataTable } from '../parts/DataTable';
import { Fold } from '../parts/Fold';
import { Loaded } from '../parts/Loaded';
import { useNarrow } from '../parts/useNarrow';
import { useWho } from '../parts/useWho';
import { useExportActions } from './actions';
import { batchesQuery } from './queries';

/** What was sent to Brevo, call by call: how many people and bytes, when, and which process. No values of people are in it. */
export function RequestLog({ run, mayEdit }: { run: Api['Run']; mayEdit: boolean }) {
  const { t } = useTranslation();
  const { number, dateTime } = useFormats();
  const who = useWho();
  const { answer } = useExportActions();
  const narrow = useNarrow();
  const [giving, setGiving] = useState(false);
  const batches = useQuery({ ...batchesQuery(run.id), refetchInterval: run.ended ? false : 3_000 });
  // An import that does not end stops whatever else its account has to import; the server says when it may be given up.
  const stuck = batches.data?.some(
    (b) => b.kind === 'import' && !b.given_up && (b.state === 'accepted' || b.state === 'unknown'),
  );
  const giveUp = mayEdit && !!stuck && (run.status === 'waiting_for_brevo' || run.ended);
  return (
    <Fold
      title={t('exports.batches.title')}
      open={!narrow || giveUp}
      actions={
        giveUp && (
          <Button variant="default" size="compact-sm" onClick={() => setGiving(true)}>
            {t('exports.give_up.verb')}
          </Button>
        )
      }
    >
      <Loaded query={batches}>
        {(list) =>
          list.length === 0 ? (
            <Empty text={t('exports.batches.none')} />
          ) : (
            <DataTable
              label={t('exports.batches.title')}
              rows={list}
              first={20}
              rowKey={(b) => b.id}
              columns={[
                { id: 'seq', header: t('exports.batches.seq'), number: true, cell: (b) => number(b.seq) },
                { id: 'kind', header: t('exports.batches.kind'), cell: (b) => t(`exports.batches.kinds.${b.kind}`) },
                { id: 'list', header: t('exports.editor.list.id'), number: true, cell: (b) => b.list_id },
                {
                  id: 'state',
                  header: t('exports.batches.state'),
                  cell: (b) =>
                    b.given_up
                      ? t('exports.batches.given_up', { who: who(b.given_up.by), at: dateTime(b.given_up.at) })
                      : t(`exports.batches.states.${b.state}`),
                },
                { id: 'rows', header: t('exports.batches.rows'), number: true, cell: (b) => number(b.rows) },
                { id: 'bytes', header: t('exports.batches.bytes'), number: true, cell: (b) => number(b.bytes) },
                {
                  id: 'attempts',
                  header: t('exports.batches.attempts'),
                  number: true,
                  cell: (b) => number(b.attempts),
                },
                { id: 'process', header: t('exports.batches.process'), cell: (b) => b.process_id ?? t('parts.none') },
                {
                  id: 'sent',
                  header: t('exports.batches.sent'),
                  cell: (b) => (b.sent_at ? dateTime(b.sent_at) : t('parts.none')),
                },
              ]}
            />
          )
        }
      </Loaded>
      <Confirm
        opened={giving}
        title={t('exports.give_up.title')}
        verb={t('exports.give_up.verb')}
        onConfirm={() => answer.mutateAsync({ id: run.id, choice: 'give-up' })}
        onClose={() => setGiving(false)}
      >
        {t('exports.give_up.what')}
      </Confirm>
    </Fold>
  );
}
