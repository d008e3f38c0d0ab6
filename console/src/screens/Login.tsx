import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { root } from "../page";
import { ended, logIn } from "../session";
import { useSignal } from "../signal";
import { Problem } from "../transport";
import { explain } from "../ui/basics";
import { LanguageChoice } from "../ui/Menu";
import { say } from "../words";

export function Login(): JSX.Element {
  const wasIn = useSignal(ended);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const enter = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem("");
    try {
      await logIn(String(form.get("username")), String(form.get("password")));
    } catch (error) {
      setProblem(error instanceof Problem ? explain(error) : String(error));
    }
    setBusy(false);
  };

  return (
    <main class="login">
      <form onSubmit={(event) => void enter(event)}>
        <img src={`${root}/static/icon.svg`} alt="" width="48" height="48" />
        <h1>Abonent</h1>
        <p class="soft">{say("login.hint")}</p>
        {wasIn && <p class="note">{say("login.ended")}</p>}
        <label>
          {say("login.username")}
          <input name="username" autocomplete="username" autocapitalize="none" required autofocus />
        </label>
        <label>
          {say("login.password")}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" disabled={busy}>
          {say("login.enter")}
        </button>
        <LanguageChoice />
      </form>
      <nav aria-label="API">
        <a href={`${root}/graphql`}>GraphiQL</a>
        <a href={`${root}/api/docs/`}>REST</a>
        <a href={`${root}/api/schema/`}>OpenAPI</a>
      </nav>
    </main>
  );
}
