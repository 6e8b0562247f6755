// All entries as a file of JSON lines. The token goes in a header, so that a plain link would not do.
import { useCall } from '../parts/call.ts';
import { Notice } from '../parts/notice.tsx';
import { useSession } from '../session.tsx';

const KEPT_MS = 60_000;

/** A button that saves what an address of the API has as a file. `query`: which entries. */
export function Export({ query }: { readonly query: string }) {
  const { api } = useSession();
  const { isBusy, failure, run } = useCall();
  const save = async () => download(await api.file(`/audit/export${query === '' ? '' : `?${query}`}`), fileName());
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void run(save)}>
        {isBusy ? 'Exporting…' : 'Export as JSON lines'}
      </button>
      {failure !== null && <Notice kind="bad">{failure.message}</Notice>}
    </>
  );
}

function download(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // Some browsers read it only after this.
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

function fileName(): string {
  return `sluice-audit-${new Date().toISOString().slice(0, 10)}.jsonl`;
}
