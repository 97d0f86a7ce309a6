/**
 * Whether a room can go live, from what a trial has shown. Pure.
 *
 * @import { Outcome } from "../lib/trial.js"
 *
 * @typedef {"good" | "care" | "bad"} Grade
 * @typedef {"good" | "slow" | "late" | "restless" | "incomplete" | "nothing"} Finding in one language
 */

/** What people put up with in live captions (Ofcom), and what they do not. */
const SLOW_MS = 3000;
const LATE_MS = 8000;
/** Above this, flicker disturbs readers (Arivazhagan et al. 2020). */
const RESTLESS = 0.2;

/** @type {Readonly<Record<Finding, Grade>>} */
const GRADES = { good: "good", slow: "care", restless: "care", late: "bad", incomplete: "bad", nothing: "bad" };

/** @param {Outcome} outcome @returns {Finding} the worst there is to say */
export function finding({ firstMs, slowestMs, erasure, isComplete }) {
  if (firstMs === null) return "nothing";
  if (!isComplete) return "incomplete";
  const grade = gradeOfLag(Math.max(firstMs, slowestMs ?? 0));
  if (grade !== "good") return grade === "bad" ? "late" : "slow";
  return gradeOfErasure(erasure ?? 0) === "good" ? "good" : "restless";
}

/** @param {Finding} found */
export function gradeOf(found) {
  return GRADES[found];
}

/** @typedef {"normal" | "busy" | "overloaded"} Load */

/** @param {string} load as a status has it @returns {Load} */
export function loadIn(load) {
  return load === "normal" || load === "busy" ? load : "overloaded";
}

/** @param {number} ms @returns {Grade} */
export function gradeOfLag(ms) {
  if (ms > LATE_MS) return "bad";
  return ms > SLOW_MS ? "care" : "good";
}

/** @param {number} erasure @returns {Grade} */
export function gradeOfErasure(erasure) {
  return erasure > RESTLESS ? "care" : "good";
}

/** @param {Load} load @returns {Grade} */
export function gradeOfLoad(load) {
  if (load === "normal") return "good";
  return load === "busy" ? "care" : "bad";
}

/** @param {readonly Grade[]} grades @returns {Grade} that of all together */
export function worstOf(grades) {
  return grades.find((grade) => grade === "bad") ?? grades.find((grade) => grade === "care") ?? "good";
}
