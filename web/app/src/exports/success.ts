import type { Api } from '../api/client';

/** When the list was last in step, as far as the latest run says. */
export const lastSuccess = (e: Api['Export']) =>
  e.latest_run?.receipt && e.latest_run.status.startsWith('successful') ? e.latest_run.ended_at : undefined;
