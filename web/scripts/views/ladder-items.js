// Draws each kind of item in the picture: states, segments, calls, processes, hosts.

import { svg } from "../dom/svg.js";
import { duration, kindOf, nameOf } from "../model/model.js";

/** The width of a ribbon. */
export const RIBBON = 12;

/** Where a segment's line begins and ends, in px from the left. */
export function ends({ from }, { client, server }) {
  const [left, right] = [client.ribbon + RIBBON / 2 + 1, server.ribbon - RIBBON / 2 - 1];
  return from === "client" ? [left, right] : [right, left];
}

const anchor = (side) => (side < 0 ? "end" : "start");

/** Draws an item of each kind in a ladder's context: lines up to the playhead, and words at their heights. */
export const draw = {
  state(item, { columns, at, words }) {
    const { state, ribbon, side } = columns[item.host];
    if (item.ribbon) at(item.y, svg("line", { x1: ribbon - 9, x2: ribbon + 9, y1: item.y, y2: item.y, class: "change", "data-state": item.state }));
    if (columns.narrow && columns.narrow !== item.host) return;
    const shown = columns.narrow ? anchor(-side) : anchor(side);
    const name = item.gap ? `? ${item.text}` : item.text;
    const text = svg("text", { x: state, y: item.y + columns.base, "text-anchor": shown, class: "state-word", "data-state": item.state }, item.observed ? name : `(${name})`);
    if (!item.observed) text.append(svg("title", {}, words("stage.inferred")));
    at(item.y, text);
  },

  segment(item, { columns, line, at }) {
    const kind = kindOf(item);
    const [x0, x1] = ends(item, columns);
    const lost = item.lost ? 0.5 : 1;
    const [x, y] = [x0 + (x1 - x0) * lost, item.y + (item.end - item.y) * lost];
    // Wider than the visible line, so that a finger meets it.
    at(item.y, svg("line", { x1: x0, y1: item.y, x2: x, y2: y, class: "reach", "data-segment": item.id }));
    line(svg("line", { x1: x0, y1: item.y, x2: x, y2: y, "data-segment": item.id, class: `segment ${kind}${item.injected ? " injected" : ""}` }));
    if (item.open) return;
    const angle = (Math.atan2(item.end - item.y, x1 - x0) * 180) / Math.PI;
    at(item.end, svg("path", { d: item.lost ? cross : heads[kind] ?? heads.plain, transform: `translate(${x} ${y}) rotate(${angle})`, class: `head ${kind}`, "data-segment": item.id }));
    const tilt = x1 > x0 ? angle : angle - 180;
    const lanes = columns.narrow ? (columns.narrow === item.from ? [0.68] : [0.32]) : [0.5, 0.27, 0.73];
    const along = (lanes[item.lane] ?? lanes[0]) * lost;
    const middle = [x0 + (x1 - x0) * along, item.y + (item.end - item.y) * along];
    at(item.end, svg("text", { transform: `translate(${middle.join(" ")}) rotate(${tilt})`, y: -6, class: `name ${kind}`, "data-segment": item.id }, nameOf(item)));
    if (kind === "fin" && !item.lost) {
      at(item.y, svg("path", { d: "M0 0v-11l8 3.2-8 3.2", transform: `translate(${x0 + (x1 > x0 ? 7 : -7)} ${item.y - 1}) scale(${x1 > x0 ? 1 : -1} 1)`, class: "flag" }));
    }
  },

  call(item, { columns, at, line, named }) {
    if (columns.narrow && columns.narrow !== item.host) return;
    const { call, side } = columns[item.host];
    const room = Math.floor((side < 0 ? call - 8 : columns.width - call - 8) / columns.character);
    const word = (y, title, ...parts) => {
      const text = svg("text", { x: call, y: y + columns.base, "text-anchor": anchor(side), class: "call" }, ...parts, svg("title", {}, title));
      at(y, text);
    };
    const { text: gave, documented } = item.gave === undefined ? {} : named(item.exit, item.gave);
    const title = `${item.full} = ${gave}${documented ? `: ${documented}` : ""}`;
    const result = (room) => {
      const name = documented ? gave.split(" ")[0] : gave; // its number stands in the title
      const given = svg("tspan", { class: item.failed || documented ? "gave failed" : "gave" }, ` = ${shorten(name, room - (documented ? 2 : 0))}`);
      // The mark is raised, and smaller than the name.
      if (documented) given.append(svg("tspan", { class: "mark", dy: "-0.35em" }, "Win"));
      return given;
    };
    if (item.gave !== undefined && !item.waited) {
      const given = result(documented ? room : Math.max(room - item.text.length - 3, 8));
      const left = room - given.textContent.length + (documented ? 1 : 0);
      // Winsock's names are long: the call loses its arguments before the name is cut.
      const short = documented && [item.text, item.text.replace(/\(.*/, "()"), item.text.replace(/\(.*/, "")].find((text) => text.length <= left);
      return word(item.y, title, short || shorten(item.text, left), given);
    }
    word(item.y, item.full, `${shorten(item.text, room - 2)} `, svg("tspan", { class: "waiting" }, "⋯"));
    const x = call + (side < 0 ? 5 : -5);
    line(svg("line", { x1: x, x2: x, y1: item.y + 6, y2: item.end === undefined ? 1e5 : item.end + 6, class: "wait" }));
    if (item.gave !== undefined) {
      const name = item.text.replace(/\(.*/, "()");
      word(item.end, title, name, result(room - name.length - 3));
    }
  },

  host(item, { columns, at, words }) {
    if (columns.narrow && columns.narrow !== item.host) return;
    const { call, side } = columns[item.host];
    const room = ((side < 0 ? call : columns.width - call) - 8) / columns.character;
    const sysctl = item.sysctl?.length > room ? item.sysctl.replace("net.ipv4.", "") : item.sysctl;
    const text = item.what === "sysctl" ? sysctl : words(`host.${item.what}`);
    at(item.y, svg("text", { x: call, y: item.y + columns.base, "text-anchor": anchor(side), class: "call gone" }, text));
  },

  process(item, { columns, at, words }) {
    if (columns.narrow && columns.narrow !== item.host) return;
    const { call, side } = columns[item.host];
    at(item.y, svg("text", { x: call, y: item.y + columns.base, "text-anchor": anchor(side), class: "call gone" }, `${item.actor}: ${words(`process.${item.what}`)}`));
  },

  /** The line at which two runs part. */
  parting(item, { columns, at }) {
    at(item.y, svg("line", { x1: 0, x2: columns.width, y1: item.y, y2: item.y, class: "parting-line" }));
    at(item.y, svg("text", { x: columns.width / 2, y: item.y - 5, class: "parting-word" }, item.text));
  },

  idle(item, { columns, at, words }) {
    const text = words("stage.idle", { time: duration(item.us) });
    at(item.y, svg("text", { x: columns.width / 2, y: item.y + 4, class: "idle" }, text));
  },
};

/** Arrowheads of a line that comes from the left and ends at 0 0. */
const heads = {
  plain: "M0 0l-11-4.5 2.2 4.5-2.2 4.5z",
  rst: "M0 0l-9-6M0 0l-9 6M-5 0l-9-6M-5 0l-9 6",
};
const cross = "M-6-6l12 12M6-6l-12 12";

function shorten(text, room) {
  return text.length > room ? `${text.slice(0, Math.max(room - 1, 1))}…` : text;
}
