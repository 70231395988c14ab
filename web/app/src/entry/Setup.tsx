import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { ApiError } from '../api/problem';
import { meQuery } from '../api/queries';
import { browserZone, ZoneSelect } from '../exports/ScheduleFields';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import type { Arrival } from './arrival';
import { Frame } from './Frame';

/** Makes the first administrator, with the secret of the link that the server printed. */
export default function Setup() {
  const { t } = useTranslation();
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => send(api.GET('/api/v1/setup')) });
  const { arrival } = useRouteContext({ strict: false }) as { arrival: Arrival };
  return (
    <Frame title={t('entry.setup.title')}>
      <Loaded query={setup}>
        {({ needed }) => {
          if (!needed) {
            return (
              <>
                <p>{t('entry.setup.done')}</p>
                <Link to="/sign-in">{t('entry.sign_in.verb')}</Link>
              </>
            );
          }
          return arrival.secret ? <Form secret={arrival.secret} /> : <p>{t('entry.setup.whole_link')}</p>;
        }}
      </Loaded>
    </Frame>
  );
}

/** How many characters a password has at least, as the server wants it. */
const shortest = 10;

function Form({ secret }: { secret: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [zone, setZone] = useState(browserZone);
  const make = useMutation({
    meta: { signsIn: true },
    mutationFn: async (body: { name: string; email: string; password: string }) => {
      const me = await send(api.POST('/api/v1/setup', { body: { ...body, secret } }));
      // The zone can be chosen later as well: whoever is an administrator by now is not kept at this page for it.
      await send(api.PUT('/api/v1/refresh-schedule', { body: { on: false, time_zone: zone, version: 0 } })).catch(
        () => undefined,
      );
      return me;
    },
    onSuccess: (me) => {
      client.clear();
      client.setQueryData(meQuery.queryKey, me);
      void navigate({ to: '/' });
    },
  });
  // A password that is too weak is told where it is typed.
  const weak = make.error instanceof ApiError && make.error.code === 'invalid' && make.error.field === 'password';
  const tooShort = [...(make.variables?.password ?? '')].length < shortest;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    make.mutate({
      name: String(form.get('name')),
      email: String(form.get('email')),
      password: String(form.get('password')),
    });
  };
  return (
    <form onSubmit={submit} className="stack">
      <p className="muted">{t('entry.setup.intro')}</p>
      <TextInput name="name" label={t('entry.name')} autoComplete="name" required autoFocus />
      <TextInput name="email" type="email" label={t('entry.email')} autoComplete="username" required />
      <PasswordInput
        name="password"
        label={t('entry.password')}
        description={t('entry.password_hint')}
        aria-invalid={weak || undefined}
        error={weak && t(tooShort ? 'entry.password_short' : 'entry.password_refused')}
        autoComplete="new-password"
        required
        visibilityToggleButtonProps={{ 'aria-label': t('parts.show_password') }}
      />
      <ZoneSelect
        label={t('entry.setup.zone')}
        description={t('entry.setup.zone_is')}
        value={zone}
        onChange={setZone}
        maw="100%"
      />
      {make.error && !weak && <ErrorPanel error={make.error} />}
      <Button type="submit" loading={make.isPending}>
        {t('entry.setup.verb')}
      </Button>
    </form>
  );
}
