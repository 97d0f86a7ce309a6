/**
 * The microphones there are, and what one of them hears: so that a speaker can see that it is the right one.
 *
 * @typedef {{ id: string, name: string }} Device
 * @typedef {"" | "denied" | "missing" | "insecure"} Refusal
 */

/** Loudness that counts as silence and as loud speech, in decibels below full scale. */
const SILENT_DB = -60;
const LOUD_DB = -12;

export class Sound {
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {AnalyserNode | null} */
  #analyser = null;
  #samples = new Float32Array(1024);

  get isOpen() {
    return this.#stream !== null;
  }

  /** @returns {MediaStreamTrack | null} */
  get track() {
    return this.#stream?.getAudioTracks()[0] ?? null;
  }

  /** Which one it is. */
  get device() {
    return this.track?.getSettings().deviceId ?? "";
  }

  /**
   * Listens to a microphone, after the browser has asked the person.
   *
   * @param {string} device its `id`; empty, or gone: the browser's choice
   * @returns {Promise<Refusal>}
   */
  async open(device) {
    this.close();
    if (!isSecureContext) return "insecure";
    try {
      this.#stream = await streamOf(device);
    } catch (error) {
      return nameOf(error) === "NotAllowedError" ? "denied" : "missing";
    }
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = this.#samples.length;
    this.#context.createMediaStreamSource(this.#stream).connect(this.#analyser);
    return "";
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    void this.#context?.close();
    this.#stream = this.#context = this.#analyser = null;
  }

  /** @returns {number} how loud it is now, from 0 (silence) to 1 */
  level() {
    if (!this.#analyser) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return loudness(this.#samples);
  }
}

/** @param {string} device @returns {Promise<MediaStream>} the browser's choice, where it is gone */
async function streamOf(device) {
  const { mediaDevices } = navigator;
  if (!device) return mediaDevices.getUserMedia({ audio: true });
  try {
    return await mediaDevices.getUserMedia({ audio: { deviceId: { exact: device } } });
  } catch (error) {
    if (nameOf(error) === "OverconstrainedError") return mediaDevices.getUserMedia({ audio: true });
    throw error;
  }
}

/** @param {unknown} error */
function nameOf(error) {
  return error instanceof Error ? error.name : "";
}

/** @returns {Promise<Device[]>} none before the person has allowed one to be used */
export async function microphones() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind, label }) => kind === "audioinput" && label)
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

/**
 * @param {ArrayLike<number>} samples from -1 to 1
 * @returns {number} from 0 to 1, in equal steps of loudness
 */
export function loudness(samples) {
  const power = Array.from(samples).reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(power);
  return Math.min(1, Math.max(0, (decibels - SILENT_DB) / (LOUD_DB - SILENT_DB)));
}
