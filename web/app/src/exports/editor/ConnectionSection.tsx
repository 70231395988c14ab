import { Radio } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { Empty } from '../../parts/Card';
import { useMe } from '../../parts/roles';

type Props = { connections: Api['Connection'][]; value: string; onChange: (id: string) => void };

/** The connections that the caller may use, by type. */
export function ConnectionSection({ connections, value, onChange }: Props) {
  const { t } = useTranslation();
  const { may } = useMe();
  const usable = connections.filter((c) => !c.removing_at);
  if (usable.length === 0)
    return may('administrator') ? (
      <Empty
        text={t('exports.editor.connection.none')}
        action={<Link to="/connections">{t('exports.editor.connection.add')}</Link>}
      />
    ) : (
      <Empty text={t('exports.editor.connection.whom')} />
    );
  const types = [...new Set(usable.map((c) => c.type))];
  return (
    <Radio.Group label={t('exports.editor.connection.label')} value={value} onChange={onChange}>
      {types.map((type) => (
        <div key={type} style={{ marginTop: 12 }}>
          <h3 className="muted">{t(`connections.type.${type}`)}</h3>
          <div className="stack" style={{ gap: 8, marginTop: 8 }}>
            {usable
              .filter((c) => c.type === type)
              .map((c) => (
                <Radio
                  key={c.id}
                  value={c.id}
                  label={c.name}
                  description={
                    [c.account.company, c.export_user?.kind === 'none' && t('parts.status.needs_export_user')]
                      .filter(Boolean)
                      .join(' · ') || undefined
                  }
                />
              ))}
          </div>
        </div>
      ))}
    </Radio.Group>
  );
}
