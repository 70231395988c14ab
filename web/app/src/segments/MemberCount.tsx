import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { codeOf } from '../api/problem';
import { useFormats } from '../languages/format';
import { useErrorTexts } from '../parts/ErrorPanel';
import { countQuery } from './queries';

/** How many people a segment has; a segment that has no answer says so. */
export function MemberCount({ id }: { id: string }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const texts = useErrorTexts();
  const count = useQuery(countQuery(id));
  if (count.data) return <span className="num">{number(count.data.members)}</span>;
  if (count.error) return <span className="muted">{texts(codeOf(count.error) ?? '').what}</span>;
  return <span className="muted">{t('segments.counting')}</span>;
}
