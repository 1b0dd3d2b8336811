using Deque.AxeCore.Commons;
using Drydock.Lab.Browser;

namespace Drydock.Tests.Integration.Cli;

/// <summary>The dashboard's page in Chromium: accessibility, keyboard, live changes, pictures for the docs.</summary>
[Collection(DashboardTestGroup.Name)]
public sealed class DashboardPageTests(DashboardStage stage)
{
    private const string Run = $"OmsUpgrade/{DashboardStage.Migration}/{DashboardStage.Running}";
    private const int LargestPicture = 150_000;

    // A label, heading order and landmarks are best practices; the others are levels A and AA of WCAG 2.2.
    private const string Axe = """
        axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
          .then(r => r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')))
        """;

    private static readonly (string Name, string Part, string Ready)[] Views =
    [
        ("list", "", "document.querySelectorAll('.run').length >= 4"),
        ("run", Run, "document.querySelector('svg.timeline .step.Running')"),
        ("held", $"OmsUpgrade/{DashboardStage.Migration}/oms-pune", "document.querySelector('.hold')"),
        (
            "stalled", $"DatabaseRollingUpgrade/{DashboardStage.Migration}/tidb-orders",
            "document.querySelector('svg.timeline .step.Failed')"),
        ("succeeded", $"OmsUpgrade/{DashboardStage.Migration}/oms-berlin", "document.querySelector('.findings')"),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Pages { get; } =
        [.. Views.SelectMany(v => (TheoryDataRow<string, bool>[])[new(v.Name, false), new(v.Name, true)])];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_is_accessible_and_stays_with_its_origin(string name, bool isDark)
    {
        await using var dashboard = await stage.StartAsync("-n", DashboardStage.Migration);
        await using var page = await OpenAsync(dashboard, name, 1280, 800, isDark);
        await page.EvaluateAsync(new BundledAxeScriptProvider().GetScript(), Token);
        (await page.EvaluateAsync(Axe, Token))!.AsArray().Select(v => (string)v!).ShouldBeEmpty();

        await page.ResizeAsync(360, 740, Token);
        await page.UntilAsync("innerWidth === 360", Token);
        ((int)(await page.EvaluateAsync("document.documentElement.scrollWidth", Token))!)
            .ShouldBeLessThanOrEqualTo(360);
        (await page.EvaluateAsync(Axe, Token))!.AsArray().Select(v => (string)v!).ShouldBeEmpty();

        page.Errors.ShouldBeEmpty();
        page.Requests.ShouldNotBeEmpty();
        page.Requests.ShouldAllBe(url => url.AbsoluteUri == "about:blank"
            || url.AbsoluteUri.StartsWith(dashboard.Address.AbsoluteUri, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("held")]
    public async Task Tab_key_reaches_every_control(string name)
    {
        await using var dashboard = await stage.StartAsync("-n", DashboardStage.Migration);
        await using var page = await OpenAsync(dashboard, name, 1280, 800);
        const string Controls = """
            [...document.querySelectorAll('a[href], button, select, input, summary, [tabindex="0"]')]
              .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility())
            """;
        await page.EvaluateAsync(
            "globalThis.named = e => e.dataset.key ?? (e.id || e.outerHTML); globalThis.expected = "
            + $"{Controls}.map(named); globalThis.reached = new Set(); true",
            Token);
        var count = (int)(await page.EvaluateAsync("expected.length", Token))!;
        count.ShouldBeGreaterThan(5);
        for (var i = 0; i < count + 3; i++)
        {
            await page.PressAsync("Tab", Token);
            await page.EvaluateAsync("reached.add(named(document.activeElement)); true", Token);
        }

        (await page.EvaluateAsync("expected.filter(e => !reached.has(e))", Token))!.AsArray()
            .Select(e => (string)e!).ShouldBeEmpty();
    }

    [Fact]
    public async Task Timeline_is_used_by_keyboard()
    {
        await using var dashboard = await stage.StartAsync();
        await using var page = await OpenAsync(dashboard, "run", 1280, 800);
        await page.EvaluateAsync("document.querySelector('svg.timeline [tabindex=\"0\"]').focus()", Token);
        var first = await FocusedAsync(page);
        await page.PressAsync("ArrowRight", Token);
        (await FocusedAsync(page)).ShouldNotBe(first);
        await page.PressAsync("ArrowDown", Token);
        await page.PressAsync("End", Token);
        await page.PressAsync("Enter", Token);
        await page.UntilAsync(
            "document.querySelector('.panel h3')?.textContent === document.activeElement.dataset.step.split(':')[1]",
            Token);
        page.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Theme_follows_the_system_until_it_is_chosen()
    {
        const string Dark = "getComputedStyle(document.body).backgroundColor === 'rgb(20, 23, 28)'";
        await using var dashboard = await stage.StartAsync();
        await using var page = await OpenAsync(dashboard, "list", 1280, 800, isDark: true);
        await page.UntilAsync(Dark, Token);
        await page.EvaluateAsync("document.getElementById('theme').click()", Token);
        await page.UntilAsync($"!({Dark}) && document.getElementById('theme').textContent === 'Theme: light'", Token);
        await page.EvaluateAsync("document.getElementById('theme').click()", Token);
        await page.UntilAsync($"{Dark} && document.getElementById('theme').textContent === 'Theme: dark'", Token);
    }

    [Fact]
    public async Task Change_appears_in_the_page_and_is_announced()
    {
        var space = await stage.NewSpaceAsync();
        await stage.CreateAsync(space, Manifests.Upgrade("up"), SampleRuns.Running());
        await using var dashboard = await stage.StartAsync();
        await using var page = await (await stage.BrowserAsync()).OpenAsync(
            dashboard.PageOf($"OmsUpgrade/{space}/up"), 1280, 800, cancellationToken: Token);
        await page.UntilAsync("document.querySelector('svg.timeline .step.Running')", Token);
        await page.EvaluateAsync("globalThis.same = true", Token);
        var held = SampleRuns.Held();
        await stage.WriteStatusAsync(
            space, "up", new JsonObject { ["phase"] = "StartNew", ["conditions"] = held["conditions"]!.DeepClone() });
        await page.UntilAsync("document.getElementById('announcer').textContent === 'up: Held, phase StartNew'", Token);
        await page.UntilAsync(
            "globalThis.same && document.querySelector('.state').textContent.includes('StartNew')", Token);
        page.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_is_shown_in_the_order_of_what_matters()
    {
        await using var dashboard = await stage.StartAsync();
        await using var page = await OpenAsync(dashboard, "run", 1280, 800);
        (await TextsAsync(
            page, "[...document.querySelectorAll('main section')].map(s => s.id || s.getAttribute('aria-labelledby'))"))
            .ShouldBe(["state", "todo", "downtime", "timeline", "steps-Upgrade", "snapshots", "history", "facts"]);
        (await TextAsync(page, "'.crumbs'"))
            .ShouldBe($"All runs / {DashboardStage.Migration}/{DashboardStage.Running}");
        (await TextAsync(page, "'.system'"))
            .ShouldBe("The system is down since 2026-03-01 02:31Z; Backup runs, 13/34 steps are done.");
        (await TextAsync(page, "'#todo > p'")).ShouldBe("Nothing. The run continues automatically.");
        (await TextAsync(page, "'#downtime .clock'")).ShouldStartWith("down for ");
        var hash = SampleRuns.Running()["plan"]!["hash"]!.GetValue<string>();
        (await TextAsync(page, "'details.plan summary'")).ShouldBe($"Plan {hash[7..15]} and its notes (2)");
        (await TextsAsync(
            page, "[...document.querySelectorAll('details.plan, [data-key=\"others\"]')].map(d => String(d.open))"))
            .ShouldBe(["false", "false"]);
    }

    [Fact]
    public async Task What_waits_comes_first_and_its_command_says_what_it_does()
    {
        await using var dashboard = await stage.StartAsync("-n", DashboardStage.Migration);
        await using var list = await OpenAsync(dashboard, "list", 1280, 800);
        (await TextsAsync(list, "[...document.querySelectorAll('.runs h2 a')].map(a => a.textContent.split('/')[1])"))
            .ShouldBe(["oms-322-to-422", "oms-pune", "tidb-orders", "oms-berlin"]);

        await using var held = await OpenAsync(dashboard, "held", 1280, 800);
        (await TextAsync(held, "'.hold .consent'"))
            .ShouldContain("OMS goes down, until the upgrade or a rollback ends.");

        await using var stalled = await OpenAsync(dashboard, "stalled", 1280, 800);
        (await TextsAsync(
            stalled, "[...document.querySelectorAll('svg.timeline .attempt title')].map(t => t.textContent)"))
            .ShouldBe(["Attempt 1: Ended. It had stopped with StepFailed at UpgradeTiKV/tikv-1/swap: The new version "
                + "did not start within 10m."]);
        (await TextAsync(stalled, "'.explanation'"))
            .ShouldMatch(@"^[A-Z][A-Za-z]+: .{40,} More: kubectl drydock explain ");
    }

    [Theory]
    [InlineData("held", "kubectl drydock approve oms-pune StopOld -n migration --kubeconfig /")]
    [InlineData("stalled", "kubectl drydock retry tidb-orders -n migration --kubeconfig /")]
    [InlineData("run", null)]
    [InlineData("succeeded", null)]
    public async Task One_command_at_most_is_primary(string name, string? command)
    {
        await using var dashboard = await stage.StartAsync();
        await using var page = await OpenAsync(dashboard, name, 1280, 800);
        var primary = await TextsAsync(
            page, "[...document.querySelectorAll('.copy.main')].map(b => b.previousSibling.textContent)");
        if (command is null)
        {
            primary.ShouldBeEmpty();
        }
        else
        {
            primary.ShouldHaveSingleItem().ShouldStartWith(command);
        }

        (await TextsAsync(
            page, "[...document.querySelectorAll('main button:not(.copy):not(.link)')].map(b => b.textContent)"))
            .ShouldBeEmpty();
        (await TextsAsync(
            page, "[...document.querySelectorAll('[data-key=\"others\"] code')].map(c => c.textContent.split(' ')[2])"))
            .ShouldNotContain(command?.Split(' ')[2] ?? "");
    }

    [Theory]
    [InlineData("list", false)]
    [InlineData("list", true)]
    [InlineData("run", false)]
    [InlineData("run", true)]
    public async Task Pictures_of_the_docs_are_made(string name, bool isDark)
    {
        await using var dashboard = await stage.StartAsync("-n", DashboardStage.Migration);
        await using var page = await OpenAsync(dashboard, name, 1200, name == "list" ? 640 : 900, isDark);
        await page.EvaluateAsync(
            "document.getElementById('server').textContent = 'API server https://kubernetes.example:6443'; "
            + "document.fonts.ready.then(() => true)",
            Token);
        var picture = await page.ScreenshotAsync(Token);
        picture.Length.ShouldBeLessThan(LargestPicture);
        var path = Repository.PathOf("docs", "images", $"dashboard-{name}-{(isDark ? "dark" : "light")}.png");
        if (Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "dashboard")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, picture, Token);
        }

        File.Exists(path).ShouldBeTrue($"{path} is missing: run the test with DRYDOCK_REFRESH=dashboard");
    }

    private async Task<BrowserPage> OpenAsync(
        RunningDashboard dashboard, string name, int width, int height, bool isDark = false)
    {
        var view = Views.Single(v => v.Name == name);
        var page = await (await stage.BrowserAsync()).OpenAsync(
            dashboard.PageOf(view.Part), width, height, isDark, Token);
        await page.UntilAsync(view.Ready, Token);
        return page;
    }

    private static async Task<string> TextAsync(BrowserPage page, string selector) =>
        (string)(await page.EvaluateAsync($"document.querySelector({selector}).textContent", Token))!;

    private static async Task<IEnumerable<string>> TextsAsync(BrowserPage page, string expression) =>
        [.. (await page.EvaluateAsync(expression, Token))!.AsArray().Select(t => (string)t!)];

    private static Task<JsonNode?> FocusedAsync(BrowserPage page) =>
        page.EvaluateAsync("document.activeElement.dataset.key", Token);
}
