import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { connectionsQuery } from '../../connections/queries';
import { Notice } from '../../parts/Card';
import { useExportActions } from '../actions';
import { ConnectionSection } from '../editor/ConnectionSection';
import { listsQuery } from '../queries';
import { FormDialog } from './FormDialog';

/** Gives a detached export a connection. Another account asks for a list, and the export begins there with nobody. */
export function AttachDialog({ of, onClose }: { of: Api['Export']; onClose: () => void }) {
  const { t } = useTranslation();
  const { attach } = useExportActions();
  const [connection, setConnection] = useState('');
  const [list, setList] = useState<string | null>(null);
  const connections = useQuery(connectionsQuery).data ?? [];
  const lists = useQuery(listsQuery(connection)).data ?? [];
  return (
    <FormDialog
      title={t('exports.attach.title', { name: of.name })}
      verb={t('exports.attach.verb')}
      ready={connection !== ''}
      onSubmit={() =>
        attach.mutateAsync({ id: of.id, connection_id: connection, list_id: list ? Number(list) : undefined })
      }
      onClose={onClose}
    >
      {of.detached && <p>{t('exports.attach.was', { name: of.detached.connection })}</p>}
      <ConnectionSection
        connections={connections}
        value={connection}
        onChange={(id) => {
          setConnection(id);
          setList(null);
        }}
      />
      {connection !== '' && (
        <>
          <Select
            label={t('exports.column.list')}
            description={t('exports.attach.list')}
            searchable
            clearable
            limit={100}
            value={list}
            data={lists.map((l) => ({ value: String(l.id), label: `${l.name} (${l.id})` }))}
            onChange={setList}
          />
          <Notice tone="info">
            <p>{t('exports.attach.what')}</p>
          </Notice>
        </>
      )}
    </FormDialog>
  );
}
