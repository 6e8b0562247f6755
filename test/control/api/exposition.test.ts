import parse from 'parse-prometheus-text-format';
import { describe, expect, it } from 'vitest';
import { expositionOf, type Family, histogramSamples } from '../../../control/api/exposition.ts';
import { strictly } from './strict.ts';

const family = (over: Partial<Family>): Family => ({
  name: 'a_total',
  type: 'counter',
  help: 'What it is.',
  samples: [{ labels: {}, value: 1 }],
  ...over,
});

describe('exposition', () => {
  it('is a help, a type and the samples of each family, every line ended', () => {
    const families = [family({}), family({ name: 'b', type: 'gauge', samples: [{ labels: { x: '1', y: '2' }, value: 0.5 }] })];
    expect(expositionOf(families)).toBe(
      '# HELP a_total What it is.\n# TYPE a_total counter\na_total 1\n# HELP b What it is.\n# TYPE b gauge\nb{x="1",y="2"} 0.5\n',
    );
  });

  it('is empty of no families, and leaves out one without samples', () => {
    expect(expositionOf([])).toBe('');
    expect(expositionOf([family({ samples: [] }), family({ name: 'b_total' })])).not.toContain('a_total');
  });

  it.each(['plain', 'a"b', 'a\\b', 'a\nb', '\\n', '\\"', 'c:\\new\\"x"\n', 'é 版 🚀', '{}=,', ''])(
    'gives %j back from a label and a help',
    (text) => {
      const written = expositionOf([family({ help: `:${text}`, samples: [{ labels: { of: text, and: text }, value: 3 }] })]);
      expect(strictly(written).helps.get('a_total')).toBe(`:${text}`);
      expect(parse(written)).toEqual([
        { name: 'a_total', help: `:${text}`, type: 'COUNTER', metrics: [{ value: '3', labels: { of: text, and: text } }] },
      ]);
    },
  );

  it.each([
    [0, '0'],
    [0.1, '0.1'],
    [1e21, '1e+21'],
    [1e-7, '1e-7'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ])('writes %d as %s', (value, text) => {
    const written = expositionOf([family({ name: 'g', type: 'gauge', samples: [{ labels: {}, value }] })]);
    expect(written).toContain(`\ng ${text}\n`);
    expect(strictly(written).series.get('g')).toBe(value);
  });

  it('adds the buckets of a histogram up, +Inf last', () => {
    const samples = histogramSamples({ slot: 'blue' }, [0.1, 1], [3, 0, 2], 4.5);
    const written = expositionOf([family({ name: 'h', type: 'histogram', samples })]);
    expect([...strictly(written).series]).toEqual([
      ['h_bucket{slot="blue",le="0.1"}', 3],
      ['h_bucket{slot="blue",le="1"}', 3],
      ['h_bucket{slot="blue",le="+Inf"}', 5],
      ['h_sum{slot="blue"}', 4.5],
      ['h_count{slot="blue"}', 5],
    ]);
  });
});

describe('the strict reader of these tests', () => {
  const head = '# HELP a_total x\n# TYPE a_total counter\n';
  it.each([
    ['a last line that does not end', `${head}a_total 1`],
    ['a family that comes twice', `${head}a_total 1\n${head}a_total{b="1"} 1\n`],
    ['a sample of another family', `${head}b_total 1\n`],
    ['a family in two parts', `${head}a_total 1\n# HELP b_total x\n# TYPE b_total counter\nb_total 1\na_total{b="1"} 2\n`],
    ['a series that comes twice', `${head}a_total 1\na_total 1\n`],
    ['a label that comes twice', `${head}a_total{b="1",b="2"} 1\n`],
    ['a type before its help', '# TYPE a_total counter\na_total 1\n'],
    ['a help without a type', '# HELP a_total x\na_total 1\n'],
    ['a quote that is not escaped', `${head}a_total{b="""} 1\n`],
    ['an escape there is not', `${head}a_total{b="\\t"} 1\n`],
    ['an empty line', `${head}\na_total 1\n`],
    ['a number that is none', `${head}a_total Infinity\n`],
    ['a counter below 0', `${head}a_total{b="1"} -1\n`],
    ['a counter of another name', '# HELP a x\n# TYPE a counter\na 1\n'],
    ['a family without samples', `${head}`],
    ['a histogram without +Inf', '# HELP h x\n# TYPE h histogram\nh_bucket{s="1",le="1"} 1\nh_sum{s="1"} 1\nh_count{s="1"} 1\n'],
    [
      'a histogram that falls',
      '# HELP h x\n# TYPE h histogram\nh_bucket{s="1",le="1"} 2\nh_bucket{s="1",le="+Inf"} 1\nh_sum{s="1"} 1\nh_count{s="1"} 1\n',
    ],
  ])('refuses %s', (_, text) => expect(() => strictly(text)).toThrow());
});
