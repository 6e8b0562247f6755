// The dashboard: what a browser runs of Sluice. It only shows what the control API says, and asks it to act.
import { render } from 'preact';
import * as z from 'zod';
import { App } from './app.tsx';
import './style.css';

// Compiled checks are code from text, which the policy of this page forbids.
z.config({ jitless: true });

const root = document.getElementById('app');
if (root === null) throw new Error('index.html must have an element for the page');
root.replaceChildren();
render(<App />, root);
