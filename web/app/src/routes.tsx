import { accountRoutes } from './account/routes';
import { auditRoutes } from './audit/routes';
import { connectionRoutes } from './connections/routes';
import { entryRoutes } from './entry/routes';
import { exportRoutes } from './exports/routes';
import { homeRoutes } from './home/routes';
import { peopleRoutes } from './people/routes';
import { profileRoutes } from './profiles/routes';
import { relationshipRoutes } from './relationships/routes';
import { segmentRoutes } from './segments/routes';
import { rootRoute, shellRoute } from './shell/root';
import { sourceRoutes } from './sources/routes';
import { systemRoutes } from './system/routes';
import { unifyRoutes } from './unify/routes';

/** All routes: one line an area. */
export const routeTree = rootRoute.addChildren([
  ...entryRoutes,
  shellRoute.addChildren([
    ...homeRoutes,
    ...sourceRoutes,
    ...relationshipRoutes,
    ...profileRoutes,
    ...unifyRoutes,
    ...segmentRoutes,
    ...exportRoutes,
    ...connectionRoutes,
    ...peopleRoutes,
    ...auditRoutes,
    ...systemRoutes,
    ...accountRoutes,
  ]),
]);
