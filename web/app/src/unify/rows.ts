import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useTables } from './useTables';

/** How a row is called: its table and its key there. */
export function useRowName() {
  const tables = useTables();
  return (r: Api['Row']) => `${tables.name(r.source_id)} ${r.key}`;
}

/** How a rule is called; what people have said of rows stands beside the rules. */
export function useRuleName() {
  const { t } = useTranslation();
  return (name: string) => (name === 'always' ? t('unify.pair.always') : name);
}

export const sameRow = (a: Api['Row'], b: Api['Row']) => a.source_id === b.source_id && a.key === b.key;
