import { Button, Checkbox, NativeSelect, NumberInput, PasswordInput, Radio, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, ApiError } from '../api/client';
import { useFormats } from '../languages/format';
import { Notice } from '../parts/Card';
import { SaveError } from '../parts/Conflict';
import { ErrorPanel, useErrorSentence } from '../parts/ErrorPanel';
import { type Section, Sections } from '../parts/Sections';
import { useLeave } from '../parts/useLeave';
import {
  type DatabaseDraft,
  defaultTimeout,
  type Field,
  faultOf,
  fromDatabase,
  keepsPassword,
  looksWithStored,
  newDatabaseDraft,
  placeOf,
  ports,
  saysWhat,
  saysWhere,
  toDatabaseInput,
  verifies,
} from './database';
import { NameAndLimits, namedWithin } from './NameAndLimits';
import { PreviewTable } from './PreviewTable';
import { databasePreviewQuery } from './queries';
import { useFault } from './useFault';
import { useSave } from './useSave';

type Props = { stored?: Api['Source']; onReload?: () => void };

const where: Field[] = ['host', 'port', 'name', 'user', 'password', 'tls', 'ca'];
const what: Field[] = ['table', 'query', 'timeout'];
const mono = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } };

/** The database as it was asked, by a number that no other asking has: a password does not belong into the key of a query. */
type Asked = { n: number; draft: DatabaseDraft };
let askings = 0;

