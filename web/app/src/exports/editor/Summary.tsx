import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { useFormats } from '../../languages/format';
import { contractQuery, listsQuery } from '../queries';
import { OnlyByHand } from '../When';
import { useExportWords } from '../words';
import type { Draft } from './draft';
import classes from './editor.module.css';

type Props = { draft: Draft; segments: Api['Segment'][]; connection: string; moved?: string };

/** What the export will do, in plain words. */
export function Summary({ draft: d, segments, connection, moved }: Props) {
  const { t, i18n } = useTranslation();
  const { number } = useFormats();
  const words = useExportWords();
  const list = useQuery(listsQuery(d.connection)).data?.find((l) => l.id === d.list)?.name ?? String(d.list);
  const contract = useQuery(contractQuery(d.connection, d.segments)).data;
  const names = new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(
    d.segments.map((id) => segments.find((s) => s.id === id)?.name ?? id),
  );
  const members = contract?.segments.reduce((n, s) => n + s.members, 0);
  const who =
    members === undefined
      ? t('exports.editor.summary.who', { names })
      : d.segments.length > 1
        ? t('exports.editor.summary.at_most', { count: members, n: number(members), names })
        : t('exports.editor.summary.people', { count: members, n: number(members), names });
  const mode = d.schedule.mode ?? 'with_refresh';
  const when = mode === 'own' ? words.schedule(d.schedule) : t(`exports.editor.summary.when.${mode}`);
  return (
    <section className={classes.summary} aria-label={t('exports.editor.summary.title')}>
      <h2>{t('exports.editor.summary.title')}</h2>
      <p>
        {t('exports.editor.summary.will', { when, who, list, connection })}{' '}
        {t(`exports.editor.summary.leavers.${d.leavers}`)}
      </p>
      <p>
        {d.pairs.length > 0
          ? t('exports.editor.summary.sent', {
              fields: [d.email, ...d.pairs.map((p) => `${p.field} → ${p.attribute}`)].join(', '),
            })
          : t('exports.editor.summary.sent_address')}
      </p>
      {d.takeOver && <p>{t('exports.editor.summary.take_over')}</p>}
      {d.takes.length > 0 && <p>{t('exports.editor.summary.takes', { attributes: d.takes.join(', ') })}</p>}
      {moved && <p>{t('exports.editor.summary.moved', { list: moved })}</p>}
      <OnlyByHand schedule={d.schedule} />
      <p className="muted">{t('exports.editor.summary.save')}</p>
    </section>
  );
}
