extension ConsolePage {
    /// Light and dark by the reader's preference; no colour alone carries a meaning.
    static let style = """
        :root {
          color-scheme: light dark;
          --ground: #f3f5f7; --panel: #ffffff; --ink: #17212b; --soft: #566473;
          --line: #dde3e9; --field: #ffffff; --hover: #eef2f6;
          --accent: #2f5d8c; --on-accent: #ffffff;
          --good: #17714a; --busy: #2b62a8; --warn: #8f5500; --bad: #b3261e; --idle: #5f6b78;
          --log: #fbfcfd;
          --who-0: #0b6b7d; --who-1: #8a5a00; --who-2: #3d6b21; --who-3: #2b62a8;
          --who-4: #8b3a86; --who-5: #a0472b;
          --shadow: 0 1px 2px rgb(20 35 50 / 7%), 0 4px 16px rgb(20 35 50 / 5%);
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #10151b; --panel: #182028; --ink: #e6ebf0; --soft: #9eacba;
            --line: #2b3641; --field: #121921; --hover: #212c36;
            --accent: #86b4e3; --on-accent: #0d1b29;
            --good: #67cf9c; --busy: #86b4e3; --warn: #eab35a; --bad: #ff9489; --idle: #9aa7b4;
            --log: #121920;
            --who-0: #6cc5d6; --who-1: #e3b562; --who-2: #9dcb7b; --who-3: #8fb8ea;
            --who-4: #d99ad3; --who-5: #eb9c80;
            --shadow: 0 1px 2px rgb(0 0 0 / 40%);
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        body {
          margin: 0; background: var(--ground); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        }
        h1, h2, p { margin: 0; }
        h1 { font-size: 1.35rem; letter-spacing: -0.01em; }
        h2 { font-size: 1.05rem; }
        h2:focus { outline: none; }
        .hidden {
          position: absolute; width: 1px; height: 1px; overflow: hidden;
          clip-path: inset(50%); white-space: nowrap;
        }
        .skip { position: absolute; left: -999px; }
        .skip:focus { left: 12px; top: 12px; background: var(--panel); padding: 8px 12px; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

        .bar {
          display: flex; align-items: center; gap: 12px; flex-wrap: wrap;
          max-width: 1400px; margin: 0 auto; padding: 20px 24px 4px;
        }
        .bar img { display: block; }
        .summary { color: var(--soft); padding-left: 4px; }
        .summary[data-tone=bad] { color: var(--bad); }
        .summary[data-tone=warn] { color: var(--warn); }
        .feed {
          margin-left: auto; display: flex; align-items: center; gap: 8px;
          color: var(--soft); font-size: 0.87rem;
        }
        .dot {
          width: 8px; height: 8px; border-radius: 50%; background: var(--idle); flex: none;
        }
        [data-tone=good] > .dot { background: var(--good); }
        [data-tone=busy] > .dot { background: var(--busy); }
        [data-tone=warn] > .dot { background: var(--warn); }
        [data-tone=bad] > .dot { background: var(--bad); }

        main {
          max-width: 1400px; margin: 0 auto; padding: 16px 24px 32px;
          display: grid; gap: 18px; grid-template-columns: minmax(0, 1fr);
        }
        main { transition: opacity 0.3s; }
        [data-feed=lost] main { opacity: 0.5; }
        .columns { display: flex; gap: 18px; align-items: stretch; }
        .columns > .logs { flex: 1; min-width: 0; }
        #shop { flex: 0 0 420px; }
        .panel {
          background: var(--panel); border: 1px solid var(--line); border-radius: 12px;
          padding: 16px 18px; box-shadow: var(--shadow);
        }
        .notice { color: var(--bad); padding-top: 10px; }
        .hint { color: var(--soft); font-size: 0.87rem; }

        .scroll { overflow-x: auto; margin: 8px -18px -16px; }
        table { width: 100%; border-collapse: collapse; }
        th {
          text-align: left; font-weight: 500; font-size: 0.8rem; color: var(--soft);
          padding: 4px 12px; border-bottom: 1px solid var(--line); white-space: nowrap;
        }
        td { padding: 9px 12px; border-bottom: 1px solid var(--line); vertical-align: middle; }
        tr > :first-child { padding-left: 18px; }
        tr > :last-child { padding-right: 18px; }
        tbody tr:last-child td { border-bottom: 0; }
        tbody tr:hover td { background: var(--hover); }
        tbody tr:last-child td:first-child { border-bottom-left-radius: 11px; }
        tbody tr:last-child td:last-child { border-bottom-right-radius: 11px; }
        td.name { font-weight: 600; white-space: nowrap; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .wide { width: 34%; }
        td.error { color: var(--soft); font-size: 0.87rem; overflow-wrap: anywhere; }
        td a { color: var(--accent); text-underline-offset: 3px; }
        .state {
          display: inline-flex; align-items: center; gap: 7px; white-space: nowrap;
          color: var(--idle); font-weight: 500;
        }
        .state[data-tone=good] { color: var(--good); }
        .state[data-tone=busy] { color: var(--busy); }
        .state[data-tone=warn] { color: var(--warn); }
        .state[data-tone=bad] { color: var(--bad); }
        .actions { display: flex; gap: 6px; justify-content: flex-end; }

        button, input, select { font: inherit; color: inherit; }
        button {
          border: 1px solid var(--line); background: var(--panel); border-radius: 7px;
          padding: 3px 11px; cursor: pointer; font-size: 0.87rem; white-space: nowrap;
        }
        button:hover:not(:disabled) { border-color: var(--soft); }
        button:active:not(:disabled) { translate: 0 1px; }
        button:disabled { opacity: 0.4; cursor: default; }
        button.danger { color: var(--bad); }
        button.primary {
          background: var(--accent); color: var(--on-accent); border-color: var(--accent);
          padding: 7px 14px; font-size: 0.95rem; font-weight: 500; justify-self: start;
        }
        input:not([type=checkbox]), select {
          background: var(--field); border: 1px solid var(--line); border-radius: 7px;
          padding: 5px 9px; min-width: 0; width: 100%;
        }
        input::placeholder { color: var(--soft); opacity: 0.8; }

        fieldset {
          border: 0; border-top: 1px solid var(--line); margin: 14px 0 0; padding: 12px 0 0;
          display: grid; grid-template-columns: 2fr 3fr; gap: 10px 12px;
        }
        legend { float: left; grid-column: 1 / -1; font-weight: 600; padding: 0; }
        .step {
          display: inline-grid; place-items: center; width: 22px; height: 22px;
          border-radius: 50%; background: var(--hover); color: var(--soft);
          font-size: 0.8rem; margin-right: 4px;
        }
        fieldset > label { display: grid; gap: 3px; font-size: 0.87rem; color: var(--soft); }
        fieldset > label > input { color: var(--ink); font-size: 0.95rem; }
        .full, fieldset > button { grid-column: 1 / -1; }
        .result { border-top: 1px solid var(--line); margin-top: 16px; padding-top: 14px; }
        .headline { display: flex; align-items: baseline; gap: 10px; font-weight: 500; }
        .badge {
          border: 1px solid currentcolor; border-radius: 999px; padding: 0 10px;
          font-size: 0.87rem; font-weight: 600; white-space: nowrap; color: var(--idle);
        }
        .badge[data-tone=good] { color: var(--good); }
        .badge[data-tone=bad] { color: var(--bad); }
        pre {
          font: 0.8rem/1.5 var(--mono); background: var(--log); border: 1px solid var(--line);
          border-radius: 8px; padding: 10px 12px; margin: 10px 0 0; max-height: 260px;
          overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
        }

        .logs { display: flex; flex-direction: column; }
        .toolbar { display: flex; align-items: center; gap: 10px; flex-wrap: wrap; }
        .toolbar h2 { margin-right: auto; }
        .inline { display: flex; align-items: center; gap: 6px; font-size: 0.9rem; }
        .inline input:not([type=checkbox]), .inline select { width: 150px; padding: 3px 8px; }
        .check { white-space: nowrap; }
        .lines {
          flex: 1 1 420px; height: 420px; min-height: 300px; overflow: auto; margin-top: 12px;
          background: var(--log); border: 1px solid var(--line); border-radius: 8px;
          padding: 8px 0; font: 0.8rem/1.6 var(--mono);
        }
        .entry { display: flex; gap: 12px; padding: 0 12px; }
        .entry:hover { background: var(--hover); }
        .entry time { color: var(--soft); flex: none; }
        .entry .who { flex: 0 0 var(--who-width, 8ch); font-weight: 600; }
        .entry .text { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0; }
        .entry[data-origin=martlet] .text { font-style: italic; color: var(--soft); }
        .gap { padding: 0 12px; color: var(--warn); }

        @media (max-width: 1000px) {
          .columns { flex-direction: column; }
          #shop { flex: none; }
          .lines { flex: none; }
          main, .bar { padding-left: 14px; padding-right: 14px; }
        }
        @media (max-width: 720px) {
          thead { display: none; }
          table, tbody, tr, td { display: block; }
          tr { padding: 10px 18px; border-top: 1px solid var(--line); }
          td, tr > :first-child, tr > :last-child { padding: 1px 0; border: 0; }
          td[data-label] { display: flex; gap: 12px; text-align: left; }
          td[data-label]::before {
            content: attr(data-label); flex: 0 0 6.5em; color: var(--soft); font-size: 0.87rem;
          }
          .actions { justify-content: flex-start; padding-top: 6px; }
          tbody tr:hover td { background: none; }
          .inline input:not([type=checkbox]), .inline select { width: 120px; }
          .entry { flex-wrap: wrap; gap: 0 12px; }
          .entry .text { flex-basis: 100%; }
        }
        @media (prefers-reduced-motion: no-preference) {
          .state[data-tone=busy] > .dot, .state[data-tone=warn] > .dot {
            animation: pulse 1.2s ease-in-out infinite;
          }
          @keyframes pulse { 50% { opacity: 0.25; } }
        }

        """
}
