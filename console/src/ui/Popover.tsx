import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** A button that opens a sheet below it; a click elsewhere, Escape or a choice closes it. */
export function Popover(props: {
  label: string;
  class: string;
  face: ComponentChildren;
  children: (close: () => void) => ComponentChildren;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const leave = (event: Event): void => {
      const outside = event.target instanceof Node && !box.current?.contains(event.target);
      if (outside || (event instanceof KeyboardEvent && event.key === "Escape")) setOpen(false);
    };
    document.addEventListener("mousedown", leave);
    document.addEventListener("keydown", leave);
    return () => {
      document.removeEventListener("mousedown", leave);
      document.removeEventListener("keydown", leave);
    };
  }, [open]);
  return (
    <div class="menu" ref={box}>
      <button
        type="button"
        class={props.class}
        aria-label={props.label}
        title={props.label}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {props.face}
      </button>
      {open && <div class="sheet">{props.children(() => setOpen(false))}</div>}
    </div>
  );
}
