extension ConsolePage {
    /// The page itself; everything that changes is put in by the script, as text.
    static let markup = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Martlet console</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/console.css">
        <script src="/console.js" defer></script>
        </head>
        <body>
        <a class="skip" href="#services-title">Skip to the services</a>
        <header class="bar">
          <img src="/icon.svg" alt="" width="36" height="36">
          <h1>Martlet</h1>
          <p id="summary" class="summary" data-tone="idle">Connecting</p>
          <p id="feed" class="feed" data-tone="idle"><span class="dot"></span><span
            id="feed-text">connecting</span></p>
        </header>
        <main>
        <noscript><p class="notice">The console needs JavaScript.</p></noscript>

        <section class="panel" aria-labelledby="services-title">
          <h2 id="services-title" tabindex="-1">Services</h2>
          <div class="scroll">
          <table>
            <thead><tr>
              <th scope="col">Service</th><th scope="col">State</th>
              <th scope="col" class="number">Process</th>
              <th scope="col" class="number">Port</th>
              <th scope="col" class="number">Restarts</th>
              <th scope="col" class="number">Uptime</th>
              <th scope="col" class="number">Requests</th>
              <th scope="col" class="wide">Last error</th>
              <th scope="col"><span class="hidden">Actions</span></th>
            </tr></thead>
            <tbody id="services"></tbody>
          </table>
          </div>
          <p id="problem" class="notice" role="alert" hidden></p>
        </section>

        <div class="columns">
        <section id="shop" class="panel" aria-labelledby="shop-title" hidden>
          <h2 id="shop-title">Shop</h2>
          <p class="hint">Drives the example shop through its gateway.</p>
          <form id="user-form" autocomplete="off">
            <fieldset>
              <legend><span class="step">1</span> Create a user</legend>
              <label>Name <input name="name" value="Ada Lovelace" required></label>
              <label>E-mail <input name="email" type="email" required></label>
              <button class="primary">Create user</button>
            </fieldset>
          </form>
          <form id="order-form" autocomplete="off">
            <fieldset>
              <legend><span class="step">2</span> Place an order</legend>
              <label class="full">User <input name="userId" required
                placeholder="the id of a user"></label>
              <label>Quantity <input name="quantity" type="number" min="1" value="2"
                required></label>
              <label>Article <input name="sku" value="TEAPOT-1" required></label>
              <label>Price each <input name="price" type="number" min="0.01" step="0.01"
                value="19.90" required></label>
              <label>Card <input name="card" value="4242424242424242" inputmode="numeric"
                aria-describedby="card-hint" required></label>
              <p id="card-hint" class="hint full">A card ending in 0002 is declined.</p>
              <button class="primary">Place order</button>
            </fieldset>
          </form>
          <div id="result" class="result" aria-live="polite" hidden>
            <p class="headline"><span id="result-badge" class="badge"></span>
              <span id="result-text"></span></p>
            <pre id="result-json" tabindex="0" aria-label="The answer as JSON"></pre>
          </div>
        </section>

        <section class="panel logs" aria-labelledby="logs-title">
          <div class="toolbar">
            <h2 id="logs-title">Logs</h2>
            <label class="inline"><span class="hidden">Show the lines of</span>
              <select id="log-service"><option value="">All services</option></select></label>
            <label class="inline"><span class="hidden">Show lines that contain</span>
              <input id="log-filter" type="search" placeholder="Filter"></label>
            <label class="inline check"><input id="log-follow" type="checkbox" checked>
              Follow</label>
            <button id="log-clear" type="button">Clear</button>
          </div>
          <div id="lines" class="lines" role="log" aria-live="off" tabindex="0"
            aria-labelledby="logs-title"></div>
        </section>
        </div>
        </main>
        <p id="announcer" class="hidden" aria-live="polite"></p>
        </body>
        </html>

        """

    /// A swift in flight.
    static let iconMarkup = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
        <rect width="64" height="64" rx="15" fill="#2f5d8c"/>
        <path fill="#fff" d="M5 21c13-3 22 1 27 9 5-8 14-12 27-9-11 3-17 9-20 17l-3 6 4 13-8-7-8 7 \
        4-13-3-6C22 30 16 24 5 21z"/>
        </svg>

        """
}
