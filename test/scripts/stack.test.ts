import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { log } from '../../router/log.ts';
import { type Part, saidBy, tail } from '../../scripts/stack.ts';

afterEach(() => vi.restoreAllMocks());

/** A part whose Workers logged what `work` logs, as `wrangler dev` writes it down. */
function partOf(work: () => void): Part {
  let text = 'Build failed: {"level"\n';
  const write = (line: unknown) => {
    text += `\u001b[31m✘ [ERROR]\u001b[0m \u001b[1m${line}\u001b[0m\n\n`;
  };
  for (const level of ['warn', 'error'] as const) vi.spyOn(console, level).mockImplementation(write);
  work();
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-stack-')), 'router.log');
  writeFileSync(file, text);
  return { name: 'router', url: '', log: file, child: undefined as never };
}

describe('what the Workers of the local run have logged', () => {
  const part = () =>
    partOf(() => {
      log('error', 'service app is out: slot green needs {"it"}', { service: 'app' });
      log('warn', 'a report was not answered', { service: 'app', error: new Error('gone') });
    });

  it('is read as sentences', () => {
    expect(saidBy(part())).toEqual(['service app is out: slot green needs {"it"}', 'a report was not answered: gone']);
    expect(saidBy({ ...part(), log: '/nowhere' })).toEqual([]);
  });

  it('is shown as sentences where a part has ended', () => {
    const shown = tail(part());
    expect(shown).toContain('Build failed: {"level"\n');
    expect(shown).toContain('service app is out: slot green needs {"it"}');
    expect(shown).toContain('a report was not answered: gone');
    expect(shown).not.toContain('"level":');
  });
});
