extension ConsolePage {
    /// What all parts of the script use, and the live feed.
    static let scriptCore = #"""
        "use strict";
        const $ = (id) => document.getElementById(id);

        function element(name, classes, text) {
          const made = document.createElement(name);
          if (classes) made.className = classes;
          if (text !== undefined) made.textContent = text;
          return made;
        }

        /** Sends what changes something; the field is what other sites cannot send. */
        function post(path, body) {
          const headers = { "X-Martlet-Console": "1" };
          if (body !== undefined) {
            headers["Content-Type"] = "application/json";
            headers["Idempotency-Key"] = crypto.randomUUID();
          }
          return fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
        }

        function connect() {
          const feed = new EventSource("/api/events");
          feed.onopen = () => showFeed("good", "live");
          feed.onerror = () => showFeed("warn", "reconnecting");
          feed.addEventListener("status", (event) => showStatus(JSON.parse(event.data)));
          feed.addEventListener("line", (event) => addLine(JSON.parse(event.data)));
          feed.addEventListener("gap", (event) => addGap(JSON.parse(event.data)));
        }

        function showFeed(tone, text) {
          $("feed").dataset.tone = tone;
          document.body.dataset.feed = tone === "good" ? "live" : "lost";
          $("feed-text").textContent = text;
        }

        addEventListener("DOMContentLoaded", () => {
          setUpLogs();
          setUpShop();
          connect();
        });

        """#

    /// The table of services.
    static let scriptServices = #"""
        const tones = {
          "waiting": "idle", "starting": "busy", "healthy": "good", "unhealthy": "bad",
          "backing-off": "warn", "stopping": "busy", "stopped": "idle", "failed": "bad",
        };
        const rows = new Map();

        function showStatus(status) {
          for (const service of status.services) {
            let row = rows.get(service.name);
            if (!row) {
              row = makeRow(service.name);
              rows.set(service.name, row);
              $("services").append(row.line);
              addLogService(service.name);
            }
            fillRow(row, service);
          }
          showSummary(status.services);
          $("shop").hidden = status.extra !== "shop";
        }

        function showSummary(services) {
          const healthy = services.filter((service) => service.state === "healthy").length;
          const bad = services.filter((service) =>
            ["bad", "warn"].includes(tones[service.state])).length;
          const all = services.length;
          $("summary").textContent = healthy === all
            ? `All ${all} services are healthy` : `${healthy} of ${all} services are healthy`;
          $("summary").dataset.tone = bad > 0 ? "warn" : "idle";
          document.title = bad > 0 ? `(${bad}) Martlet console` : "Martlet console";
        }

        function makeRow(name) {
          const line = element("tr");
          line.dataset.service = name;
          const cell = (classes, label) => {
            const made = line.appendChild(element("td", classes));
            if (label) made.dataset.label = label;
            return made;
          };
          cell("name").textContent = name;
          const state = cell("", "State").appendChild(element("span", "state"));
          state.append(element("span", "dot"), element("span", "word"));
          const row = {
            line, state, word: state.lastChild,
            process: cell("number", "Process"), port: cell("number", "Port"),
            restarts: cell("number", "Restarts"), uptime: cell("number", "Uptime"),
            requests: cell("number", "Requests"), error: cell("error", "Last error"),
            seen: undefined,
          };
          const actions = cell().appendChild(element("div", "actions"));
          row.toggle = button(actions, "stop", "Stop", name);
          row.restart = button(actions, "restart", "Restart", name);
          row.kill = button(actions, "kill", "Kill", name);
          row.kill.classList.add("danger");
          row.kill.title = "Kills the process as a crash would; it is started again.";
          return row;
        }

        function button(actions, wish, label, name) {
          const made = actions.appendChild(element("button", "", label));
          made.type = "button";
          made.dataset.wish = wish;
          made.setAttribute("aria-label", `${label} ${name}`);
          made.addEventListener("click", () => send(made.dataset.wish, name));
          return made;
        }

        async function send(wish, name) {
          const problem = $("problem");
          problem.hidden = true;
          try {
            const answer = await post(`/api/services/${encodeURIComponent(name)}/${wish}`);
            if (answer.ok) return;
            const said = await answer.json().catch(() => ({}));
            problem.textContent = said.detail || `The console answered ${answer.status}.`;
          } catch {
            problem.textContent = "The console cannot be reached; does martlet up still run?";
          }
          problem.hidden = false;
        }

        function fillRow(row, service) {
          const word = service.state.replace("-", " ");
          if (row.seen && row.seen !== service.state) {
            $("announcer").textContent = `${service.name} is ${word}`;
          }
          row.seen = service.state;
          row.state.dataset.tone = tones[service.state] || "idle";
          row.word.textContent = word;
          row.process.textContent = service.pid ?? "–";
          showPort(row.port, service);
          row.restarts.textContent = service.restarts;
          row.requests.textContent = service.requests?.toLocaleString("en") ?? "–";
          row.error.textContent = service.lastError ?? "–";
          row.since = service.uptimeSeconds == null
            ? undefined : performance.now() - service.uptimeSeconds * 1000;
          showUptime(row);
          const off = ["stopped", "failed", "backing-off"].includes(service.state);
          const wish = off ? "start" : "stop";
          if (row.toggle.dataset.wish !== wish) {
            row.toggle.dataset.wish = wish;
            row.toggle.textContent = off ? "Start" : "Stop";
            row.toggle.setAttribute("aria-label", `${row.toggle.textContent} ${service.name}`);
          }
          row.kill.disabled = service.pid == null;
          row.toggle.disabled = service.state === "stopping";
        }

        function showPort(cell, service) {
          if (cell.textContent === String(service.port)) return;
          cell.replaceChildren();
          if (!service.speaksHTTP) {
            cell.textContent = service.port;
            return;
          }
          const link = cell.appendChild(element("a", "", service.port));
          link.href = `http://127.0.0.1:${service.port}/`;
          link.target = "_blank";
          link.rel = "noreferrer";
        }

        function showUptime(row) {
          row.uptime.textContent = row.since === undefined
            ? "–" : duration((performance.now() - row.since) / 1000);
        }

        function duration(seconds) {
          const whole = Math.max(0, Math.floor(seconds));
          const [days, hours, minutes] = [86400, 3600, 60].map((unit) =>
            Math.floor(whole / unit));
          if (days > 0) return `${days} d ${hours % 24} h`;
          if (hours > 0) return `${hours} h ${minutes % 60} min`;
          if (minutes > 0) return `${minutes} min ${whole % 60} s`;
          return `${whole} s`;
        }

        setInterval(() => rows.forEach(showUptime), 1000);

        """#
}
