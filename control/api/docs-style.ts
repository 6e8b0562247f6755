// How `/docs` looks, in light and dark, on a phone and on a desk.

/** A style sheet. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dee4, #30363d); --soft: light-dark(#f6f8fa, #161b22); --text: light-dark(#1f2328, #e6edf3);
  --dim: light-dark(#59636e, #9198a1); --link: light-dark(#0550ae, #79c0ff); --page: light-dark(#fff, #0d1117); }
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: var(--page); font: 15px/1.55 system-ui, sans-serif; display: grid;
  grid-template-columns: 15rem minmax(0, 1fr); }
a { color: var(--link); } nav a { text-decoration: none; } nav a:hover, nav a:focus-visible { text-decoration: underline; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.25rem; border-right: 1px solid var(--line); font-size: 13px; }
nav ul { list-style: none; margin: 0 0 .75rem; padding: 0 0 0 .75rem; } nav p { margin: .25rem 0; font-weight: 600; }
nav li a { color: var(--dim); }
main { padding: 1.5rem 2rem 4rem; max-width: 60rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { margin: 2.5rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.3rem; }
h3 { margin: 1.75rem 0 .25rem; font-size: 1rem; scroll-margin-top: 1rem; overflow-wrap: anywhere; }
h4 { margin: .75rem 0 .25rem; font-size: .8rem; color: var(--dim); text-transform: uppercase; letter-spacing: .04em; }
article p { margin: .25rem 0; } small { color: var(--dim); }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: .25rem 0; overflow-x: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .25rem 0; } dd { margin: 0; }
.method { display: inline-block; min-width: 4.2em; padding: .1em .5em; border-radius: 4px; font: 600 12px/1.6 ui-monospace, monospace; text-align: center;
  color: #fff; background: #1a6334; } .put { background: #8a4600; } .post { background: #0550ae; } .delete { background: #a40e26; }
.role { font-size: 12px; border: 1px solid var(--line); border-radius: 1em; padding: 0 .6em; color: var(--dim); }
@media (max-width: 48rem) { body { display: block; } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  nav ul { display: none; } nav p { display: inline-block; margin-right: .75rem; } main { padding: 1rem; } dl { grid-template-columns: 1fr; gap: 0; } }
`;
