// Visitors moved at once, without a plan: back, to the next slot, to a slot by name, or by weights.
import { useId, useState } from 'preact/hooks';
import type { Role, ServiceView } from '../../api/types.ts';
import { isUnderWay } from '../../core/release.ts';
import { splitText } from '../../words.ts';
import { useKeptFocus } from '../parts/kept-focus.ts';
import { useSession } from '../session.tsx';
import { useAsk, VerbButtons } from './ask.tsx';
import { activateDeed, type Deed, rollbackDeed, rotateDeed, splitDeed } from './verbs.ts';
import { SetWeights } from './weights.tsx';

const ACTIVATE = 'activate ';

/** Buttons that move visitors at once; while a release runs, all but the way back are left to its own verbs. */
export function Moves({ service }: { readonly service: ServiceView }) {
  const { role } = useSession().me;
  const id = useId();
  const [isSetting, setIsSetting] = useState(false);
  const { ask, dialog } = useAsk((deed) => deedOf(service, deed, role));
  const { release } = service;
  const open = (deed: string) => (deed === 'split' ? setIsSetting(true) : ask(deed));
  return (
    <section class="card" aria-labelledby={id} {...useKeptFocus<HTMLElement>()}>
      <h2 id={id}>Move visitors</h2>
      <p class="dim">Now {splitText(service.split.weights)}. What is done here is done at once, without stages.</p>
      <VerbButtons deeds={movesOf(service, role)} ask={open} />
      {release !== null && isUnderWay(release) && (
        <p class="hint">
          A release owns the split. <a href="#release">To release {release.id} and its verbs</a>
        </p>
      )}
      {dialog}
      {isSetting && <SetWeights service={service} close={() => setIsSetting(false)} />}
    </section>
  );
}

function movesOf(service: ServiceView, role: Role): Deed[] {
  const { slots, active, split } = service;
  const filled = Object.keys(slots).filter((slot) => slots[slot]?.version !== null);
  const worth = filled.filter((slot) => slot !== active || split.weights[slot] !== 100);
  return [
    splitDeed(service, split.weights, role),
    rollbackDeed(service, role),
    rotateDeed(service, role),
    ...worth.map((slot) => activateDeed(service, slot, role)),
  ];
}

function deedOf(service: ServiceView, id: string, role: Role): Deed | undefined {
  if (id === 'rotate') return rotateDeed(service, role);
  if (id.startsWith(ACTIVATE)) return activateDeed(service, id.slice(ACTIVATE.length), role);
  return id === 'rollback' ? rollbackDeed(service, role) : undefined;
}
