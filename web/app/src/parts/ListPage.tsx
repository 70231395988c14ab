import { ActionIcon, Menu, TextInput } from '@mantine/core';
import { IconDots, IconSearch } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { Empty } from './Card';
import { type Column, DataTable } from './DataTable';
import { Loaded } from './Loaded';
import { type ListSearch, listSearch } from './listSearch';
import { Page } from './Page';
import { found, sorted } from './sorting';

export type RowAction<T> = {
  label: string;
  run: (row: T) => void;
  disabled?: (row: T) => boolean;
  /** Where it makes no sense at all. */
  hidden?: (row: T) => boolean;
  tone?: 'bad';
};

type Props<T> = {
  title: string;
  sentence: string;
  /** Where one came from: another list. */
  back?: { to: string; label: string };
  /** The primary button, if this person may use it. */
  actions?: ReactNode;
  query: UseQueryResult<T[]>;
  columns: Column<T>[];
  rowKey: (row: T) => string;
  /** What the search looks through. */
  text: (row: T) => string;
  /** How the row is called, for the menu. */
  name: (row: T) => string;
  rowActions?: RowAction<T>[];
  empty: { text: string; action?: ReactNode };
  /** Stands above the table, such as what a button did. */
  children?: ReactNode;
};

/** A list of definitions: title, sentence, search, a table with an order, and a menu on every row. */
export function ListPage<T>(props: Props<T>) {
  const { t } = useTranslation();
  const { compare } = useFormats();
  const search = useSearch({ strict: false }) as ListSearch;
  const navigate = useNavigate();
  const change = (next: ListSearch) => {
    const merged = { ...search, ...next };
    void navigate({ to: '.', search: listSearch({ ...merged, q: merged.q || undefined }) as never, replace: true });
  };
  const columns: Column<T>[] = props.rowActions?.length
    ? [
        ...props.columns,
        { id: 'menu', header: t('parts.list.actions'), quiet: true, cell: (row) => <RowMenu {...props} row={row} /> },
      ]
    : props.columns;
  return (
    <Page wide title={props.title} sentence={props.sentence} back={props.back} actions={props.actions}>
      {props.children}
      <Loaded query={props.query}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty {...props.empty} />
          ) : (
            <>
              <TextInput
                type="search"
                aria-label={t('parts.list.search')}
                placeholder={t('parts.list.search')}
                leftSection={<IconSearch size={16} aria-hidden />}
                value={search.q ?? ''}
                onChange={(e) => change({ q: e.currentTarget.value })}
                maw={336}
              />
              <DataTable
                label={props.title}
                columns={columns}
                rows={sorted(found(rows, search.q ?? '', props.text), columns, search, compare)}
                rowKey={props.rowKey}
                order={search}
                onOrder={change}
                none={t('parts.list.nothing_found', { search: search.q ?? '' })}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** The menu of what can be done with one thing. */
export function RowMenu<T>({ row, rowActions, name }: Pick<Props<T>, 'rowActions' | 'name'> & { row: T }) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('parts.list.actions_of', { name: name(row) })}
          c="var(--muted)"
        >
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {rowActions
          ?.filter((a) => !a.hidden?.(row))
          .map((a) => (
            <Menu.Item
              key={a.label}
              onClick={() => a.run(row)}
              disabled={a.disabled?.(row)}
              c={a.tone === 'bad' ? 'var(--bad)' : undefined}
            >
              {a.label}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
