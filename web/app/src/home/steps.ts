import type { Api } from '../api/client';

export const stepIds = ['source', 'profile', 'segment', 'connection', 'export'] as const;
export type StepId = (typeof stepIds)[number];

type Found = {
  sources: Pick<Api['Source'], 'ingest'>[];
  profile: Pick<Api['ProfileDefinition'], 'build'> | undefined;
  segments: unknown[];
  connections: unknown[];
};

/** What is done of the way to a first export; each step can be taken when those before it are done. */
export function stepsDone({ sources, profile, segments, connections }: Found): Record<StepId, boolean> {
  return {
    source: sources.some((s) => !!s.ingest?.at),
    profile: !!profile?.build?.at,
    segment: segments.length > 0,
    connection: connections.length > 0,
    export: false,
  };
}
