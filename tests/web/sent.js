import { Reader } from "../../web/lib/reader.js";
import { Speaker } from "../../web/lib/speaker.js";
import { Utterances } from "../../web/lib/utterance.js";
import { FakeWorld, ready } from "./world.js";

/** Does whatever makes a page send something. @returns the types of all that was sent */
export function everythingSent() {
  return { from_speaker: types(speak()), from_reader: types(read()) };
}

function speak() {
  const world = new FakeWorld();
  const speaker = new Speaker(
    { room: "hall", token: null, source: "en", onchange() {} },
    world.itself,
  );
  const utterances = new Utterances(
    (message) => speaker.say(message),
    1,
    world.itself,
  );
  speaker.start();
  world.socket.receive(ready());
  utterances.partial("the");
  utterances.final("The cat.");
  utterances.partial("um");
  utterances.cancel();
  utterances.insert("Yes.");
  world.advance(20_000);
  return world;
}

function read() {
  const world = new FakeWorld();
  const options = {
    room: "hall",
    token: null,
    langs: ["de"],
    preferred: [],
    stability: "steady",
    onchange() {},
  };
  void new Reader(options, world.itself).start();
  world.socket.receive(ready());
  world.advance(20_000);
  return world;
}

/** @param {FakeWorld} world @returns {Set<string>} */
function types(world) {
  return new Set(
    world.sockets.flatMap((socket) =>
      socket.sent.map((message) => message.type),
    ),
  );
}
