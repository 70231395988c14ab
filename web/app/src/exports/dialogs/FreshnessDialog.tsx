import { NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { useExportActions } from '../actions';
import { FormDialog } from './FormDialog';

/** Within which time a run must have succeeded; where none has, the export is late and people are told. */
export function FreshnessDialog({ of, onClose }: { of: Api['Export']; onClose: () => void }) {
  const { t } = useTranslation();
  const { freshness } = useExportActions();
  const minutes = of.freshness?.within_minutes ?? 0;
  const days = minutes > 0 && minutes % 1440 === 0;
  const [unit, setUnit] = useState(days ? 1440 : 60);
  const [amount, setAmount] = useState<number>(minutes > 0 ? Math.round(minutes / (days ? 1440 : 60)) : 0);
  return (
    <FormDialog
      title={t('exports.freshness.title', { name: of.name })}
      verb={t('exports.editor.save')}
      onSubmit={() => freshness.mutateAsync({ id: of.id, version: of.version, within_minutes: amount * unit })}
      onClose={onClose}
    >
      <p>{t('exports.freshness.what')}</p>
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <NumberInput
          label={t('exports.freshness.within')}
          description={t('exports.freshness.zero')}
          value={amount}
          min={0}
          max={1000}
          allowDecimal={false}
          onChange={(v) => setAmount(Number(v) || 0)}
        />
        <Select
          aria-label={t('exports.freshness.unit')}
          allowDeselect={false}
          value={String(unit)}
          data={[
            { value: '60', label: t('exports.freshness.hours') },
            { value: '1440', label: t('exports.freshness.days') },
          ]}
          onChange={(v) => setUnit(Number(v))}
        />
      </div>
    </FormDialog>
  );
}
