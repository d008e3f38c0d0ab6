import { render } from "preact";
import { App } from "./App";
import { page } from "./page";
import { adopt } from "./session";
import "./style.css";

await adopt(); // another tab may be logged in
render(<App />, page);
