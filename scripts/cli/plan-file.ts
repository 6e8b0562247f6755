// A plan from a file: JSON as the API takes it, or only its list of stages.
import { readFile } from 'node:fs/promises';
import { EXIT, Failure } from './failure.ts';

/**
 * What the file at `path` says of a plan; the API checks what is in it.
 * @throws Failure (usage) when it cannot be read, or is no JSON object with stages
 */
export async function readPlan(path: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Failure(EXIT.usage, `${path} cannot be read (${error.code ?? error.message}).`);
  });
  const value = parsed(text, path);
  if (Array.isArray(value)) return { stages: value };
  if (typeof value === 'object' && value !== null && 'stages' in value) {
    // As `plans show --json` prints it: the name is given apart, what is built in cannot be set, and it stays its team's.
    const { name: _, builtIn: __, team: ___, ...plan } = value as { name?: unknown; builtIn?: unknown; team?: unknown };
    return plan;
  }
  throw new Failure(EXIT.usage, `${path} has no stages.`, 'Write {"stages": [{"weight": 10, "soakSeconds": 300}, …]}.');
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure(EXIT.usage, `${path} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}
