import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { Card, Notice } from '../parts/Card';
import { SaveError } from '../parts/Conflict';
import { Page } from '../parts/Page';
import { useLeave } from '../parts/useLeave';
import { Builder } from './Builder';
import classes from './builder.module.css';
import { useHistory } from './history';
import { type Draft, profileFields, toRules } from './model';
import { lacking as lackingIn } from './operators';
import { Preview, usePreview } from './Preview';
import { completeSchedule, ScheduleFields, sameSchedule, scheduleOf } from './Schedule';
import type { World } from './tables';
import { useWords } from './words';

type Props = {
  title: string;
  /** What is changed; without it the segment is a new one. */
  stored?: Api['Segment'];
  draft: () => Draft;
  world: World;
  /** Loads the newest state, where somebody else saved meanwhile. */
  onReload?: () => void;
};

/** The definition of a segment: its name, its rules, and whom they find while they are changed. */
export function SegmentForm({ title, stored, draft, world, onReload }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [first] = useState(draft);
  const history = useHistory(first);
  const { now, set } = history;
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  // What is stored by now: a new segment is there once it was saved, even where its schedule was refused.
  const [base, setBase] = useState(stored);
  const [strict, setStrict] = useState(false);
  const rules = toRules(now.parts);
  const words = useWords(
    world.fields,
    now.timeZone,
    rules.map((r) => r.rule),
  );
  const lacking = lackingIn(now.parts, world);
  const preview = usePreview(rules, now.timeZone, lacking === 0);
  const leave = useLeave(now !== first);

  const save = async () => {
    setStrict(true);
    if (lacking > 0 || now.name.trim() === '' || !completeSchedule(now.schedule)) return;
    setBusy(true);
    setError(undefined);
    const body = {
      name: now.name.trim(),
      description: now.description.trim() || undefined,
      time_zone: now.timeZone || undefined,
      rules,
    };
    try {
      let segment = base
        ? await send(
            api.PUT('/api/v1/segments/{id}', {
              params: { path: { id: base.id } },
              body: { ...body, version: base.version },
            }),
          )
        : await send(api.POST('/api/v1/segments', { body }));
      setBase(segment);
      if (!sameSchedule(now.schedule, segment.schedule)) {
        segment = await send(
          api.PUT('/api/v1/segments/{id}/schedule', {
            params: { path: { id: segment.id } },
            body: { ...scheduleOf(now.schedule), version: segment.version },
          }),
        );
      }
      leave.saved();
      client.setQueryData(['segments', segment.id], segment);
      // Lists of exports are not as the segment says any more.
      void client.invalidateQueries({ queryKey: ['exports'] });
      void client.invalidateQueries({ queryKey: ['status'] });
      await client.invalidateQueries({ queryKey: ['segments'] });
      await navigate({ to: '/segments/$id', params: { id: segment.id } });
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };

  const keys = (e: KeyboardEvent) => {
    if (!(e.ctrlKey || e.metaKey) || e.altKey) return;
    const key = e.key.toLowerCase();
    if (key === 's') void save();
    else if (key === 'z' && e.shiftKey) history.redo();
    else if (key === 'z') history.undo();
    else if (key === 'y') history.redo();
    else return;
    e.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it takes the keys of everything in it
    <div onKeyDown={keys}>
      <Page
        wide
        title={title}
        back={
          stored
            ? { to: `/segments/${stored.id}`, label: stored.name }
            : { to: '/segments', label: t('segments.title') }
        }
        sentence={t('segments.builder.sentence')}
        actions={
          <>
            <ActionIcon
              size={36}
              variant="default"
              aria-label={t('segments.builder.undo')}
              title={t('segments.builder.undo')}
              aria-keyshortcuts="Control+Z"
              disabled={!history.canUndo}
              onClick={history.undo}
            >
              <IconArrowBackUp size={18} aria-hidden />
            </ActionIcon>
            <ActionIcon
              size={36}
              variant="default"
              aria-label={t('segments.builder.redo')}
              title={t('segments.builder.redo')}
              aria-keyshortcuts="Control+Y"
              disabled={!history.canRedo}
              onClick={history.redo}
            >
              <IconArrowForwardUp size={18} aria-hidden />
            </ActionIcon>
            <Button loading={busy} onClick={save} aria-keyshortcuts="Control+S">
              {t('segments.builder.save')}
            </Button>
          </>
        }
      >
        {error !== undefined && <SaveError error={error} onReload={onReload ?? (() => setError(undefined))} />}
        {strict && lacking > 0 && <Notice tone="warn">{t('segments.builder.incomplete', { count: lacking })}</Notice>}
        <div className={classes.layout}>
          <div className="stack">
            <Card title={t('segments.builder.what')}>
              <div className={classes.name}>
                <TextInput
                  label={t('segments.column.name')}
                  required
                  maxLength={200}
                  value={now.name}
                  error={strict && now.name.trim() === '' ? t('segments.builder.name_needed') : undefined}
                  onChange={(e) => {
                    const name = e.currentTarget.value;
                    set((d) => ({ ...d, name }), 'name');
                  }}
                />
                <TextInput
                  label={t('segments.column.description')}
                  maxLength={1000}
                  value={now.description}
                  onChange={(e) => {
                    const description = e.currentTarget.value;
                    set((d) => ({ ...d, description }), 'description');
                  }}
                />
              </div>
            </Card>
            <Builder
              draft={now}
              world={world}
              change={set}
              strict={strict}
              counts={lacking === 0 ? preview.data?.rules : undefined}
              counting={preview.stale}
            />
            <p className="muted">{t('segments.builder.keys')}</p>
            <Card title={t('segments.schedule.title')}>
              <ScheduleFields
                value={now.schedule}
                strict={strict}
                onChange={(schedule) => set((d) => ({ ...d, schedule }), 'schedule')}
              />
            </Card>
            <Card title={t('segments.time_zone')}>
              <Select
                aria-label={t('segments.time_zone')}
                description={t('segments.builder.zone_is')}
                maw={320}
                searchable
                allowDeselect={false}
                value={now.timeZone || 'UTC'}
                data={zones(now.timeZone)}
                limit={50}
                onChange={(zone) => zone && set((d) => ({ ...d, timeZone: zone }))}
              />
            </Card>
          </div>
          <aside className={classes.side} aria-label={t('segments.builder.result')}>
            <Preview preview={preview} fields={world.fields} lacking={lacking} used={profileFields(now.parts)} />
            <Card title={t('segments.builder.in_words')}>
              <p className="break">{lacking === 0 ? words.sentence(rules) : t('segments.builder.not_yet')}</p>
            </Card>
          </aside>
        </div>
        {leave.dialog}
      </Page>
    </div>
  );
}

function zones(stored: string): string[] {
  return [...new Set(['UTC', ...(stored ? [stored] : []), ...Intl.supportedValuesOf('timeZone')])];
}
