// Stands in for https://js.stripe.com, which no test can reach: the card's form, what Stripe.js asks
// of Stripe's API, and the bank's window. Shapes: docs.stripe.com/js. API_URL is set by the test.
(() => {
  const encode = (value, name = "") =>
    Object.entries(value).flatMap(([key, part]) => {
      const path = name ? `${name}[${key}]` : key;
      return typeof part === "object" ? encode(part, path) : [[path, String(part)]];
    });

  const ask = async (key, method, path, parameters) => {
    const text = new URLSearchParams(encode(parameters)).toString();
    const answer = await fetch(`${API_URL}${path}${method === "GET" ? `?${text}` : ""}`, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: method === "GET" ? undefined : text,
    });
    return answer.json();
  };

  class Element {
    constructor(type) {
      this.type = type;
      this.listeners = {};
    }
    on(event, listener) {
      (this.listeners[event] ??= []).push(listener);
      return this;
    }
    off(event, listener) {
      this.listeners[event] = (this.listeners[event] ?? []).filter((each) => each !== listener);
      return this;
    }
    tell(event, detail = {}) {
      for (const listener of this.listeners[event] ?? []) {
        listener({ elementType: this.type, ...detail });
      }
    }
    update() {}
    mount(place) {
      this.place = place;
      if (this.type === "payment") {
        this.showCard();
      }
      setTimeout(() => {
        this.tell("ready");
        // There is no wallet in a test's browser.
        this.tell("availablepaymentmethodschange", { paymentMethods: undefined });
      });
    }
    showCard() {
      this.place.innerHTML = '<label>Numéro de carte <input inputmode="numeric"></label>';
      this.input = this.place.querySelector("input");
      this.input.addEventListener("input", () =>
        this.tell("change", { complete: !this.incomplete(), value: { type: "card" } }),
      );
    }
    number() {
      return this.input.value.replaceAll(" ", "");
    }
    incomplete() {
      return this.number().length < 16;
    }
    unmount() {
      this.place?.replaceChildren();
    }
    destroy() {
      this.unmount();
      this.listeners = {};
    }
  }

  class Elements {
    constructor() {
      this.made = {};
    }
    create(type) {
      return (this.made[type] = new Element(type));
    }
    getElement(type) {
      return this.made[type] ?? null;
    }
    update() {}
    async submit() {
      if (this.made.payment.incomplete()) {
        const message = "Le numéro de votre carte est incomplet.";
        return { error: { type: "validation_error", code: "incomplete_number", message } };
      }
      return { selectedPaymentMethod: "card" };
    }
  }

  // The bank's page in a window above the shop's, until the payment waits for it no more.
  const authenticate = async (key, intent) => {
    const frame = document.createElement("iframe");
    frame.title = "3-D Secure";
    frame.src = intent.next_action.use_stripe_sdk.stripe_js;
    frame.style = "position:fixed;inset:0;width:100%;height:100%;z-index:99999;background:#fff";
    document.body.append(frame);
    const path = `/v1/payment_intents/${intent.id}`;
    let found = intent;
    while (found.status === "requires_action") {
      await new Promise((done) => setTimeout(done, 200));
      found = await ask(key, "GET", path, { client_secret: intent.client_secret });
    }
    frame.remove();
    return found;
  };

  window.Stripe = (key) => ({
    elements: () => new Elements(),
    async confirmPayment({ elements, clientSecret, confirmParams }) {
      const id = clientSecret.split("_secret_")[0];
      const card = { number: elements.getElement("payment").number() };
      let intent = await ask(key, "POST", `/v1/payment_intents/${id}/confirm`, {
        client_secret: clientSecret,
        use_stripe_sdk: true,
        return_url: confirmParams.return_url,
        payment_method_data: { type: "card", card, ...confirmParams.payment_method_data },
      });
      if (intent.error) {
        return { error: intent.error };
      }
      if (intent.status === "requires_action") {
        intent = await authenticate(key, intent);
      }
      const refused = intent.status === "requires_payment_method";
      return refused ? { error: intent.last_payment_error } : { paymentIntent: intent };
    },
    registerAppInfo() {},
    _registerWrapper() {},
    // The storefront's library takes an object for Stripe's only when it has these.
    createToken() {},
    createPaymentMethod() {},
    confirmCardPayment() {},
  });
  window.Stripe.version = "dahlia";
})();
