import { useQuery } from '@tanstack/react-query';
import type { Api } from '../api/client';
import { meQuery } from '../api/queries';

export type Role = Api['Person']['role'];

const order: Role[] = ['viewer', 'contributor', 'administrator'];

/** Whether a role includes another one. The server decides; this says what is worth showing. */
export const atLeast = (role: Role | undefined, least: Role) => !!role && order.indexOf(role) >= order.indexOf(least);

/** Who is signed in, and what they may do. */
export function useMe() {
  const me = useQuery(meQuery).data?.person;
  return {
    me,
    may: (least: Role) => atLeast(me?.role, least),
    seesPersons: !!me && (me.sees_persons || atLeast(me.role, 'contributor')),
  };
}