/** Where a database is, what is read there, and how the source is called. */
export function DatabaseForm({ stored, onReload }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const sentence = useErrorSentence();
  const fault = useFault();
  const base = useId();
  const [first] = useState(() => (stored?.database ? fromDatabase(stored, stored.database) : newDatabaseDraft()));
  const [draft, setDraft] = useState(first);
  const [asked, setAsked] = useState<Asked>();
  const [tried, setTried] = useState<DatabaseDraft>();
  const leave = useLeave(draft !== first);
  const { save, busy, error, clear } = useSave(stored, leave.saved);
  const set = (change: Partial<DatabaseDraft>) => setDraft((d) => ({ ...d, ...change }));
  const at = (change: Partial<DatabaseDraft['at']>) => setDraft((d) => ({ ...d, at: { ...d.at, ...change } }));

  const preview = useQuery(
    databasePreviewQuery(
      asked?.n,
      asked && {
        kind: asked.draft.kind,
        database: placeOf(asked.draft),
        source: keepsPassword(asked.draft, stored?.database) ? stored?.id : undefined,
      },
      draft.columns,
    ),
  );
  const place = (d: DatabaseDraft) => JSON.stringify([d.kind, placeOf(d)]);
  const fresh = asked !== undefined && place(asked.draft) === place(draft);
  // A password that is stored for another database is not used for a look at this one.
  const blind =
    stored?.database && keepsPassword(draft, stored.database) ? !looksWithStored(draft, stored.database) : false;
  const looked = fresh && preview.data !== undefined && !preview.error;

  /** What the server said of a field, until something is changed: a password may be right for another user. */
  const refused = (field: Field) => {
    for (const [e, d] of [
      [preview.error, asked?.draft],
      [error, tried],
    ] as const) {
      const said = fault(e);
      if (e instanceof ApiError && e.field === `database.${field}` && d && place(d) === place(draft))
        return said ? `${said.what}. ${said.todo}` : sentence(e);
    }
    return undefined;
  };
  const wrong = (field: Field) => {
    const fault = faultOf(draft, field, stored?.database);
    return fault ? t(`sources.database.fault.${fault}`) : refused(field);
  };
  // What the server refused it may take the next time: it can be mended over there as well.
  const right = (fields: Field[]) => fields.every((f) => !faultOf(draft, f, stored?.database));
  // A section whose field was refused opens again; what there is to correct has the focus.
  const marked = [...where, ...what].find(refused);
  useEffect(() => {
    if (marked) document.getElementById(`${base}-${marked}`)?.focus();
  }, [marked, base]);

  const field = (name: Field) => ({ id: `${base}-${name}`, error: wrong(name), value: draft.at[name] });
  const text = (name: Exclude<Field, 'port' | 'timeout'>) => ({
    ...field(name),
    value: draft.at[name],
    onChange: (e: { currentTarget: { value: string } }) => at({ [name]: e.currentTarget.value }),
    autoComplete: 'off',
    spellCheck: false,
  });

  const sections: Section[] = [
    {
      id: 'where',
      title: t('sources.database.where'),
      complete: saysWhere(draft) && right(where),
      summary: `${draft.at.host} · ${draft.at.name}`,
      content: (
        <div className="stack" style={{ maxWidth: 560 }}>
          {!stored && (
            <Radio.Group
              label={t('sources.column.kind')}
              value={draft.kind}
              onChange={(kind) => set({ kind: kind === 'mysql' ? 'mysql' : 'postgresql' })}
            >
              <Radio mt="xs" value="postgresql" label={t('sources.kind.postgresql')} />
              <Radio mt="xs" value="mysql" label={t('sources.kind.mysql')} />
            </Radio.Group>
          )}
          <TextInput label={t('sources.database.host')} required {...text('host')} />
          <NumberInput
            label={t('sources.database.port')}
            description={t('sources.database.port_is', { port: String(ports[draft.kind]) })}
            w={200}
            hideControls
            allowDecimal={false}
            allowNegative={false}
            {...field('port')}
            onChange={(port) => at({ port })}
          />
          <TextInput label={t('sources.database.name')} required {...text('name')} />
          <TextInput
            label={t('sources.database.user')}
            description={t('sources.database.user_is')}
            required
            {...text('user')}
          />
          <PasswordInput
            label={t('sources.database.password')}
            description={
              stored?.database?.has_password ? t('sources.database.password_kept') : t('sources.database.password_is')
            }
            maxLength={1000}
            disabled={draft.noPassword}
            visibilityToggleButtonProps={{ 'aria-label': t('sources.database.show') }}
            {...text('password')}
            aria-invalid={wrong('password') ? true : undefined} // which is said of every other field by itself
            autoComplete="new-password"
          />
          {stored?.database?.has_password && (
            <Checkbox
              label={t('sources.database.no_password')}
              checked={draft.noPassword}
              onChange={(e) => {
                const noPassword = e.currentTarget.checked;
                setDraft((d) => ({ ...d, noPassword, at: { ...d.at, password: '' } }));
              }}
            />
          )}
          <NativeSelect
            label={t('sources.database.tls')}
            data={[
              // Where nothing is stated it stays so: the server takes another word for another account.
              { value: first.at.tls === 'verify' ? 'verify' : '', label: t('sources.database.way.verify') },
              { value: 'encrypt', label: t('sources.database.way.encrypt') },
              { value: 'off', label: t('sources.database.way.off') },
            ]}
            {...field('tls')}
            onChange={(e) => at({ tls: e.currentTarget.value })}
          />
          {verifies(draft.at.tls) && (
            <Textarea
              label={t('sources.database.ca')}
              description={t('sources.database.ca_is')}
              rows={4}
              styles={mono}
              {...text('ca')}
            />
          )}
        </div>
      ),
    },
    {
      id: 'what',
      title: t('sources.database.what'),
      complete: saysWhat(draft) && right(what),
      summary: draft.from === 'table' ? draft.at.table : t('sources.database.query'),
      content: (
        <div className="stack" style={{ maxWidth: 720 }}>
          <Radio.Group
            label={t('sources.database.from')}
            value={draft.from}
            onChange={(from) => set({ from: from === 'query' ? 'query' : 'table' })}
          >
            <Radio mt="xs" value="table" label={t('sources.database.from_table')} />
            <Radio mt="xs" value="query" label={t('sources.database.from_query')} />
          </Radio.Group>
          {draft.from === 'table' ? (
            <TextInput
              label={t('sources.database.table')}
              description={t('sources.database.table_is')}
              required
              {...text('table')}
            />
          ) : (
            <Textarea
              label={t('sources.database.query')}
              description={t('sources.database.query_is')}
              required
              rows={6}
              maxLength={100_000}
              styles={mono}
              {...text('query')}
            />
          )}
          <NumberInput
            label={t('sources.database.timeout')}
            description={t('sources.database.timeout_is', { n: number(defaultTimeout) })}
            w={320}
            maw="100%"
            hideControls
            allowDecimal={false}
            allowNegative={false}
            {...field('timeout')}
            onChange={(timeout) => at({ timeout })}
          />
        </div>
      ),
    },
    {
      id: 'reading',
      title: t('sources.form.reading'),
      // Whoever keeps where the rows come from need not look at them again.
      complete: looked || blind || (!!stored && place(draft) === place(first)),
      summary: looked && preview.data && t('sources.form.read_as', { count: preview.data.columns.length }),
      content: (
        <div className="stack">
          {blind ? (
            <Notice tone="info">{t('sources.database.look_kept')}</Notice>
          ) : (
            <Button
              w="fit-content"
              variant={looked ? 'default' : 'filled'}
              loading={preview.isFetching}
              onClick={() => setAsked({ n: ++askings, draft })}
            >
              {t('sources.database.look')}
            </Button>
          )}
          {fresh && preview.error ? (
            <ErrorPanel error={preview.error} said={fault(preview.error)} />
          ) : fresh && preview.data ? (
            <PreviewTable
              preview={preview.data}
              columns={draft.columns}
              onColumns={(columns) => setDraft((d) => ({ ...d, columns }))}
            />
          ) : null}
        </div>
      ),
    },
    {
      id: 'name',
      title: t('sources.form.name_and_limits'),
      complete: namedWithin(draft),
      summary: draft.name,
      content: <NameAndLimits draft={draft} onChange={set} />,
    },
  ];
  return (
    <>
      {leave.dialog}
      <Sections
        sections={sections}
        saved={!!stored}
        open={marked && (where.includes(marked) ? 0 : 1)}
        end={
          <div className="stack">
            <p>
              {stored
                ? t('sources.form.end_change')
                : t('sources.database.end', { name: draft.name, database: draft.at.name })}
            </p>
            {error !== undefined && <SaveError error={error} onReload={onReload ?? clear} />}
            <Button
              w="fit-content"
              loading={busy}
              onClick={() => {
                setTried(draft);
                void save(toDatabaseInput(draft));
              }}
            >
              {t('sources.form.save')}
            </Button>
          </div>
        }
      />
    </>
  );
}
