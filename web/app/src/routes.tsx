import { accountRoutes } from './account/routes';
import { auditRoutes } from './audit/routes';
import { connectionRoutes } from './connections/routes';
import { entryRoutes } from './entry/routes';
import { exportRoutes } from './exports/routes';
import { homeRoutes } from './home/routes';
import { peopleRoutes } from './people/routes';
import { profileRoutes } from './profiles/routes';
import { segmentRoutes } from './segments/routes';
import { rootRoute, shellRoute } from './shell/root';
import { sourceRoutes } from './sources/routes';
import { systemRoutes } from './system/routes';

/** All routes: one line an area. */
export const routeTree = rootRoute.addChildren([
  ...entryRoutes,
  shellRoute.addChildren([
    ...homeRoutes,
    ...sourceRoutes,
    ...profileRoutes,
    ...segmentRoutes,
    ...exportRoutes,
    ...connectionRoutes,
    ...peopleRoutes,
    ...auditRoutes,
    ...systemRoutes,
    ...accountRoutes,
  ]),
]);
