import type { Api } from '../api/client';

type Standing = Api['TaskStanding'];

/** How an export stands in the pipeline: its last runs, and when it runs next. */
export const standingOf = (tasks: Standing[] | undefined, e: Pick<Api['Export'], 'id'>): Standing | undefined =>
  tasks?.find((x) => x.kind === 'export' && x.object_id === e.id);

/** When the list was last in step: as the freshness says, or the latest of the last runs that succeeded. */
export function lastSuccess(e: Api['Export'], standing?: Standing): string | undefined {
  if (e.freshness?.last_success) return e.freshness.last_success;
  const latest =
    e.latest_run?.receipt && e.latest_run.status.startsWith('successful') ? e.latest_run.ended_at : undefined;
  return latest ?? standing?.runs?.find((r) => r.status.startsWith('successful'))?.ended_at;
}
