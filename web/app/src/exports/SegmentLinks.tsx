import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { segmentsQuery } from '../segments/queries';

/** The segments of an export, by name. */
export function SegmentLinks({ ids }: { ids: string[] }) {
  const segments = useQuery(segmentsQuery).data;
  return (
    <span className="row">
      {ids.map((id) => (
        <Link key={id} to="/segments/$id" params={{ id }}>
          {segments?.find((s) => s.id === id)?.name ?? id}
        </Link>
      ))}
    </span>
  );
}
