import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { Facts } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { Modal } from '../parts/Modal';
import { useWho } from '../parts/useWho';
import { differences, type Entry } from './filter';
import { useThing } from './useThing';

/** One entry: who, what, from where, and what was before and after. */
export function EntryDialog({ entry: e, onClose }: { entry: Entry; onClose: () => void }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const who = useWho();
  const thing = useThing();
  const parts = differences(e);
  const value = (v: string | undefined, hidden: boolean) =>
    hidden ? (
      <span className="muted">{t('audit.hidden')}</span>
    ) : v === undefined ? (
      t('parts.none')
    ) : (
      <code className="break">{v}</code>
    );
  return (
    <Modal opened size="xl" onClose={onClose} title={t('audit.entry', { n: number(e.number) })}>
      <div className="stack">
        <Facts
          facts={[
            [t('audit.column.at'), dateTime(e.at)],
            [t('audit.column.who'), who(e.actor.name)],
            [t('audit.by'), t(`audit.actor.${e.actor.kind}`)],
            [t('audit.from'), e.actor.from],
            [t('audit.column.what'), <code key="action">{e.action}</code>],
            [t('audit.column.on'), thing(e)],
            [
              t('audit.id'),
              e.id && (
                <code key="id" className="break">
                  {e.id}
                </code>
              ),
            ],
            [
              t('audit.column.outcome'),
              e.outcome === 'done' ? t('audit.outcome.done') : t('audit.outcome.code', { code: e.outcome }),
            ],
          ]}
        />
        {parts.length > 0 ? (
          <DataTable
            label={t('audit.changes')}
            rows={parts}
            rowKey={(d) => d.part}
            columns={[
              { id: 'part', header: t('audit.part'), cell: (d) => <code>{d.part}</code> },
              { id: 'before', header: t('audit.before'), cell: (d) => value(d.before, d.hidden) },
              { id: 'after', header: t('audit.after'), cell: (d) => value(d.after, d.hidden) },
            ]}
          />
        ) : (
          <p className="muted">{t('audit.no_changes')}</p>
        )}
      </div>
    </Modal>
  );
}
