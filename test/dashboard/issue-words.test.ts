import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { planBody, slosBody } from '../../control/api/schemas.ts';
import { issueText, type RawIssue } from '../../control/dashboard/issue-words.ts';
import { found } from './found.ts';

// As the page is set up by checks.ts, which would change what other tests here are told.
const issuesOf = (schema: z.ZodType, body: object) => found(schema, body, (issue) => issueText(issue as RawIssue));
const stage = { weight: 10, soakSeconds: 300 };

describe('what is wrong with a field', () => {
  it.each<[string, object, string, string]>([
    ['nothing was typed', { stages: [{ ...stage, weight: undefined }] }, 'stages.0.weight', 'must be given'],
    ['a figure was emptied', { stages: [{ ...stage, weight: '' }] }, 'stages.0.weight', 'must be given'],
    ['it is no number', { stages: [{ ...stage, weight: 'ten' }] }, 'stages.0.weight', 'must be a number'],
    ['it is no whole number', { stages: [{ ...stage, minRequests: 1.5 }] }, 'stages.0.minRequests', 'must be a whole number'],
    ['a percent is too large', { stages: [stage, { ...stage, weight: 101 }] }, 'stages.1.weight', 'must be at most 100 %'],
    ['a percent is too fine', { stages: [{ ...stage, weight: 0.001 }] }, 'stages.0.weight', 'at most two decimals'],
    ['a span is none', { stages: [{ ...stage, soakSeconds: 'soon' }] }, 'stages.0.soakSeconds', 'must be a span such as 5 min'],
    ['a span is too long', { stages: [{ ...stage, soakSeconds: 1e7 }] }, 'stages.0.soakSeconds', 'must be at most 30 d'],
    ['a list is empty', { stages: [] }, 'stages', 'choose at least one'],
    [
      'a text is too short',
      { stages: [stage], hooks: [{ on: 'before-start', channel: '' }] },
      'hooks.0.channel',
      'must be given',
    ],
    ['a text is too long', { stages: [stage], reason: 'x'.repeat(501) }, 'reason', 'at most 500 characters'],
  ])('is told in the units of the form when %s', (_, body, path, text) => {
    expect(issuesOf(planBody, body)).toHaveProperty([path], text);
  });

  it.each<[object, string, string]>([
    [{ errorObjective: 0 }, 'errorObjective', 'must be at least 0.0001 %'],
    [{ falseRollbackChance: 0.6 }, 'falseRollbackChance', 'must be at most 50 %'],
    [{ minEffect: 1 }, 'minEffect', 'must be less than 100 %'],
    [{ latencyObjectives: [{ overMs: 0, maxShare: 0.1 }] }, 'latencyObjectives.0.overMs', 'must be more than 0 ms'],
    [{ latencyRatio: 0.5 }, 'latencyRatio', 'must be at least 1'],
  ])('is told of shares in percent: %j', (body, path, text) => expect(issuesOf(slosBody, body)).toEqual({ [path]: text }));
});
