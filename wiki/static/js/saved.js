// A form that was sent leaves a copy of its text on this device (drafts.js). This screen came
// after it; unless it is that form again, or an error, the wiki has the text and the copy can go.

const SENT = "denktank-sent";
const key = sessionStorage.getItem(SENT);
if (key && !document.querySelector("form.editor, form.conflict, .error-page, body[data-code], #errors")) {
  sessionStorage.removeItem(SENT);
  localStorage.removeItem(key);
}
