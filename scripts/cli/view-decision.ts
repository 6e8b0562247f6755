// What a decision went by: the requests that went badly, and the evidence of each test. Pure.

import type { DecisionView, SampleView } from '../../control/api/types.ts';
import { figure, latencyText } from '../../control/words.ts';
import { type Cell, FEW, type Look, line, listing, table } from './layout.ts';

const MOST_SAMPLES = 5;
const INDENT = '  ';

/** The figures behind a decision; nothing where it had none. */
export function groundsLines(decision: DecisionView, look: Look): string[] {
  return [...samplesLines(decision.samples, look), ...testsLines(decision, look)];
}

// The last ones; what is alike in all that is shown of it, once.
function samplesLines(samples: readonly SampleView[], look: Look): string[] {
  const shown = [...new Map(samples.map((sample) => [JSON.stringify(sample), sample])).values()].slice(-MOST_SAMPLES);
  if (shown.length === 0) return [];
  const inner = { ...look, width: look.width - INDENT.length };
  const lines = look.width < FEW ? shown.flatMap((sample) => twoLines(sample, inner)) : sampleTable(shown, inner);
  return ['', look.style('dim', 'Went badly:'), ...lines.map((text) => INDENT + text)];
}

function sampleTable(samples: readonly SampleView[], look: Look): string[] {
  const columns = [{ title: '' }, { title: '', align: 'right' } as const, { title: '', yields: true } as const, { title: '' }];
  const rows = samples.map((sample): Cell[] => [statusCell(sample), latencyText(sample.milliseconds), sample.path, sample.ray]);
  return table(columns, rows, look);
}

function twoLines(sample: SampleView, look: Look): string[] {
  const { path, milliseconds, ray } = sample;
  return [
    line([statusCell(sample), `  ${latencyText(milliseconds)}`, ray === '' ? '' : `  ${ray}`], look),
    line([INDENT, path], look),
  ];
}

function statusCell({ status }: SampleView): Cell {
  return ['red', status === 0 ? 'no answer' : String(status)];
}

function testsLines({ tests, rule, candidate, active }: DecisionView, look: Look): string[] {
  if (tests.length === 0) return [];
  const columns = [
    { title: 'TEST' },
    { title: `${candidate.slot} BAD`, align: 'right' } as const,
    { title: `${active.slot} BAD`, align: 'right' } as const,
    { title: 'EVIDENCE', align: 'right' } as const,
  ];
  const loudestFirst = tests.toSorted((a, b) => b.evidence - a.evidence);
  const rows = loudestFirst.map((record): Cell[] => [
    record.test === rule ? ['bold', record.test] : record.test,
    badOf(record.candidate),
    badOf(record.active),
    figure(record.evidence),
  ]);
  return ['', ...listing(columns, rows, look)];
}

function badOf({ requests, bad }: DecisionView['tests'][number]['active']): string {
  return requests === 0 ? '–' : `${bad} of ${requests}`;
}
