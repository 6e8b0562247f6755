// All entries as a file of JSON lines. The token goes in a header, so that a plain link would not do.
import { useState } from 'preact/hooks';
import { asFailure, type Failure } from '../api.ts';
import { Notice } from '../parts/notice.tsx';
import { useSession } from '../session.tsx';

/** A button that saves what an address of the API has as a file. `query`: which entries. */
export function Export({ query }: { readonly query: string }) {
  const { api } = useSession();
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  async function save(): Promise<void> {
    setIsBusy(true);
    setFailure(null);
    try {
      download(await api.file(`/audit/export${query === '' ? '' : `?${query}`}`), fileName());
    } catch (error) {
      setFailure(asFailure(error));
    } finally {
      setIsBusy(false);
    }
  }
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void save()}>
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
  URL.revokeObjectURL(address);
}

function fileName(): string {
  return `sluice-audit-${new Date().toISOString().slice(0, 10)}.jsonl`;
}
