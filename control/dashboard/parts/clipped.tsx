// What a person wrote, which may be long and of any script: it steers nothing but itself.
import { useState } from 'preact/hooks';
import { clip } from './clip.ts';
import { tied } from './tied.ts';
import './clipped.css';

/** A text of which only the beginning is shown until somebody asks for all of it. */
export function Clipped({ text, most }: { readonly text: string; readonly most: number }) {
  const [isWhole, setIsWhole] = useState(false);
  const short = clip(text, most);
  return (
    <>
      <bdi class={isWhole ? 'clipped-whole' : undefined}>{tied(isWhole ? text : short)}</bdi>
      {short !== text && (
        <>
          {' '}
          <button type="button" class="clipped-more" aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
            {isWhole ? 'less' : 'more'}
          </button>
        </>
      )}
    </>
  );
}
