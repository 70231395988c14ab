import { Button, Checkbox, Radio, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { ApiError } from '../../api/problem';
import { connectionsQuery } from '../../connections/queries';
import { Facts } from '../../parts/Card';
import { SaveError } from '../../parts/Conflict';
import { type Section, Sections } from '../../parts/Sections';
import { segmentsQuery } from '../../segments/queries';
import { exportsQuery, listsQuery, profileQuery } from '../queries';
import { ScheduleFields } from '../ScheduleFields';
import { useExportWords } from '../words';
import { ConnectionSection } from './ConnectionSection';
import { complete, type Draft, feeders } from './draft';
import { ListSection } from './ListSection';
import { MatchingSection } from './MatchingSection';
import { SegmentsSection } from './SegmentsSection';
import { Summary } from './Summary';

type Props = {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
  /** The export that is changed; its connection stays. */
  was?: Api['Export'];
  saving: boolean;
  error: unknown;
  onSave: (draft: Draft) => void;
  onReload: () => void;
};

/** The numbered sections of an export, to make one or to change it. */
export function Editor({ draft: d, onChange, was, saving, error, onSave, onReload }: Props) {
  const { t } = useTranslation();
  const words = useExportWords();
  const connections = useQuery(connectionsQuery).data ?? [];
  const exports = useQuery(exportsQuery).data ?? [];
  const segments = useQuery(segmentsQuery).data ?? [];
  const profile = useQuery(profileQuery).data;
  const lists = useQuery(listsQuery(d.connection)).data;
  const others = feeders(exports, connections, d.connection, was?.id);
  const connection = connections.find((c) => c.id === d.connection)?.name ?? was?.connection.name ?? '';
  const list = lists?.find((l) => l.id === d.list);
  const fields = profile?.fields ?? [];
  const refused = takenAttribute(error, d);
  const sections: Section[] = [
    {
      id: 'connection',
      title: t('exports.editor.connection.title'),
      complete: complete.connection(d),
      needs: t('exports.editor.needs.connection'),
      summary: connection,
      content: was ? (
        <p className="muted">{t('exports.editor.connection.fixed', { name: connection })}</p>
      ) : (
        <ConnectionSection
          connections={connections}
          value={d.connection}
          onChange={(id) => onChange({ connection: id, list: undefined, pairs: [], takes: [] })}
        />
      ),
    },
    {
      id: 'list',
      title: t('exports.editor.list.title'),
      complete: complete.list(d),
      needs: t(d.name.trim() ? 'exports.editor.needs.list' : 'exports.editor.needs.name'),
      summary: `${d.name.trim()} · ${list?.name ?? ''} (${d.list})`,
      content: (
        <div className="stack">
          <TextInput
            label={t('exports.editor.name')}
            required
            maxLength={200}
            value={d.name}
            onChange={(e) => onChange({ name: e.currentTarget.value })}
            maw={360}
          />
          <ListSection
            connection={d.connection}
            value={d.list}
            others={others}
            onChange={(id) => onChange({ list: id })}
          />
        </div>
      ),
    },
    {
      id: 'matching',
      title: t('exports.tab.mapping'),
      complete: complete.matching(d),
      needs: t(d.email ? 'exports.editor.needs.pairs' : 'exports.editor.needs.email'),
      summary: [d.email, ...d.pairs.map((p) => p.attribute)].join(', '),
      content: <MatchingSection draft={d} fields={fields} others={others} onChange={onChange} />,
    },
    {
      id: 'segments',
      title: t('exports.segments'),
      complete: complete.segments(d),
      needs: t('exports.editor.needs.segments'),
      summary: d.segments.map((id) => segments.find((s) => s.id === id)?.name ?? id).join(', '),
      content: (
        <SegmentsSection
          connection={d.connection}
          segments={segments}
          value={d.segments}
          zone={d.zone}
          onChange={(ids) => onChange({ segments: ids })}
          onZone={(zone) => onChange({ zone })}
        />
      ),
    },
    {
      id: 'leavers',
      title: t('exports.leavers.label'),
      complete: true,
      summary: t(`exports.editor.leavers.${d.leavers}`),
      content: (
        <div className="stack">
          <Radio.Group
            label={t('exports.leavers.label')}
            value={d.leavers}
            onChange={(v) => onChange({ leavers: v === 'keep' ? 'keep' : 'remove' })}
          >
            <div className="stack" style={{ gap: 8, marginTop: 8 }}>
              <Radio
                value="remove"
                label={t('exports.editor.leavers.remove')}
                description={t('exports.editor.leavers.remove_means')}
              />
              <Radio
                value="keep"
                label={t('exports.editor.leavers.keep')}
                description={t('exports.editor.leavers.keep_means')}
              />
            </div>
          </Radio.Group>
          <Checkbox
            label={t('exports.editor.leavers.take_over')}
            description={t('exports.editor.leavers.take_over_means')}
            checked={d.takeOver}
            onChange={(e) => onChange({ takeOver: e.currentTarget.checked })}
          />
        </div>
      ),
    },
    {
      id: 'schedule',
      title: t('exports.tab.schedule'),
      complete: complete.schedule(d),
      needs: t('exports.editor.needs.schedule'),
      summary: words.schedule(d.schedule),
      content: <ScheduleFields value={d.schedule} onChange={(schedule) => onChange({ schedule })} />,
    },
  ];
  return (
    <Sections
      sections={sections}
      saved={!!was}
      end={
        <div className="stack">
          <Summary
            draft={d}
            segments={segments}
            connection={connection}
            moved={was && was.list_id !== d.list ? words.list(was) : undefined}
          />
          {error !== undefined && error !== null && (
            <div className="stack">
              <SaveError error={error} onReload={onReload} />
              {refused && <Facts facts={[[t('exports.editor.matching.attribute'), refused]]} />}
            </div>
          )}
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            {refused && (
              <Button variant="default" loading={saving} onClick={() => onSave({ ...d, takes: [...d.takes, refused] })}>
                {t('exports.editor.matching.take_and_save', { attribute: refused })}
              </Button>
            )}
            <Button loading={saving} onClick={() => onSave(d)}>
              {t('exports.editor.save')}
            </Button>
          </div>
        </div>
      }
    />
  );
}

/** The attribute that saving was refused for, because another export feeds it. */
function takenAttribute(error: unknown, d: Draft): string | undefined {
  if (!(error instanceof ApiError) || error.code !== 'attribute_taken') return undefined;
  const at = /attributes\[(\d+)\]/.exec(error.field);
  return at ? d.pairs[Number(at[1])]?.attribute : undefined;
}
