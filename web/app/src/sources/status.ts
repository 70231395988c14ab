import type { Api } from '../api/client';

/** How taking over a source went the last time. A failure later than the rows means that the rows are older ones. */
export function statusOf(
  source: Pick<Api['Source'], 'ingest'>,
): 'not_started' | 'successful' | 'successful_with_rejects' | 'failed_permanent' {
  const i = source.ingest;
  if (!i) return 'not_started';
  if (i.failure) return 'failed_permanent';
  if (!i.at) return 'not_started';
  return i.quarantined > 0 ? 'successful_with_rejects' : 'successful';
}
