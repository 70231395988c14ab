import { Radio } from '@mantine/core';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { useExportActions } from '../actions';
import { FormDialog } from './FormDialog';

/** Removes an export: its list stays as it is, or its people are taken off first by a run. */
export function RemoveDialog({ of, onClose }: { of: Api['Export']; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { remove, start } = useExportActions();
  const [how, setHow] = useState('leave');
  const onItsPage = useRouterState({ select: (s) => s.location.pathname.startsWith(`/exports/${of.id}`) });
  const submit = async () => {
    if (how === 'people') {
      const r = await start.mutateAsync({ id: of.id, kind: 'remove_people' });
      void navigate({ to: '/exports/$id/runs/$run', params: { id: of.id, run: r.id } });
      return;
    }
    await remove.mutateAsync(of.id);
    if (onItsPage) void navigate({ to: '/exports' });
  };
  return (
    <FormDialog
      title={t('exports.remove.title', { name: of.name })}
      verb={how === 'people' ? t('exports.remove.people_verb') : t('exports.remove.verb')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Radio.Group label={t('exports.remove.list')} value={how} onChange={setHow}>
        <div className="stack" style={{ gap: 8, marginTop: 8 }}>
          <Radio value="leave" label={t('exports.remove.leave')} description={t('exports.remove.what')} />
          <Radio
            value="people"
            label={t('exports.remove.people')}
            description={t('exports.remove.people_what')}
            disabled={!!of.detached}
          />
        </div>
      </Radio.Group>
    </FormDialog>
  );
}
