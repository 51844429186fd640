extension ConsolePage {
    /// The lines of the services.
    static let scriptLogs = #"""
        /** How many lines are shown; the oldest go first. */
        const maximumLines = 2000;
        const waiting = [];
        const names = [];
        let isDrawing = false;
        const clock = new Intl.DateTimeFormat("en-GB", {
          hour: "2-digit", minute: "2-digit", second: "2-digit",
        });

        function addLogService(name) {
          names.push(name);
          const option = element("option", "", name);
          option.value = name;
          $("log-service").append(option);
          const width = Math.max(...names.map((each) => each.length));
          $("lines").style.setProperty("--who-width", `${width + 1}ch`);
        }

        function addLine(line) {
          const entry = element("div", "entry");
          entry.dataset.service = line.service;
          entry.dataset.origin = line.origin;
          const time = new Date(line.time);
          const when = element("time", "", clock.format(time));
          when.dateTime = time.toISOString();
          const who = element("span", "who", line.service || "martlet");
          const index = Math.max(0, names.indexOf(line.service));
          who.style.color = `var(--who-${index % 6})`;
          // Colours that programs write for terminals mean nothing here.
          const text = line.text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
          entry.append(when, who, element("span", "text", text));
          queue(entry);
        }

        function addGap(gap) {
          queue(element("div", "gap", `… ${gap.lines} lines came too fast to show`));
        }

        /** Draws once a frame, however many lines come. */
        function queue(entry) {
          waiting.push(entry);
          if (waiting.length > maximumLines) waiting.shift();
          if (isDrawing) return;
          isDrawing = true;
          setTimeout(draw, 30);
        }

        function draw() {
          isDrawing = false;
          const lines = $("lines");
          for (const entry of waiting) entry.hidden = !isShown(entry);
          lines.append(...waiting.splice(0));
          while (lines.childElementCount > maximumLines) lines.firstElementChild.remove();
          follow();
        }

        function follow() {
          const lines = $("lines");
          if ($("log-follow").checked) lines.scrollTop = lines.scrollHeight;
        }

        function isShown(entry) {
          const service = $("log-service").value;
          if (service && entry.dataset.service !== service) return false;
          const wanted = $("log-filter").value.toLowerCase();
          return !wanted || entry.textContent.toLowerCase().includes(wanted);
        }

        function applyFilter() {
          for (const entry of $("lines").children) entry.hidden = !isShown(entry);
          follow();
        }

        function setUpLogs() {
          $("log-service").addEventListener("change", applyFilter);
          $("log-filter").addEventListener("input", applyFilter);
          $("log-follow").addEventListener("change", follow);
          $("log-clear").addEventListener("click", () => $("lines").replaceChildren());
          $("lines").addEventListener("wheel", (event) => {
            if (event.deltaY < 0) $("log-follow").checked = false;
          }, { passive: true });
        }

        """#

    /// The example shop's form.
    static let scriptShop = #"""
        function setUpShop() {
          const user = $("user-form");
          const order = $("order-form");
          freshEmail();
          user.addEventListener("submit", (event) => {
            event.preventDefault();
            submit(user, "/shop/api/users", {
              name: user.elements.name.value,
              email: user.elements.email.value,
            }, (made) => {
              order.elements.userId.value = made.id;
              freshEmail();
              return ["created", `User ${made.name} has the id ${made.id}.`];
            });
          });
          order.addEventListener("submit", (event) => {
            event.preventDefault();
            const fields = order.elements;
            submit(order, "/shop/api/orders", {
              userId: fields.userId.value,
              items: [{
                sku: fields.sku.value,
                quantity: Number(fields.quantity.value),
                unitPriceCents: Math.round(Number(fields.price.value) * 100),
              }],
              card: fields.card.value,
            }, (made) => [
              made.status, `Order ${made.id}, in all ${(made.totalCents / 100).toFixed(2)}.`,
            ]);
          });
        }

        /** An address that no earlier press has used. */
        function freshEmail() {
          const number = Math.floor(Math.random() * 1e5);
          $("user-form").elements.email.value = `ada.${number}@example.com`;
        }

        async function submit(form, path, body, describe) {
          const press = form.querySelector("button");
          press.disabled = true;
          try {
            const answer = await post(path, body);
            const text = await answer.text();
            let said = {};
            try { said = JSON.parse(text); } catch { said = { detail: text }; }
            if (answer.ok) {
              showResult("good", ...describe(said), said);
            } else {
              const fields = (said.errors ?? said.fields ?? []).map((each) =>
                `${each.field}: ${each.reason}`);
              const why = [said.detail ?? said.title, ...fields].filter(Boolean).join(" ");
              showResult("bad", String(answer.status), why || answer.statusText, said);
            }
          } catch {
            showResult("bad", "no answer", "The console cannot be reached.", {});
          } finally {
            press.disabled = false;
          }
        }

        function showResult(tone, badge, text, said) {
          $("result-badge").dataset.tone = tone;
          $("result-badge").textContent = badge;
          $("result-text").textContent = text;
          $("result-json").textContent = JSON.stringify(said, null, 2);
          $("result").hidden = false;
        }

        """#
}
