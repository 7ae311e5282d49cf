// The camera, opened when it is asked for. Browsers that read QR codes themselves do it; for the
// others a decoder is loaded then, and not before.
const EVERY_MS = 120;
const WIDEST = 640;

const part = document.getElementById("camera");
const video = part.querySelector("video");
const note = part.querySelector("[role=status]");
const open = part.querySelector("[data-open]");
const stop = part.querySelector("[data-stop]");
const form = document.getElementById("by-code");
let stream = null;

const say = (text) => {
  note.textContent = text;
  note.hidden = !text;
};

const reader = async () => {
  if ("BarcodeDetector" in window) {
    const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
    if (formats.includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async () => (await detector.detect(video))[0]?.rawValue;
    }
  }
  const { default: decode } = await import(part.dataset.decoder);
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async () => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decode(pen.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return undefined; // no QR code in this picture
    }
  };
};

const close = () => {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.hidden = stop.hidden = true;
  open.hidden = false;
};

// What a QR code says, by what the page wants: a code to search, or a word about why not.
const PAGES = {
  pickup: (text) => {
    const [word, shop, code] = text.split(":");
    if (word !== "ALENCON" || !code) return [null, part.dataset.unknown];
    return shop === part.dataset.shop ? [code] : [null, part.dataset.another];
  },
  cheque: (text) => {
    const [word, code] = text.split(":");
    return word === "ALENCON-CHEQUE" && code ? [code] : [null, part.dataset.unknown];
  },
};

const understand = (text) => {
  const [code, refusal] = PAGES[part.dataset.wants](text.trim());
  if (!code) return say(refusal);
  close();
  form.elements.code.value = code;
  form.requestSubmit(form.querySelector("[data-scanned]"));
};

const start = async () => {
  say("");
  open.hidden = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } },
    });
  } catch (error) {
    open.hidden = false;
    return say(error.name === "NotAllowedError" ? part.dataset.refused : part.dataset.none);
  }
  video.srcObject = stream;
  video.hidden = stop.hidden = false;
  await video.play();
  const read = await reader();
  while (stream) {
    const text = video.videoWidth ? await read() : undefined;
    if (text && stream) understand(text);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
};

if (navigator.mediaDevices?.getUserMedia) {
  open.hidden = false;
  open.addEventListener("click", start);
  stop.addEventListener("click", close);
  window.addEventListener("pagehide", close);
  if (location.hash === "#camera") start();
} else {
  say(part.dataset.none);
}
