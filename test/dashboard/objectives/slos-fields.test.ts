import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slosView } from '../../../control/api/health-views.ts';
import { slosBody } from '../../../control/api/schemas.ts';
import { DEFAULT_SLO, type Slo, slosMistake } from '../../../control/core/slo.ts';
import { FIGURES, shownOf, textOf, typedOf } from '../../../control/dashboard/objectives/figures-list.ts';
import {
  beginsAfresh,
  changesOf,
  changesText,
  DEFAULT_FIELDS,
  fieldsOf,
  type SlosFields,
  schemaFor,
} from '../../../control/dashboard/objectives/slos-fields.ts';
import { found } from '../found.ts';

const share = fc.double({ min: 1e-6, max: 0.999999, noNaN: true });
const ratio = fc.double({ min: 1, max: 100, noNaN: true });
const off = fc.constant('off' as const);
const seconds = fc.integer({ min: 0, max: 3600 });
const slo: fc.Arbitrary<Slo> = fc
  .record({
    errorObjective: share,
    errorRatio: ratio,
    latencyObjectives: fc
      .uniqueArray(
        fc.record({
          overMs: fc.integer({ min: 1, max: 10_000 }),
          maxShare: fc.oneof(share, fc.constantFrom(0.01, 0.001, 0.0005)),
        }),
        { maxLength: 4, selector: ({ overMs }) => overMs },
      )
      .map((list) => list.toSorted((a, b) => a.overMs - b.overMs)),
    latencyRatio: fc.oneof(ratio, off),
    falseRollbackChance: fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
    minBad: fc.integer({ min: 2, max: 100 }),
    minEffect: fc.double({ min: 1e-9, max: 0.99, noNaN: true }),
    minRequests: fc.integer({ min: 0, max: 1_000_000 }),
    perVisitorCap: fc.integer({ min: 1, max: 3 }),
    perNetworkCap: fc.oneof(fc.integer({ min: 1, max: 6 }), off),
    latencyGraceSeconds: seconds,
    holdSeconds: seconds,
    bakeSeconds: seconds,
  })
  .filter((one) => slosMistake(one) === undefined);

const PLAIN = slosView(DEFAULT_SLO);
const SET = slosView({ ...DEFAULT_SLO, latencyObjectives: [{ overMs: 500, maxShare: 0.01 }], holdSeconds: 600 });
const typed = (changed: Partial<SlosFields>, over = SET) => changesOf({ ...fieldsOf(over), ...changed }, over);

/** What control keeps of a body, as `PUT …/slos` does. */
function kept(before: Slo, body: object): Slo {
  const asked = Object.entries(slosBody.parse(body)).filter(([name, value]) => name !== 'reason' && value !== undefined);
  return { ...before, ...Object.fromEntries(asked.map(([name, value]) => [name, value ?? DEFAULT_SLO[name as keyof Slo]])) };
}

