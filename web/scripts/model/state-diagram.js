// RFC 9293's diagram of states (section 3.3.2, figure 5), composed for a picture of 400 by 222. Only numbers.
//
// Opening is at the top; the side that closes first goes down on the left, the other side on the right.

export const SIZE = { width: 400, height: 222 };

/** The size of a state's box, around its centre. */
export const BOX = { width: 96, height: 21 };

/** The end of a connection: CLOSED again, with a box of its own. */
export const END = "END";

/** The centre of each state's box. */
export const CENTRES = {
  CLOSED: [200, 12],
  LISTEN: [50, 51],
  SYN_SENT: [350, 51],
  SYN_RECEIVED: [50, 90],
  ESTABLISHED: [200, 90],
  FIN_WAIT_1: [50, 129],
  CLOSE_WAIT: [350, 129],
  FIN_WAIT_2: [50, 168],
  CLOSING: [200, 168],
  LAST_ACK: [350, 168],
  TIME_WAIT: [125, 207],
  [END]: [350, 207],
};

/** The figure's edges: the path, the centre of the number, and the figure's label. */
export const EDGES = {
  "CLOSED LISTEN": ["M152 15C105 15 64 17 64 39", [93, 20], "passive OPEN / create TCB"],
  "LISTEN CLOSED": ["M38 40C38 12 95 7 150 8", [62, 15], "CLOSE / delete TCB"],
  "CLOSED SYN_SENT": ["M248 15C295 15 336 17 336 39", [307, 20], "active OPEN / create TCB, snd SYN"],
  "SYN_SENT CLOSED": ["M362 40C362 12 305 7 250 8", [338, 15], "CLOSE / delete TCB"],
  "LISTEN SYN_SENT": ["M98 47H300", [200, 47], "SEND / snd SYN"],
  "LISTEN SYN_RECEIVED": ["M36 62V78", [25, 70], "rcv SYN / snd SYN, ACK"],
  "SYN_RECEIVED LISTEN": ["M66 79V63", [77, 70], "rcv RST"],
  "SYN_SENT SYN_RECEIVED": ["M302 56C220 57 150 62 94 78", [160, 64], "rcv SYN / snd SYN, ACK"],
  "SYN_SENT ESTABLISHED": ["M350 62V80q0 10-10 10H250", [310, 90], "rcv SYN, ACK / snd ACK"],
  "SYN_RECEIVED ESTABLISHED": ["M98 90H150", [122, 90], "rcv ACK of SYN"],
  "SYN_RECEIVED FIN_WAIT_1": ["M50 101V117", [39, 109], "CLOSE / snd FIN"],
  "ESTABLISHED FIN_WAIT_1": ["M188 101V119q0 10-10 10H100", [145, 129], "CLOSE / snd FIN"],
  "ESTABLISHED CLOSE_WAIT": ["M212 101V119q0 10 10 10H300", [255, 129], "rcv FIN / snd ACK"],
  "FIN_WAIT_1 FIN_WAIT_2": ["M50 140V156", [39, 148], "rcv ACK of FIN"],
  "FIN_WAIT_1 CLOSING": ["M98 136C150 136 186 140 186 156", [164, 140], "rcv FIN / snd ACK"],
  "FIN_WAIT_1 TIME_WAIT": ["M88 140C112 148 125 166 125 195", [122, 176], "rcv FIN, ACK of FIN / snd ACK"],
  "FIN_WAIT_2 TIME_WAIT": ["M50 179V197q0 10 10 10H75", [51, 197], "rcv FIN / snd ACK"],
  "CLOSING TIME_WAIT": ["M200 179V193q0 10-10 10H175", [200, 192], "rcv ACK of FIN"],
  "TIME_WAIT CLOSED": ["M173 211H300", [238, 211], "Timeout=2MSL / delete TCB"],
  "CLOSE_WAIT LAST_ACK": ["M350 140V156", [361, 148], "CLOSE / snd FIN"],
  "LAST_ACK CLOSED": ["M350 179V195", [361, 187], "rcv ACK of FIN"],
};

/** Edges to the end that the figure does not draw: a reset, an abort or a timeout leads there from every state. */
export const ASIDES = {
  "SYN_RECEIVED CLOSED": ["M98 96C150 118 268 120 300 200", [246, 132]],
  "ESTABLISHED CLOSED": ["M248 97C286 108 272 196 300 202", [275, 146]],
  "FIN_WAIT_1 CLOSED": ["M98 133C200 140 276 150 300 201", [264, 160]],
  "FIN_WAIT_2 CLOSED": ["M98 165C140 142 262 132 300 201", [258, 158]],
  "CLOSE_WAIT CLOSED": ["M302 134C280 146 280 194 300 202", [285, 166]],
  "CLOSING CLOSED": ["M248 171C276 174 278 200 300 204", [271, 183]],
};

/** A straight edge between two boxes, from border to border, for a change that the figure does not have. */
export function straight(from, to) {
  const [[x0, y0], [x1, y1]] = [CENTRES[from], CENTRES[to]];
  const [dx, dy] = [x1 - x0, y1 - y0];
  const out = Math.min(Math.abs(BOX.width / 2 / dx), Math.abs(BOX.height / 2 / dy), 0.5);
  const at = (part) => `${x0 + dx * part} ${y0 + dy * part}`;
  return [`M${at(out)}L${at(1 - out)}`, [(x0 + x1) / 2, (y0 + y1) / 2]];
}

/**
 * A path of states as boxes and the edges between them. A connection that closes before it was open is CLOSED again;
 * one that closes later is at its END.
 */
export function walk(path) {
  const boxes = path.map(({ state }, index) => {
    const before = path[index - 1]?.state;
    return state === "CLOSED" && before && before !== "LISTEN" && before !== "SYN_SENT" ? END : state;
  });
  const edges = path.slice(1).map((step, index) => {
    const key = `${path[index].state} ${step.state}`;
    const drawn = EDGES[key];
    const [d, at] = drawn ?? ASIDES[key] ?? straight(boxes[index], boxes[index + 1]);
    return { ...step, key: drawn && !step.reset && !step.gap ? key : null, d, at, number: index + 1 };
  });
  return { boxes, edges };
}
