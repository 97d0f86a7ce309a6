/**
 * The next talk: what was said leaves every screen, after one more question.
 *
 * #next (form): #talk-title, #talk-speaker, #clear; #sure (dialog)
 *
 * @import { ClearRoom } from "../lib/protocol.js"
 */
import { byId } from "../lib/page.js";

/** @param {(request: ClearRoom) => void} onrequest */
export function offerNextTalk(onrequest) {
  const form = byId("next", HTMLFormElement);
  const sure = byId("sure", HTMLDialogElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sure.returnValue = "";
    sure.showModal();
  });
  sure.addEventListener("close", () => {
    if (sure.returnValue !== "clear") return;
    const [title, speaker] = ["talk-title", "talk-speaker"].map((id) => byId(id, HTMLInputElement).value.trim());
    onrequest({ type: "clear", title: title ?? "", speaker: speaker ?? "" });
    form.reset();
  });
}
