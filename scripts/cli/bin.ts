// Entry of the bundle: says what is wrong with an older Node before anything that needs a newer one is loaded.
import '../node-version.js';

const { main } = await import('./main.ts');
await main();
