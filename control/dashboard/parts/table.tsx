// A table that scrolls sideways where it has no room; who has no mouse scrolls it by the arrow keys.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** What goes around a `<table>`. */
export function Table({ children }: { readonly children: ComponentChildren }) {
  const ref = useRef<HTMLDivElement>(null);
  const [isWide, setIsWide] = useState(false);
  useEffect(() => {
    const { current: box } = ref;
    if (box === null) return;
    const size = new ResizeObserver(() => setIsWide(box.scrollWidth > box.clientWidth));
    for (const one of [box, ...box.children]) size.observe(one);
    return () => size.disconnect();
  }, []);
  return (
    <div ref={ref} class="table" tabIndex={isWide ? 0 : undefined}>
      {children}
    </div>
  );
}
