import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client';
import { useFormats } from '../languages/format';
import { sourceFault } from './faults';

/** What is wrong with a source and what to do about it, in the language on screen; undefined for what is not known. */
export function useFault() {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (error: unknown) => {
    const known = error instanceof ApiError ? sourceFault(error.detail) : undefined;
    if (!known) return undefined;
    const holes = Object.fromEntries(
      Object.entries(known.holes).map(([name, v]) => [
        name,
        name !== 'code' && /^\d+$/.test(v) ? number(Number(v)) : v,
      ]),
    );
    return { what: t(`sources.fault.${known.key}.what`, holes), todo: t(`sources.fault.${known.key}.todo`, holes) };
  };
}
