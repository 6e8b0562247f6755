// The dashboard: what a browser runs of Sluice. It only shows what the control API says, and asks it to act.
// How schemas check comes first: it must be known before they are made.
import './checks.ts';
// What a part says of its looks goes before what is said of all.
import './style.css';
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('app');
if (root === null) throw new Error('index.html must have an element for the page');
root.replaceChildren();
render(<App />, root);
