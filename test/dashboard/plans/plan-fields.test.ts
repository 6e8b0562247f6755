import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planView } from '../../../control/api/release-views.ts';
import { planBody } from '../../../control/api/schemas.ts';
import { BUILT_IN_PLANS, type Plan, stagesMistake } from '../../../control/core/plan.ts';
import { bodyOf, fieldsOf, NEW_PLAN, planSchema, withMoved, withStage } from '../../../control/dashboard/plans/plan-fields.ts';
import { found } from '../found.ts';

const seconds = fc.integer({ min: 0, max: 30 * 86_400 });
const stage = fc.record({
  weight: fc.integer({ min: 0, max: 10_000 }),
  soakSeconds: seconds,
  minRequests: fc.integer({ min: 0, max: 1_000_000 }),
  advance: fc.constantFrom('auto' as const, 'manual' as const),
});
const plan: fc.Arbitrary<Plan> = fc.record({
  name: fc.constantFrom('ours', 'a-1'),
  stages: fc
    .array(stage, { minLength: 1, maxLength: 20 })
    .map((list) => list.toSorted((a, b) => a.weight - b.weight))
    .filter((list) => stagesMistake(list) === undefined),
  onFail: fc.constantFrom('rollback' as const, 'pause' as const),
  onInsufficient: fc.constantFrom('hold' as const, 'extend' as const, 'promote' as const, 'rollback' as const),
  bakeSeconds: seconds,
  hooks: fc.constantFrom([], [{ on: 'before-start' as const, channel: 'c-1' }]),
});
const viewOf = (of: Plan) => ({ ...planView(of), team: null });
const sent = (of: Plan) => planSchema([]).parse(bodyOf(fieldsOf(viewOf(of))));

describe('the form of a plan', () => {
  it('sends a plan that nobody changed as it was', () => {
    fc.assert(
      fc.property(plan, (of) => {
        expect(sent(of)).toEqual({ ...of, reason: null });
      }),
    );
  });

  it.each(BUILT_IN_PLANS)('sends a copy of $name as it is', (of) => expect(sent(of)).toEqual({ ...of, reason: null }));

  it('shows what it sent as it was typed', () => {
    const { key: _, ...first } = { ...NEW_PLAN.stages[0], weight: '12.34', soak: '1 h 30 min' };
    const fields = { ...NEW_PLAN, name: 'ours', stages: [{ key: 0, ...first }, ...NEW_PLAN.stages.slice(1)] } as typeof NEW_PLAN;
    const { reason: __, ...set } = planSchema([]).parse(bodyOf(fields));
    expect(fieldsOf(viewOf({ ...set, name: 'ours' }))).toEqual(fields);
  });

  it('begins with a plan that lacks nothing but its name', () => {
    expect(Object.keys(found(planSchema([]), bodyOf(NEW_PLAN)))).toEqual(['name']);
    expect(found(planSchema([]), bodyOf({ ...NEW_PLAN, name: ' ours ' }))).toEqual({});
  });

  it('takes a percent sign, and names each field that is wrong', () => {
    const [first, last] = NEW_PLAN.stages;
    if (first === undefined || last === undefined) throw new Error('a new plan has two stages');
    const stages = [
      { ...first, weight: '5 %' },
      { ...last, weight: '12.345', soak: 'soon', minRequests: '-1' },
    ];
    const issues = found(planSchema([]), bodyOf({ ...NEW_PLAN, name: 'Ours', bake: '99 d', stages }));
    expect(Object.keys(issues).toSorted()).toEqual([
      'bakeSeconds',
      'name',
      'stages.1.minRequests',
      'stages.1.soakSeconds',
      'stages.1.weight',
    ]);
  });

  it('lets a new plan take the place of no other', () => {
    const body = bodyOf({ ...NEW_PLAN, name: 'ours' });
    expect(found(planSchema(['ours']), body).name).toMatch(/There is a plan/);
    expect(found(planSchema(['others']), body)).toEqual({});
  });

  it('leaves to the API what it says by itself', () => {
    const stages = NEW_PLAN.stages.map((one) => ({ ...one, minRequests: ' ' }));
    const { name: _, ...body } = bodyOf({ ...NEW_PLAN, stages, bake: '' });
    expect(planBody.parse(body)).toMatchObject({ bakeSeconds: 600, stages: [{ minRequests: 50 }, { minRequests: 50 }] });
  });
});

describe('stages', () => {
  const weights = (stages: readonly { weight: string }[]) => stages.map(({ weight }) => weight);

  it('are added behind the last one, each told from the others', () => {
    const three = withStage(withStage(NEW_PLAN.stages.slice(0, 1)));
    expect(weights(three)).toEqual(['10', '20', '40']);
    expect(new Set(three.map(({ key }) => key)).size).toBe(3);
    expect(weights(withStage(NEW_PLAN.stages))).toEqual(['10', '100', '100']);
    expect(weights(withStage([]))).toEqual(['100']);
  });

  it('are moved by one place, but not over an end', () => {
    expect(weights(withMoved(NEW_PLAN.stages, 0, 1))).toEqual(['100', '10']);
    expect(weights(withMoved(NEW_PLAN.stages, 1, -1))).toEqual(['100', '10']);
    expect(withMoved(NEW_PLAN.stages, 0, -1)).toBe(NEW_PLAN.stages);
    expect(withMoved(NEW_PLAN.stages, 1, 1)).toBe(NEW_PLAN.stages);
  });
});
