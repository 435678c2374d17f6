// A line of a script → its words with their kinds, for the editor's colours. Only the server's parser decides whether a line
// is right.

const PARTS = /(?<comment>#.*)|(?<text>"(?:\\.|[^"\\])*"?)|(?<mark>=>|[:.&,!])|(?<word>[\p{L}\p{N}_+-]+)|(?<rest>\s+|.)/gu;
const STATE = /^(CLOSED|LISTEN|SYN_SENT|SYN_RECEIVED|ESTABLISHED|FIN_WAIT_[12]|CLOSE_WAIT|CLOSING|LAST_ACK|TIME_WAIT)$/;
const FLAG = /^(FIN|SYN|RST|PSH|ACK|URG)$/;
const EVENT = /^(IN|OUT|RDHUP|ERR|HUP|NVAL)$/;
const ERRNO = /^E[A-Z]{2,}$/;
const NUMBER = /^([-+]?\d|next([-+]\d+)?$)/;
/** First words of a line that are no actor. */
const BEGIN = new Set(["expect", "claim", "wait", "sleep", "settle"]);
const KEYWORDS = new Set(["on", "as", "or", "from", "to", "since", "within", "sent", "no", "nothing", "recvq", "sendq", "blocked", "any", "data", "seq", "ack", "backlog", "more", "all", "peek"]);
/** The kinds of names behind these words. */
const NAMED = { on: "name", as: "name", thread: "actor", fork: "actor", process: "actor", since: "label", wait: "actor", expect: "actor", from: "actor", to: "actor", destroy: "name", claim: "label" };

/** The parts of a line in order; joined they are the line. The `kind` of spaces is empty. */
export function tokens(line) {
  const parts = [...line.matchAll(PARTS)].map(({ 0: text, groups }) => ({ text, kind: kindOf(groups) }));
  let subject = true; // whether the line's actor is still to come
  let call = false; // whether it just came
  let before = "";
  for (const [index, part] of parts.entries()) {
    const { text } = part;
    if (part.kind === "mark") {
      if (text === ":") subject = true;
      before = text;
    }
    if (part.kind !== "word") continue;
    const labels = parts.slice(index + 1).find(({ kind }) => kind)?.text === ":";
    if (subject && labels) part.kind = "label";
    else if (subject) {
      part.kind = BEGIN.has(text) ? "keyword" : "actor";
      call = part.kind === "actor";
      subject = false;
    } else {
      part.kind = shapeOf(text) || (before === "." ? "name" : NAMED[before]) || (KEYWORDS.has(text) ? "keyword" : call ? "call" : "name");
      call = false;
    }
    before = text;
  }
  return parts;
}

/** Whether a line is a command for the wire, by its first word. The server refuses a wrong one. */
export function isForWire(line) {
  return tokens(line).find(({ kind }) => kind === "actor" || kind === "keyword")?.text === "wire";
}

function kindOf({ comment, text, mark, word }) {
  return comment !== undefined ? "comment" : text !== undefined ? "text" : mark !== undefined ? "mark" : word !== undefined ? "word" : "";
}

/** The kind of a word by its letters alone. */
function shapeOf(word) {
  if (NUMBER.test(word)) return "number";
  if (STATE.test(word)) return "state";
  if (FLAG.test(word)) return "flag";
  if (EVENT.test(word)) return "event";
  return ERRNO.test(word) ? "errno" : "";
}
