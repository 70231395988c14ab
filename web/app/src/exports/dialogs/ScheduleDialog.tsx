import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { useExportActions } from '../actions';
import { complete, newDraft, scheduleOf } from '../editor/draft';
import { ScheduleFields } from '../ScheduleFields';
import { FormDialog } from './FormDialog';

/** Gives one export or several a schedule; those with one of their own may keep it. */
export function ScheduleDialog({ exports, onClose }: { exports: Api['Export'][]; onClose: () => void }) {
  const { t } = useTranslation();
  const { schedule } = useExportActions();
  const [one] = exports;
  const [value, setValue] = useState<Api['ExportSchedule']>(
    exports.length === 1 && one ? one.schedule : { mode: 'with_refresh' },
  );
  const own = exports.filter((e) => e.schedule.mode === 'own').length;
  const [keep, setKeep] = useState(true);
  const several = exports.length > 1;
  return (
    <FormDialog
      title={
        several
          ? t('exports.schedule_several.title', { count: exports.length })
          : t('exports.schedule_one.title', { name: one?.name ?? '' })
      }
      verb={t('exports.editor.save')}
      ready={complete.schedule({ ...newDraft(''), schedule: value })}
      onSubmit={() =>
        schedule.mutateAsync({
          export_ids: exports.map((e) => e.id),
          schedule: scheduleOf(value),
          keep_own: several && keep,
        })
      }
      onClose={onClose}
    >
      <ScheduleFields value={value} onChange={setValue} />
      {several && own > 0 && (
        <Checkbox
          label={t('exports.schedule_several.keep', { count: own })}
          description={t('exports.schedule_several.keep_means')}
          checked={keep}
          onChange={(e) => setKeep(e.currentTarget.checked)}
        />
      )}
    </FormDialog>
  );
}
