/** Room names that are easy to read out and to type, and hard enough to run into by chance. */

const QUALITIES =
  "amber bold brave bright calm clear cosy crisp dusky eager early fair fond gentle glad golden grand happy honest " +
  "jolly keen kind light lively lucky mellow merry misty noble proud quick quiet rosy silver sunny swift tidy warm wise";
const THINGS =
  "acorn apple beacon birch bridge brook canyon cedar cloud comet coral crane dune falcon fern fjord forest garden " +
  "harbour hazel island lagoon lantern maple meadow orchard otter pebble pine planet prairie reef river robin sparrow " +
  "summit tulip valley violet willow";

/** @returns {string} such as "calm-river-417" */
export function randomName() {
  const [quality = 0, thing = 0, number = 0] = crypto.getRandomValues(new Uint32Array(3));
  return `${pick(QUALITIES, quality)}-${pick(THINGS, thing)}-${100 + (number % 900)}`;
}

/** @param {string} words @param {number} index */
function pick(words, index) {
  const list = words.split(" ");
  return list[index % list.length];
}
