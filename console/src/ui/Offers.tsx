// Buttons of what may be done: the first few in a row, the rest in a sheet; each opens its form.

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Offer } from "../screens/contractActions";
import { say } from "../words";
import { ActionDialog } from "./ActionDialog";
import type { Action } from "./ActionDialog";
import { Icon, explain } from "./basics";
import { Problem } from "../transport";
import { Popover } from "./Popover";
import { toast } from "./Toast";

export function Offers(props: { offers: readonly Offer[]; shown: number; hasKeys?: boolean }): JSX.Element | null {
  const { offers, shown, hasKeys } = props;
  const [action, setAction] = useState<Action | null>(null);
  const now = useRef(offers);
  now.current = offers;

  const open = (offer: Offer): void => {
    Promise.resolve(offer.open()).then(setAction, (error: unknown) => {
      toast(error instanceof Problem ? explain(error) : String(error));
    });
  };

  useLayoutEffect(() => {
    if (!hasKeys) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
      if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const offer = now.current.find(({ key }) => key === event.key);
      if (!offer) return;
      event.preventDefault();
      open(offer);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [hasKeys]);

  if (offers.length === 0) return null;
  const rest = offers.slice(shown);
  return (
    <div class="offers buttons">
      {offers.slice(0, shown).map((offer) => (
        <button type="button" class="small" key={offer.word} onClick={() => open(offer)}>
          {offer.word}
          {hasKeys && offer.key && <kbd>{offer.key}</kbd>}
        </button>
      ))}
      {rest.length > 0 && (
        <Popover label={say("act.more")} class="small" face={<Icon name="more" />}>
          {(close) =>
            rest.map((offer) => (
              <button
                type="button"
                key={offer.word}
                class={offer.danger ? "item danger" : "item"}
                onClick={() => {
                  close();
                  open(offer);
                }}
              >
                {offer.word}
              </button>
            ))
          }
        </Popover>
      )}
      {action && <ActionDialog action={action} close={() => setAction(null)} />}
    </div>
  );
}
