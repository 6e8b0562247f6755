// How schemas check in a browser. To be loaded before any of them is made: they ask for it then.
import * as z from 'zod';
import { issueText, type RawIssue } from './issue-words.ts';

z.config({
  // Compiled checks are code from text, which the policy of this page forbids.
  jitless: true,
  customError: (issue) => issueText(issue as RawIssue),
});
