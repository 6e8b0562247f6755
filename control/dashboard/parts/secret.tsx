// A secret that is shown this once, to be copied.
import { useRef, useState } from 'preact/hooks';
import { Field } from './form.tsx';
import './secret.css';

/** The text, and a button that copies it; where the browser does not, it is selected, to be copied by hand. */
export function Secret({ label, text, copied }: { readonly label: string; readonly text: string; readonly copied: () => void }) {
  const input = useRef<HTMLTextAreaElement>(null);
  const [told, setTold] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setTold('Copied.');
      copied();
    } catch {
      input.current?.focus();
      input.current?.select();
      setTold('It is selected: copy it by the keyboard or the menu.');
    }
  };
  return (
    <Field label={label}>
      {(tie) => (
        <div class="secret">
          <textarea {...tie} ref={input} class="secret-text" rows={2} readOnly spellcheck={false} value={text} onCopy={copied} />
          <button type="button" class="main" onClick={() => void copy()}>
            Copy
          </button>
          <span role="status" class="dim">
            {told}
          </span>
        </div>
      )}
    </Field>
  );
}
