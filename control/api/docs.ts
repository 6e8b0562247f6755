// `/healthz`, `/openapi.json`, and `/docs`: the document as a page for people. No script, nothing from elsewhere.
import { html } from 'hono/html';
import { DOCS_STYLE } from './docs-style.ts';
import { type Document, documentOf, type Operation } from './document.ts';
import { type Api, plain } from './endpoint.ts';
import { outline } from './outline.ts';

type Html = ReturnType<typeof html>;

const tag = 'System';
/** Where there is no fit secret. */
const problems = [503];
const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Whether this Worker lives; open, and says nothing else. */
export function addHealthz(api: Api): void {
  const about = { id: 'getHealthz', summary: 'Whether control lives. Open.', type: 'application/json', tag };
  plain(api, { path: '/healthz', ...about }, () => JSON.stringify({ ok: true }));
}

/** Puts the document and its page on the API; both are open. */
export function addDocs(api: Api): void {
  let made: Document | undefined;
  const document = async () => {
    made ??= await documentOf(api);
    return made;
  };
  const json = { problems, id: 'getDocument', summary: 'This document. Open.', type: 'application/json', tag };
  plain(api, { path: '/openapi.json', ...json }, async () => JSON.stringify(await document()));
  const page = { problems, id: 'getDocs', summary: 'This document as a page. Open.', type: 'text/html; charset=utf-8', tag };
  plain(api, { path: '/docs', ...page }, async (c) => {
    c.header('content-security-policy', POLICY);
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    return String(await pageOf(await document()));
  });
  const style = { problems, id: 'getDocsStyle', summary: 'How the page looks. Open.', type: 'text/css; charset=utf-8', tag };
  plain(api, { path: '/docs/style.css', ...style }, () => DOCS_STYLE);
}

function pageOf({ info, tags, paths, components }: Document): Html {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const under = (name: string) => all.filter(({ operation }) => operation.tags.includes(name));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<nav aria-label="Contents">
<p class="title">${info.title}</p>
${tags.map(
  ({ name }) => html`<p><a href="#${name}">${name}</a></p>
<ul>${under(name).map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.operationId}</a></li>`)}</ul>`,
)}
<p><a href="#shapes">Shapes</a></p>
<p><a href="/openapi.json">openapi.json</a></p>
</nav>
<main>
<h1>${info.title}</h1>
<p>${info.description}</p>
${tags.map(
  ({ name, description }) => html`<section><h2 id="${name}">${name}</h2><p>${description}</p>
${under(name).map(operationView)}</section>`,
)}
<section><h2 id="shapes">Shapes</h2>
${Object.entries(components.schemas).map(([name, schema]) => html`<article><h3 id="shape-${name}">${name}</h3>${code(schema)}</article>`)}
</section>
</main>
</body>
</html>`;
}

function operationView({ path, method, operation }: { path: string; method: string; operation: Operation }): Html {
  const { operationId, summary, parameters, requestBody, responses, 'x-role': role } = operation;
  const [taken] = Object.values(requestBody?.content ?? {});
  const well = Object.keys(responses).filter((status) => status.startsWith('2'));
  const [answer, ...others] = Object.entries(responses[well[0] ?? '']?.content ?? {});
  const problems = Object.keys(responses).filter((status) => !status.startsWith('2'));
  return html`<article>
<h3 id="${operationId}"><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code></h3>
<p>${summary} ${role === undefined ? html`<span class="role">open</span>` : html`<span class="role">${role}</span>`}</p>
${
  parameters.length === 0
    ? ''
    : html`<h4>Parameters</h4><dl>${parameters.map(
        ({ name, in: where, required, description = '', schema }) =>
          html`<dt><code>${name}</code> <small>${where}${required ? '' : ', optional'}</small></dt><dd>${linked(outline(schema))} ${description}</dd>`,
      )}</dl>`
}
${taken === undefined ? '' : html`<h4>Takes</h4>${code(taken.schema)}`}
<h4>Answers ${well.join(' or ')}</h4>${answer === undefined ? '' : code(answer[1].schema)}
${others.map(([type, { schema }]) => html`<p>Or <code>${type}</code>: ${(schema as { description?: string }).description ?? ''}</p>`)}
${problems.length === 0 ? '' : html`<p><small>Problems: ${problems.join(', ')}.</small></p>`}
</article>`;
}

function code(schema: object): Html {
  return html`<pre tabindex="0"><code>${linked(outline(schema))}</code></pre>`;
}

// Names of shapes become links; all else is text.
function linked(text: string): Html[] {
  return text.split(/(\[\[\w+\]\])/).map((part) => {
    const name = /^\[\[(\w+)\]\]$/.exec(part)?.[1];
    return name === undefined ? html`${part}` : html`<a href="#shape-${name}">${name}</a>`;
  });
}
