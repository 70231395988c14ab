import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { ApiError, codeOf } from '../api/problem';
import { Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useMe } from '../parts/roles';
import { useBuildFault } from './useBuildFault';

/** Why profiles could not be built. */
export function BuildError({ error }: { error: unknown }) {
  const fault = useBuildFault()(codeOf(error), error instanceof ApiError ? error.detail : '');
  return <ErrorPanel error={error} said={fault?.exact ? fault : undefined} general={fault} />;
}

/** Says that something holds from the next build on, and builds; one that comes because something was saved takes the focus. */
export function BuildNotice({ text, tone = 'info', focus }: { text: string; tone?: 'info' | 'good'; focus?: boolean }) {
  const { t } = useTranslation();
  const { may } = useMe();
  const client = useQueryClient();
  const [state, setState] = useState<'busy' | 'done'>();
  const [error, setError] = useState<unknown>();
  const at = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focus) at.current?.focus();
  }, [focus]);
  const build = async () => {
    setState('busy');
    setError(undefined);
    try {
      await send(api.POST('/api/v1/profile/build'));
      setState('done');
    } catch (e) {
      setError(e);
      setState(undefined);
    } finally {
      for (const queryKey of [['profile'], ['profiles'], ['segments']]) void client.invalidateQueries({ queryKey });
    }
  };
  if (state === 'done') return <Notice tone="good">{t('unify.built')}</Notice>;
  return (
    <div className="stack" ref={at} tabIndex={-1}>
      <Notice tone={tone}>
        <p>{text}</p>
        {may('contributor') && (
          <Button mt="sm" size="compact-sm" variant="default" loading={state === 'busy'} onClick={build}>
            {t('profiles.definition.build_now')}
          </Button>
        )}
      </Notice>
      {error !== undefined && <BuildError error={error} />}
    </div>
  );
}
