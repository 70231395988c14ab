import { Button, Checkbox, FileInput, NativeSelect, Progress } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { SaveError } from '../parts/Conflict';
import { ErrorPanel } from '../parts/ErrorPanel';
import { type Section, Sections } from '../parts/Sections';
import { useLeave } from '../parts/useLeave';
import { NameAndLimits, namedWithin } from './NameAndLimits';
import { PreviewTable } from './PreviewTable';
import { filesQuery, previewQuery } from './queries';
import { encodings, fromSource, nameOf, newDraft, toInput } from './reading';
import { upload } from './upload';
import { useSave } from './useSave';

type Props = { stored?: Api['Source']; onReload?: () => void };

/** Which file, how it is read, and how the source is called. */
export function SourceForm({ stored, onReload }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const client = useQueryClient();
  const [first] = useState(() => (stored ? fromSource(stored) : newDraft()));
  const [draft, setDraft] = useState(first);
  const leave = useLeave(draft !== first);
  const [sending, setSending] = useState<number>();
  const [uploadError, setUploadError] = useState<unknown>();
  const { save, busy, error, clear } = useSave(stored, leave.saved);
  const files = useQuery(filesQuery);
  const input = toInput(draft);
  const preview = useQuery({ ...previewQuery(input), enabled: draft.path !== '' });
  const choose = (path: string) =>
    setDraft((d) => ({ ...d, path, columns: stored ? d.columns : {}, name: d.name || nameOf(path) }));
  const take = async (file: File | null) => {
    if (!file) return;
    setUploadError(undefined);
    setSending(0);
    try {
      const { path } = await upload(file, setSending);
      await client.invalidateQueries({ queryKey: ['sources', 'files'] });
      await client.removeQueries({ queryKey: ['sources', 'preview'] }); // a file of that name may have been another
      choose(path);
    } catch (e) {
      setUploadError(e);
    } finally {
      setSending(undefined);
    }
  };
  const csv = (change: Partial<typeof draft.csv>) => setDraft((d) => ({ ...d, csv: { ...d.csv, ...change } }));

  const sections: Section[] = [
    {
      id: 'file',
      title: t('sources.form.file'),
      complete: draft.path !== '' && sending === undefined,
      summary: draft.path,
      content: (
        <div className="stack" style={{ maxWidth: 560 }}>
          <FileInput
            label={t('sources.form.upload')}
            description={t('sources.form.upload_is')}
            placeholder={t('sources.form.choose_file')}
            leftSection={<IconUpload size={16} aria-hidden />}
            accept=".csv,.tsv,.txt,text/csv"
            disabled={sending !== undefined}
            onChange={(file) => void take(file)}
          />
          {sending !== undefined && (
            <div role="status">
              <Progress value={sending * 100} aria-label={t('sources.form.sending')} />
              <span className="num muted">
                {t('sources.form.sent', { percent: number(Math.round(sending * 100)) })}
              </span>
            </div>
          )}
          {uploadError !== undefined && <ErrorPanel error={uploadError} />}
          {files.error && <ErrorPanel error={files.error} onRetry={() => files.refetch()} />}
          {files.data && (files.data.length > 0 || draft.path !== '') && (
            <NativeSelect
              label={t('sources.form.there')}
              value={draft.path}
              data={[
                ...(draft.path ? [] : [{ value: '', label: t('sources.form.choose_file') }]),
                ...[...new Set([...(draft.path ? [draft.path] : []), ...files.data.map((f) => f.path)])],
              ]}
              onChange={(e) => e.currentTarget.value && choose(e.currentTarget.value)}
            />
          )}
        </div>
      ),
    },
    {
      id: 'reading',
      title: t('sources.form.reading'),
      complete: preview.data !== undefined && !preview.error,
      summary: preview.data && t('sources.form.read_as', { count: preview.data.columns.length }),
      content: (
        <div className="stack">
          <div className="row" style={{ alignItems: 'flex-end' }}>
            <NativeSelect
              label={t('sources.form.delimiter')}
              value={draft.csv.delimiter}
              data={[
                { value: '', label: t('sources.form.found_out') },
                { value: ',', label: t('sources.form.comma') },
                { value: ';', label: t('sources.form.semicolon') },
                { value: '\t', label: t('sources.form.tab') },
                { value: '|', label: t('sources.form.bar') },
              ]}
              onChange={(e) => csv({ delimiter: e.currentTarget.value })}
            />
            <NativeSelect
              label={t('sources.form.encoding')}
              value={draft.csv.encoding || 'utf-8'}
              data={encodings}
              onChange={(e) => csv({ encoding: e.currentTarget.value })}
            />
            <Checkbox
              label={t('sources.form.no_header')}
              checked={draft.csv.noHeader}
              onChange={(e) => csv({ noHeader: e.currentTarget.checked })}
              mb={8}
            />
          </div>
          {preview.error ? (
            <ErrorPanel error={preview.error} onRetry={() => preview.refetch()} />
          ) : preview.data ? (
            <PreviewTable
              preview={preview.data}
              columns={draft.columns}
              onColumns={(columns) => setDraft((d) => ({ ...d, columns }))}
            />
          ) : (
            <p className="muted" role="status">
              {t('parts.loading')}
            </p>
          )}
        </div>
      ),
    },
    {
      id: 'name',
      title: t('sources.form.name_and_limits'),
      complete: namedWithin(draft),
      summary: draft.name,
      content: <NameAndLimits draft={draft} onChange={(change) => setDraft((d) => ({ ...d, ...change }))} />,
    },
  ];
  return (
    <>
      {leave.dialog}
      <Sections
        sections={sections}
        saved={!!stored}
        end={
          <div className="stack">
            <p>
              {stored ? t('sources.form.end_change') : t('sources.form.end', { name: draft.name, file: draft.path })}
            </p>
            {error !== undefined && <SaveError error={error} onReload={onReload ?? clear} />}
            <Button w="fit-content" loading={busy} onClick={() => save(input)}>
              {t('sources.form.save')}
            </Button>
          </div>
        }
      />
    </>
  );
}
