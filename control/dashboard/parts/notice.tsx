// Something to be told, which a screen reader tells, too.
import type { ComponentChildren } from 'preact';

/** `bad` and `warn` interrupt, others wait their turn. */
type NoticeKind = 'bad' | 'warn' | 'good' | 'info';

/** A notice. */
export function Notice({ kind, children }: { readonly kind: NoticeKind; readonly children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
