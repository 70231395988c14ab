import {
  IconArrowsExchange,
  IconCalendarTime,
  IconDatabase,
  IconFilter,
  IconHeartbeat,
  IconHome,
  IconInfoCircle,
  IconListDetails,
  IconPlug,
  IconSettings,
  IconUserSquare,
  IconUsers,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Role } from '../parts/roles';

export type Place = {
  to: string;
  /** The key of its word: `shell.nav.<id>`. */
  id: string;
  icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  /** The least role that has a use for it; 'persons' for whoever may see customers. */
  least: Role | 'persons';
};

export type Group = { id: string; places: Place[] };

/** The navigation, as people know it. A place stands here once its page does. */
export const navigation: Group[] = [
  { id: 'start', places: [{ to: '/', id: 'home', icon: IconHome, least: 'viewer' }] },
  {
    id: 'data',
    places: [
      { to: '/sources', id: 'sources', icon: IconDatabase, least: 'viewer' },
      { to: '/profiles', id: 'profiles', icon: IconUserSquare, least: 'persons' },
      { to: '/segments', id: 'segments', icon: IconFilter, least: 'viewer' },
      { to: '/exports', id: 'exports', icon: IconArrowsExchange, least: 'viewer' },
    ],
  },
  {
    id: 'admin',
    places: [
      { to: '/connections', id: 'connections', icon: IconPlug, least: 'contributor' },
      { to: '/people', id: 'people', icon: IconUsers, least: 'administrator' },
      { to: '/audit', id: 'audit', icon: IconListDetails, least: 'administrator' },
    ],
  },
  {
    id: 'system',
    places: [
      { to: '/status', id: 'status', icon: IconHeartbeat, least: 'viewer' },
      { to: '/schedule', id: 'schedule', icon: IconCalendarTime, least: 'viewer' },
      { to: '/general', id: 'general', icon: IconSettings, least: 'administrator' },
      { to: '/about', id: 'about', icon: IconInfoCircle, least: 'viewer' },
    ],
  },
];

/** The groups and places that somebody has a use for; the server decides what they may do there. */
export function placesFor(may: (role: Role) => boolean, seesPersons: boolean): Group[] {
  return navigation
    .map((g) => ({ ...g, places: g.places.filter((p) => (p.least === 'persons' ? seesPersons : may(p.least))) }))
    .filter((g) => g.places.length > 0);
}
