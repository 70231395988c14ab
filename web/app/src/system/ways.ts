import type { Api } from '../api/client';
import { numberOf } from '../parts/numberOf';

/** What stands in the form. */
export type Draft = {
  mailOn: boolean;
  host: string;
  port: string | number;
  security: 'starttls' | 'tls' | 'none';
  user: string;
  password: string;
  from: string;
  webhookOn: boolean;
  url: string;
  secret: string;
};

export const draftOf = (s: Api['NoticeSettings']): Draft => ({
  mailOn: s.mail.on,
  host: s.mail.host ?? '',
  port: s.mail.port ?? '',
  security: s.mail.security ?? 'starttls',
  user: s.mail.user ?? '',
  password: '',
  from: s.mail.from ?? '',
  webhookOn: s.webhook.on,
  url: s.webhook.url ?? '',
  secret: '',
});

/** What is sent to be stored. Password and secret stay as they are where nothing was typed. */
export const inputOf = (d: Draft, read: Api['NoticeSettings']): Api['NoticeSettingsInput'] => ({
  version: read.version,
  mail: {
    on: d.mailOn,
    ...(d.host.trim() && {
      host: d.host.trim(),
      port: numberOf(d.port) ?? { starttls: 587, tls: 465, none: 25 }[d.security],
      security: d.security,
      from: d.from.trim(),
      user: d.user.trim() || undefined,
      password: d.password || undefined,
    }),
  },
  webhook: { on: d.webhookOn, url: d.url.trim() || undefined, secret: d.secret || undefined },
});
