import { sql } from './fault';
import { type FaultSystem } from './fault-system';
import { EVENTS, GOLD } from './load';
import { expectedOf } from './oracle';

const EXPECTED = expectedOf(EVENTS, GOLD);

/** I1 of assignment, whose state is not in the digest: what it gives out work by is what consensus believes and what workers have done. */
export async function assignmentProblems(system: FaultSystem, project: string): Promise<string[]> {
  return [...(await beliefProblems(system, project)), ...(await overlapProblems(system, project))];
}

async function beliefProblems(system: FaultSystem, project: string): Promise<string[]> {
  const differing = await sql<{ item: string }>(
    system,
    `select c.item, c.version, w.decided_version, c.state, w.state as known from consensus.item c left join assignment.work w using (project, item)
     where c.project = '${project}' and (w.state is distinct from c.state
       or (select jsonb_agg(d -> 'label' order by d ->> 'question') from jsonb_array_elements(c.decisions) d)
         is distinct from (select jsonb_agg(d -> 'label' order by d ->> 'question') from jsonb_array_elements(w.decisions) d))`,
  );
  if (differing.length === 0) return [];
  return [
    `I1: assignment knows ${differing.length} items otherwise than consensus, as ${JSON.stringify(differing[0])}`,
  ];
}

/** As many workers as the events say have labelled each item. */
async function overlapProblems(system: FaultSystem, project: string): Promise<string[]> {
  const found = await sql<{ item: string; overlap: number }>(
    system,
    `select item, overlap from assignment.work where project = '${project}'`,
  );
  const overlaps = new Map(found.map(({ item, overlap }) => [item, overlap]));
  return [...EXPECTED.counted].flatMap(([item, workers]) =>
    overlaps.get(item) === workers.size
      ? []
      : [`I1: assignment counts ${overlaps.get(item)} workers of ${item}, expected ${workers.size}`],
  );
}
