import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { root } from "./page";
import { connected } from "./query";
import { address, place } from "./router";
import { Connect } from "./screens/Connect";
import { Find } from "./screens/Find";
import { FindBox } from "./screens/FindBox";
import type { Page } from "./screens/FindBox";
import { Login } from "./screens/Login";
import { Queue } from "./screens/Queue";
import { Sim } from "./screens/Sim";
import { Subscriber } from "./screens/Subscriber";
import { Ticket } from "./screens/Ticket";
import { Today } from "./screens/Today";
import { ended, may, session } from "./session";
import { useSignal } from "./signal";
import { Dialog, Icon, NotFound } from "./ui/basics";
import type { IconName } from "./ui/basics";
import { Menu } from "./ui/Menu";
import { Toast } from "./ui/Toast";
import { say } from "./words";
import { language } from "./words/language";

interface Section {
  icon: IconName;
  to: string;
  name: string;
  /** The first part of its addresses. */
  at: string;
}

/** The sections, in the order of the bar. */
function sections(): Section[] {
  return [
    { icon: "find", to: address(), name: say("nav.find"), at: "" },
    { icon: "tickets", to: address("tickets"), name: say("nav.tickets"), at: "tickets" },
    ...(may("createContract") && may("createCustomer")
      ? [{ icon: "connect", to: address("connect"), name: say("nav.connect"), at: "connect" } as const]
      : []),
    { icon: "today", to: address("today"), name: say("nav.today"), at: "today" },
  ];
}

export function App(): JSX.Element {
  const now = useSignal(session);
  useSignal(language);
  useSignal(ended);
  if (!now) return <Login />;
  return (
    <>
      <a class="skip" href="#content">
        {say("app.skip")}
      </a>
      <Bar />
      <Offline />
      <Screen key={now.user.id} />
      <Toast />
    </>
  );
}

function Screen(): JSX.Element {
  const [screen, id] = useSignal(place).parts;
  if (screen === undefined) return <Find />;
  if (screen === "customers" && id) return <Subscriber key={id} id={id} />;
  if (screen === "tickets") return id ? <Ticket key={id} id={id} /> : <Queue />;
  if (screen === "connect") return <Connect />;
  if (screen === "today") return <Today />;
  if (screen === "sims" && id) return <Sim key={id} id={id} />;
  return (
    <main id="content">
      <NotFound />
    </main>
  );
}

function Bar(): JSX.Element {
  const at = useSignal(place).parts[0] ?? "";
  const [finding, setFinding] = useState(false);
  const user = useSignal(session)?.user;
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
      const asks = (event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing);
      if (!asks || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      const box = document.querySelector<HTMLInputElement>(".home [type=search]");
      if (box) box.select();
      else setFinding(true);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <header class="bar">
      <a class="brand" href={address()}>
        <img src={`${root}/static/icon.svg`} alt="" width="28" height="28" />
        <span>Abonent</span>
      </a>
      <button type="button" class="finder" aria-keyshortcuts="Control+K" onClick={() => setFinding(true)}>
        <Icon name="find" />
        <span>{say("app.searchShort")}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <nav aria-label={say("app.sections")}>
        {sections().map((section) => (
          <a key={section.to} href={section.to} data-at={section.at} aria-current={section.at === at ? "page" : undefined}>
            <Icon name={section.icon} />
            <span>{section.name}</span>
          </a>
        ))}
      </nav>
      <span class="user soft">{user?.fullName}</span>
      <Menu />
      {finding && <Palette close={() => setFinding(false)} />}
    </header>
  );
}

/** The box over everything, from any screen. */
function Palette({ close }: { close(): void }): JSX.Element {
  const [text, setText] = useState("");
  const pages: Page[] = sections().map(({ to, name }) => ({ to, name }));
  return (
    <Dialog title={say("find.title")} close={close} wide>
      <FindBox text={text} setText={setText} pages={pages} opened={close} />
    </Dialog>
  );
}

function Offline(): JSX.Element {
  const isOn = useSignal(connected);
  return (
    <div role="status" class="offline" hidden={isOn}>
      {!isOn && say("app.offline")}
    </div>
  );
}
