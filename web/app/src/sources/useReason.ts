import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { maskOf, reasonOf } from './reasons';

/** Why a row was put aside and what stood there, in the language on screen; unknown words stay as they are. */
export function useReason() {
  const { t } = useTranslation();
  const { number } = useFormats();
  return {
    reason: (r: Pick<Api['BadRow'], 'reason'>) => {
      const known = reasonOf(r.reason);
      if (!known) return r.reason;
      const { type, ...holes } = known.holes;
      return t(`sources.reason.${known.key}`, { ...holes, type: type ? t(`sources.type.${type}`) : '' });
    },
    value: (r: Pick<Api['BadRow'], 'value'>) => {
      const masked = r.value ? maskOf(r.value) : undefined;
      if (!masked) return r.value || t('parts.none');
      const kinds = masked.kinds.map((k) => t(`sources.mask.${k}`)).join(', ');
      return t('sources.masked', { n: number(masked.count), count: masked.count, kinds });
    },
  };
}
