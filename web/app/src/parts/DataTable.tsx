import { Button } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import classes from './table.module.css';
import { useNarrow } from './useNarrow';

export type Column<T> = {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** What the rows are ordered by; without it the column cannot be ordered. */
  value?: (row: T) => string | number | boolean | undefined;
  /** Numbers stand at the right. */
  number?: boolean;
  /** The header is for screen readers only. */
  quiet?: boolean;
  /** Stays in one line where there are columns, as a moment does. */
  whole?: boolean;
};

type Order = { sort?: string; down?: boolean };

type Props<T> = {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  order?: Order;
  onOrder?: (order: Order) => void;
  /** Said where there are no rows. */
  none?: string;
  /** How many rows stand there until somebody asks for all; on phones, where each is a card, half of them. */
  first?: number;
  /** Its cells hold values of somebody's data, of many columns: they stay in one line, and the table is as wide as that takes. */
  values?: boolean;
};

/** A table. On phones every row becomes a card, with the headers beside the values. */
export function DataTable<T>({ label, columns, rows: all, rowKey, order, onOrder, none, first, values }: Props<T>) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const narrow = useNarrow();
  const [whole, setWhole] = useState(false);
  const most = whole || !first ? all.length : narrow ? Math.ceil(first / 2) : first;
  const rows = all.slice(0, most);
  const turn = (id: string) =>
    onOrder?.(order?.sort === id ? { sort: id, down: !order.down } : { sort: id, down: false });
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is no set of fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div role="group" className={classes.frame} tabIndex={0} aria-label={label}>
      <table className={classes.table} data-values={values}>
        <thead>
          <tr>
            {columns.map((c) => {
              const sorted = order?.sort === c.id;
              return (
                <th
                  key={c.id}
                  scope="col"
                  data-number={c.number}
                  aria-sort={sorted ? (order?.down ? 'descending' : 'ascending') : undefined}
                >
                  {c.value && onOrder ? (
                    <button
                      type="button"
                      onClick={() => turn(c.id)}
                      title={t('parts.list.sort_by', { column: c.header })}
                    >
                      {c.header}
                      {sorted &&
                        (order?.down ? <IconArrowDown size={14} aria-hidden /> : <IconArrowUp size={14} aria-hidden />)}
                    </button>
                  ) : c.quiet ? (
                    <span className="visually-hidden">{c.header}</span>
                  ) : (
                    c.header
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((c) => (
                <td key={c.id} data-number={c.number} data-whole={c.whole} data-label={c.quiet ? undefined : c.header}>
                  <div>{c.cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && none && <p className={classes.none}>{none}</p>}
      {rows.length < all.length && (
        <Button variant="subtle" m={8} onClick={() => setWhole(true)}>
          {t('parts.list.show_all', { n: number(all.length) })}
        </Button>
      )}
    </div>
  );
}
