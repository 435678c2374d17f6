// The course: marks watched lessons, and leads to the first lesson that was not watched.

import { element } from "../dom/element.js";
import { fill } from "../dom/fill.js";
import { forget, watched } from "../views/progress.js";

const course = document.querySelector(".course");
const begin = course.querySelector(".begin .primary");
const clear = course.querySelector(".begin .link");
const first = { text: begin.textContent, href: begin.href };

function show() {
  const seen = watched();
  const lessons = [...course.querySelectorAll("[data-lesson]")];
  for (const lesson of lessons) {
    const is = seen.has(lesson.dataset.lesson);
    lesson.classList.toggle("watched", is);
    lesson.querySelector(".mark")?.remove();
    if (is) lesson.querySelector("a").append(element("span", { className: "mark", title: course.dataset.watched }, element("span", { className: "hidden" }, course.dataset.watched)));
  }
  for (const chapter of course.querySelectorAll(".chapter")) {
    const all = chapter.querySelectorAll("[data-lesson]").length;
    const done = chapter.querySelectorAll(".watched").length;
    const progress = chapter.querySelector(".progress");
    progress.hidden = done === 0;
    progress.textContent = fill(course.dataset.count, { done, all });
  }
  const any = lessons.some((lesson) => lesson.classList.contains("watched"));
  const next = any && lessons.find((lesson) => !lesson.classList.contains("watched"));
  begin.href = next ? next.querySelector("a").href : first.href;
  begin.textContent = next ? fill(course.dataset.continue, { title: next.querySelector(".title").textContent }) : first.text;
  clear.hidden = !any;
}

clear.addEventListener("click", () => {
  forget();
  show();
});
addEventListener("pageshow", show); // also when the visitor comes back from a lesson
