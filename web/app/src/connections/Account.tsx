import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Facts } from '../parts/Card';
import { Meter } from '../parts/Meter';

/** Who a key belongs to, as Brevo says it. */
export function AccountFacts({ account, more = [] }: { account: Api['Account']; more?: [string, React.ReactNode][] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <Facts
      facts={[
        [t('connections.account.company'), account.company],
        [t('connections.account.owner'), account.email],
        [t('connections.account.plan'), account.plan],
        [
          t('connections.account.credits'),
          /^\d+$/.test(account.credits ?? '') ? number(Number(account.credits)) : account.credits,
        ],
        [t('connections.account.contacts'), account.contacts !== undefined && number(account.contacts)],
        ...more,
      ]}
    />
  );
}

/** How much of what the contract allows is taken. */
export function ContractUse({ contacts, limit }: { contacts?: number; limit?: number }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  if (!limit) return <p className="muted">{t('connections.contract.unknown')}</p>;
  if (contacts === undefined) return <p>{t('connections.contract.limit', { limit: number(limit) })}</p>;
  const tone = contacts > limit ? 'bad' : contacts > limit * 0.9 ? 'warn' : 'info';
  const left = limit - contacts;
  return (
    <Meter label={t('connections.contract.title')} part={contacts} whole={limit} tone={tone}>
      {t('connections.contract.of', { contacts: number(contacts), limit: number(limit) })}{' '}
      {left < 0
        ? t('connections.contract.over', { count: -left, n: number(-left) })
        : t('connections.contract.left', { count: left, n: number(left) })}
    </Meter>
  );
}
