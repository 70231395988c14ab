import { Button } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { connectionsQuery } from '../connections/queries';
import { Card } from '../parts/Card';
import { useMe } from '../parts/roles';
import { definitionQuery } from '../profiles/queries';
import { segmentsQuery } from '../segments/queries';
import { sourcesQuery } from '../sources/queries';
import classes from './home.module.css';
import { type StepId, stepIds, stepsDone } from './steps';

/** The way to a first export: what is done, and the one thing to do next. */
export function FirstSteps() {
  const { t } = useTranslation();
  const { may } = useMe();
  const sources = useQuery(sourcesQuery);
  const profile = useQuery(definitionQuery);
  const segments = useQuery(segmentsQuery);
  const connections = useQuery(connectionsQuery);
  if (sources.isPending || profile.isPending || segments.isPending || connections.isPending) return null;
  const list = sources.data ?? [];
  const done = stepsDone({
    sources: list,
    profile: profile.data,
    segments: segments.data ?? [],
    connections: connections.data ?? [],
  });
  const next = stepIds.find((id) => !done[id]);
  const asks = !may('administrator');
  const word = (id: StepId) => t(id === 'connection' && asks ? 'home.first.connection_ask' : `home.first.${id}`);
  const to: Record<StepId, string> = {
    source: list[0] ? `/sources/${list[0].id}` : '/sources/new',
    profile: '/profile',
    segment: '/segments/new',
    connection: '/connections/new',
    export: '/exports/new',
  };
  return (
    <Card title={t('home.first.title')}>
      <div className="stack">
        <p className="muted">{t('home.empty')}</p>
        <ol className={classes.steps}>
          {stepIds.map((id, i) => (
            <li key={id} data-done={done[id]} data-next={id === next} aria-current={id === next ? 'step' : undefined}>
              <span className={classes.mark}>{done[id] ? <IconCheck size={14} aria-hidden /> : i + 1}</span>
              <span className="grow">
                {word(id)}
                {done[id] && <span className="visually-hidden">{t('parts.sections.complete')}</span>}
              </span>
              {id === next && !(id === 'connection' && asks) && (
                <Button component={Link} to={to[id]}>
                  {t('home.first.go')}
                  <span className="visually-hidden">: {word(id)}</span>
                </Button>
              )}
            </li>
          ))}
        </ol>
      </div>
    </Card>
  );
}
