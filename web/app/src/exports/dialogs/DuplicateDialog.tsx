import { TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { useExportActions } from '../actions';
import { FormDialog } from './FormDialog';

export function DuplicateDialog({ of, onClose }: { of: Api['Export']; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { duplicate } = useExportActions();
  const [name, setName] = useState(t('exports.duplicate.copy_of', { name: of.name }));
  return (
    <FormDialog
      title={t('exports.duplicate.title', { name: of.name })}
      verb={t('exports.duplicate.verb')}
      ready={name.trim() !== ''}
      onSubmit={async () => {
        const made = await duplicate.mutateAsync({ id: of.id, name: name.trim() });
        void navigate({ to: '/exports/$id', params: { id: made.id } });
      }}
      onClose={onClose}
    >
      <p>{t('exports.duplicate.what')}</p>
      <TextInput
        label={t('exports.column.name')}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        required
        data-autofocus
      />
    </FormDialog>
  );
}
