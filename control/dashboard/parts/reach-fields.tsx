// Whose something is, and which services it reaches, to be filled in.
import type { TeamView } from '../../api/types.ts';
import { useSession } from '../session.tsx';
import { Choices, SelectField } from './inputs.tsx';

interface Shape {
  /** All that can be seen. */
  readonly teams: readonly TeamView[];
  /** Empty: of no team. */
  readonly team: string;
  readonly services: readonly string[] | null;
  readonly set: (changed: { readonly team?: string; readonly services?: readonly string[] | null }) => void;
  readonly issues: Readonly<Record<string, string>>;
  /** What it comes to when all services are chosen. */
  readonly all: string;
}

/** The fields of a reach. Only who belongs to no team chooses one. */
export function ReachFields({ teams, team, services, set, issues, all }: Shape) {
  const { me } = useSession();
  const owned = teams.find(({ name }) => name === team)?.services ?? me.services;
  // What was chosen stays to be seen, though another team does not own it.
  const known = [...new Set([...owned, ...(services ?? [])])];
  return (
    <>
      {givesTeam(me, teams) ? (
        <SelectField
          label="Team"
          value={team}
          set={(to) => set({ team: to })}
          options={[['', 'none: of the owners'], ...teams.map(({ name }) => [name, name] as const)]}
          issue={issues.team}
        />
      ) : (
        me.team !== null && <p class="hint">It belongs to team {me.team}, as you do.</p>
      )}
      <Choices
        label="Services"
        all={all}
        options={known.map((value) => ({ value }))}
        chosen={services}
        set={(to) => set({ services: to })}
        issue={Object.entries(issues).find(([path]) => /^services(\.|$)/.test(path))?.[1]}
      />
    </>
  );
}

/** Whether somebody chooses a team for what they make. */
export function givesTeam(me: { readonly team: string | null }, teams: readonly TeamView[]): boolean {
  return me.team === null && teams.length > 0;
}
