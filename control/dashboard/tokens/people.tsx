// Teams and people, to be read: the command line changes them.
import type { PersonView, TeamView } from '../../api/types.ts';
import { reachText } from '../../setting-words.ts';
import { type Asked, Shown, useAnswer } from '../parts/answer.tsx';
import { Table } from '../parts/table.tsx';

/** Teams, and people who have a role. */
export function People({ teams }: { readonly teams: Asked<{ teams: TeamView[] }> }) {
  const people = useAnswer<{ people: PersonView[] }>('/people');
  return (
    <>
      <section class="card">
        <h2>Teams</h2>
        <p class="dim">
          A team owns services; its tokens and people reach no others. Owners set teams: <code>sluice teams set</code>.
        </p>
        <Shown asked={teams}>
          {(answer) => (answer.teams.length === 0 ? <p>There are no teams.</p> : <Teams teams={answer.teams} />)}
        </Shown>
      </section>
      <section class="card">
        <h2>People</h2>
        <p class="dim">
          Who comes by Cloudflare Access, by e-mail address or group. Admins set their roles: <code>sluice people set</code>.
        </p>
        <Shown asked={people}>
          {(answer) =>
            answer.people.length === 0 ? <p>Nobody has a role by e-mail address or group.</p> : <Roles people={answer.people} />
          }
        </Shown>
      </section>
    </>
  );
}

function Teams({ teams }: { readonly teams: readonly TeamView[] }) {
  return (
    <Table heads={['Team', 'Owns']}>
      {teams.map(({ name, services }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{services.join(', ') || 'no service'}</td>
        </tr>
      ))}
    </Table>
  );
}

function Roles({ people }: { readonly people: readonly PersonView[] }) {
  return (
    <Table heads={['Who', 'Role', 'Reaches']}>
      {people.map((person) => (
        <tr key={person.who}>
          <th scope="row">{person.who}</th>
          <td>
            <span class="badge">{person.role}</span>
          </td>
          <td>{reachText(person)}</td>
        </tr>
      ))}
    </Table>
  );
}
