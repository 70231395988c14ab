import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { Confirm } from '../../parts/Confirm';
import type { RowAction } from '../../parts/ListPage';
import { useExportActions } from '../actions';
import { AttachDialog, DuplicateDialog, FreshnessDialog, RemoveDialog, ScheduleDialog } from './later';

type Export = Api['Export'];
type What = 'fresh' | 'schedule' | 'freshness' | 'duplicate' | 'detach' | 'attach' | 'remove' | 'refresh' | 'reconcile';

/** The menu of an export, on the list and on its page, and the dialogs behind it. */
export function useExportDialogs(): { actions: RowAction<Export>[]; dialogs: ReactNode; failed: unknown } {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { start, detach, refreshAndRun } = useExportActions();
  const [open, setOpen] = useState<{ what: What; of: Export }>();
  const close = () => setOpen(undefined);
  const of = open?.of;
  const locked = (e: Export) => e.your_permissions !== 'edit' || !!e.removing;
  const idle = (e: Export) => locked(e) || !!e.detached;
  const run = async (e: Export, kind: 'run' | 'dry_run' | 'reconcile', refresh_mirror?: boolean) => {
    const r = await start.mutateAsync({ id: e.id, kind, refresh_mirror });
    void navigate({ to: '/exports/$id/runs/$run', params: { id: e.id, run: r.id } });
  };
  const show = (what: What) => (e: Export) => setOpen({ what, of: e });
  const actions: RowAction<Export>[] = [
    { label: t('exports.run.verb'), run: (e) => void run(e, 'run').catch(() => undefined), disabled: idle },
    { label: t('exports.dry_run.verb'), run: (e) => void run(e, 'dry_run').catch(() => undefined), disabled: idle },
    { label: t('exports.refresh.verb'), run: show('refresh'), disabled: idle },
    { label: t('exports.fresh.verb'), run: show('fresh'), disabled: idle },
    {
      label: t('exports.edit.verb'),
      run: (e) => void navigate({ to: '/exports/$id/edit', params: { id: e.id } }),
      disabled: idle,
    },
    { label: t('exports.schedule_one.verb'), run: show('schedule'), disabled: locked },
    { label: t('exports.freshness.verb'), run: show('freshness'), disabled: locked },
    { label: t('exports.duplicate.verb'), run: show('duplicate'), disabled: idle },
    { label: t('exports.reconcile.verb'), run: show('reconcile'), disabled: idle },
    { label: t('exports.detach.verb'), run: show('detach'), disabled: locked, hidden: (e) => !!e.detached },
    { label: t('exports.attach.verb'), run: show('attach'), disabled: (e) => !!e.removing, hidden: (e) => !e.detached },
    { label: t('exports.remove.verb'), run: show('remove'), disabled: locked, tone: 'bad' },
  ];
  const is = (what: What) => open?.what === what;
  const dialogs = (
    <>
      {of && is('schedule') && <ScheduleDialog exports={[of]} onClose={close} />}
      {of && is('freshness') && <FreshnessDialog of={of} onClose={close} />}
      {of && is('duplicate') && <DuplicateDialog of={of} onClose={close} />}
      {of && is('attach') && <AttachDialog of={of} onClose={close} />}
      {of && is('remove') && <RemoveDialog of={of} onClose={close} />}
      <Confirm
        opened={!!of && is('detach')}
        title={t('exports.detach.title', { name: of?.name ?? '' })}
        verb={t('exports.detach.verb')}
        onConfirm={() => detach.mutateAsync(of?.id ?? '')}
        onClose={close}
      >
        {t('exports.detach.what')}
      </Confirm>
      <Confirm
        opened={!!of && is('refresh')}
        title={t('exports.refresh.title', { name: of?.name ?? '' })}
        verb={t('exports.refresh.verb')}
        onConfirm={() => refreshAndRun.mutateAsync(of?.id ?? '')}
        onClose={close}
      >
        {t('exports.refresh.what')}
      </Confirm>
      <Confirm
        opened={!!of && is('fresh')}
        title={t('exports.fresh.title', { name: of?.name ?? '' })}
        verb={t('exports.fresh.verb')}
        onConfirm={() => (of ? run(of, 'run', true) : Promise.resolve())}
        onClose={close}
      >
        {t('exports.fresh.what')}
      </Confirm>
      <Confirm
        opened={!!of && is('reconcile')}
        title={t('exports.reconcile.title')}
        verb={t('exports.reconcile.verb')}
        onConfirm={() => (of ? run(of, 'reconcile') : Promise.resolve())}
        onClose={close}
      >
        {t('exports.reconcile.what')}
      </Confirm>
    </>
  );
  return { actions, dialogs, failed: open ? undefined : start.error };
}