describe('the form of objectives', () => {
  it('sends nothing where nothing was changed', () => {
    fc.assert(
      fc.property(slo, (one) => {
        expect(changesOf(fieldsOf(slosView(one)), slosView(one))).toEqual({});
      }),
    );
  });

  it('sends what makes others of any objectives, exactly', () => {
    const both = fc.tuple(slo, slo);
    fc.assert(
      fc.property(both, ([before, wanted]) => {
        const body = changesOf(fieldsOf(slosView(wanted)), slosView(before));
        expect(found(schemaFor(slosView(before)), body)).toEqual({});
        expect(kept(before, body)).toEqual(wanted);
      }),
    );
  });

  it('sends only what differs, by its value and not by how it is typed', () => {
    expect(typed({ errorObjective: '1.0 %', holdSeconds: '600', errorRatio: '1.50' })).toEqual({});
    expect(typed({ errorObjective: '0.05' })).toEqual({ errorObjective: 0.0005 });
    expect(typed({ perNetworkCap: 'off', latencyGraceSeconds: '1 min' })).toEqual({
      perNetworkCap: 'off',
      latencyGraceSeconds: 60,
    });
  });

  it('sends null for what goes back to the default', () => {
    expect(typed({ holdSeconds: DEFAULT_FIELDS.holdSeconds, latencyObjectives: [] })).toEqual({
      holdSeconds: null,
      latencyObjectives: null,
    });
  });

  it('says "p99 ≤ 500 ms" in either spelling, which is no change', () => {
    expect(fieldsOf(SET).latencyObjectives).toEqual([{ key: 0, by: 'percentile', figure: '99', ms: '500' }]);
    for (const figure of ['99', 'p99', '99.0'])
      expect(typed({ latencyObjectives: [{ key: 7, by: 'percentile', figure, ms: '500' }] })).toEqual({});
    expect(typed({ latencyObjectives: [{ key: 7, by: 'share', figure: '1', ms: '500' }] })).toEqual({});
  });

  it('shows a share that no percentile of eight digits says as a share', () => {
    const odd = slosView({ ...DEFAULT_SLO, latencyObjectives: [{ overMs: 500, maxShare: 0.0123456789012 }] });
    expect(fieldsOf(odd).latencyObjectives).toEqual([{ key: 0, by: 'share', figure: '1.23456789012', ms: '500' }]);
  });

  it('leaves nothing out that was emptied or is no figure: the schema says so', () => {
    const body = typed({
      errorObjective: '',
      minBad: 'few',
      latencyObjectives: [{ key: 0, by: 'percentile', figure: '', ms: 'x' }],
    });
    expect(Object.keys(found(schemaFor(SET), body)).toSorted()).toEqual([
      'errorObjective',
      'latencyObjectives.0.maxMs',
      'latencyObjectives.0.percentile',
      'minBad',
    ]);
  });

  it.each<[Partial<SlosFields>, string]>([
    [{ perVisitorCap: '5' }, 'perVisitorCap'],
    [{ minBad: '2' }, 'perVisitorCap'],
    [{ perNetworkCap: '9' }, 'perNetworkCap'],
  ])('says of guards that do not fit each other which is wrong: %j', (changed, path) => {
    expect(found(schemaFor(SET), typed(changed))).toEqual({
      [path]: expect.stringMatching(/^must be below "Bad requests at least" \(\d\), or one /),
    });
  });
});

describe('evidence', () => {
  it.each<[Partial<SlosFields>, boolean]>([
    [{}, false],
    [{ holdSeconds: '1 min', minBad: '9', minEffect: '1' }, false],
    [{ errorObjective: '2' }, true],
    [{ latencyRatio: 'off' }, true],
    [{ latencyObjectives: [] }, true],
    [{ latencyObjectives: [{ key: 3, by: 'share', figure: '1.0', ms: '500' }] }, false],
    // What does not fit is not sent.
    [{ errorObjective: 'two' }, false],
  ])('begins afresh where a test becomes another: %j', (changed, isAfresh) => {
    expect(beginsAfresh(typed(changed), SET)).toBe(isAfresh);
  });
});

describe('changes in words', () => {
  it('say what was and what will be', () => {
    const changes = typed({ errorObjective: '0.05', holdSeconds: '5 min', perNetworkCap: 'off', latencyObjectives: [] });
    expect(changesText(changes, SET)).toEqual([
      'Failed requests at most: 1 % becomes 0.05 %',
      'Bad requests of a network that count: 4 becomes off',
      'Hold: 10 min becomes 5 min',
      'Latency objectives: at most 1 % over 500 ms becomes none',
    ]);
  });

  it('are none where something does not fit', () => expect(changesText(typed({ minBad: 'few' }), SET)).toEqual([]));
});

describe('figures', () => {
  it('are all there, each once', () => {
    const { latencyObjectives: _, ...figures } = DEFAULT_SLO;
    expect(FIGURES.map(({ name }) => name).toSorted()).toEqual(Object.keys(figures).toSorted());
  });

  it.each(FIGURES)('$name is typed as it is shown', (figure) => {
    expect(typedOf(figure, textOf(figure, PLAIN[figure.name]))).toBe(PLAIN[figure.name]);
    expect(shownOf(figure, PLAIN[figure.name])).toMatch(/^\d/);
  });
});
