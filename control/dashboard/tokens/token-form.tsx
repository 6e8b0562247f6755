// A token that is made.
import { tokenBody } from '../../api/access-schemas.ts';
import type { NewTokenView, TeamView } from '../../api/types.ts';
import { DUTIES } from '../../setting-words.ts';
import { useChecked } from '../parts/checked.ts';
import { useFields } from '../parts/fields.ts';
import { FormDialog } from '../parts/form-dialog.tsx';
import { Check, ReasonField, SelectField, TextField } from '../parts/inputs.tsx';
import { ReachFields } from '../parts/reach-fields.tsx';
import { useSession } from '../session.tsx';
import { bodyOf, NEW_TOKEN, rolesFor, type TokenFields } from './token-fields.ts';

interface Shape {
  readonly teams: readonly TeamView[];
  readonly done: (token: NewTokenView) => void;
  readonly close: () => void;
}

const SHOWN = /^(name|role|team|services(\.\d+)?|forSeconds|reason)$/;

/** The form of a token, in a dialog. */
export function TokenForm({ teams, done, close }: Shape) {
  const { api, me } = useSession();
  const { fields, set, isDirty } = useFields(() => NEW_TOKEN);
  const body = bodyOf(fields);
  const checked = useChecked(tokenBody, body);
  const { issues } = checked;
  return (
    <FormDialog
      title="New token"
      verb="Make the token"
      shown={SHOWN}
      call={async () => done(await api.call<NewTokenView>('POST', '/tokens', body))}
      {...{ checked, isDirty, close }}
    >
      <TextField
        label="Name"
        hint="As lists and the audit call whoever holds it."
        value={fields.name}
        set={(name) => set({ name })}
        issue={issues.name}
      />
      <SelectField
        label="Role"
        value={fields.role}
        set={(role) => set({ role })}
        options={rolesFor(me.role).map((role) => [role, `${role}: ${DUTIES[role]}`] as const)}
        issue={issues.role}
      />
      <ReachFields
        all={fields.team === '' && me.team === null ? 'all services' : 'all of the team'}
        {...{ teams, team: fields.team, services: fields.services, set, issues }}
      />
      <Life {...{ fields, set }} issue={issues.forSeconds} />
      <ReasonField value={fields.reason} set={(reason) => set({ reason })} issue={issues.reason} />
    </FormDialog>
  );
}

interface LifeShape {
  readonly fields: TokenFields;
  readonly set: (changed: Partial<TokenFields>) => void;
  readonly issue: string | undefined;
}

function Life({ fields: { days, isForEver }, set, issue }: LifeShape) {
  return (
    <>
      <TextField
        label="Good for"
        unit="days"
        mode="decimal"
        value={days}
        set={(text) => set({ days: text })}
        disabled={isForEver}
        issue={issue}
      />
      <Check label="until it is revoked" checked={isForEver} set={(isOn) => set({ isForEver: isOn })} />
    </>
  );
}
