using Drydock.Lab.Browser;

namespace Drydock.Tests.Integration.Cli;

/// <summary>What the dashboard's page says and keeps while runs, connections and clocks change.</summary>
[Collection(DashboardTestGroup.Name)]
public sealed class DashboardLiveTests(DashboardStage stage)
{
    private const string Live = "document.getElementById('connection').textContent === 'Live'";
    private const string TimelineReady = "document.querySelector('svg.timeline .step')";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hidden_page_reads_nothing_until_it_is_seen()
    {
        var part = await CreateAsync(SampleRuns.Running());
        await using var dashboard = await stage.StartAsync();
        await using var page = await stage.OpenAsync(dashboard, part, Live);
        await ShowAsync(page, isHidden: true);
        await page.UntilAsync(
            "document.getElementById('connection').textContent === 'Paused while this page is hidden'", Token);
        await page.EvaluateAsync(
            "globalThis.asked = 0; const ask = fetch; fetch = (...a) => { asked++; return ask(...a); }; true", Token);
        await stage.WriteStatusAsync(part.Split('/')[1], "up", new JsonObject { ["message"] = "Meanwhile." });
        await using var other = await stage.OpenAsync(
            dashboard, part, "document.querySelector('.message')?.textContent === 'Meanwhile.'");
        (await TextAsync(page, "String(asked)")).ShouldBe("0");

        await ShowAsync(page, isHidden: false);
        await page.UntilAsync($"{Live} && document.querySelector('.message').textContent === 'Meanwhile.'", Token);
    }

    [Fact]
    public async Task Late_answer_is_told_in_a_sentence()
    {
        await using var dashboard = await stage.StartAsync();
        await using var page = await stage.OpenAsync(
            dashboard, $"OmsUpgrade/{DashboardStage.Migration}/oms-pune", Live);
        await page.EvaluateAsync(
            "AbortSignal.timeout = () => AbortSignal.abort(new DOMException('late', 'TimeoutError')); true", Token);
        await page.UntilAsync(
            "document.querySelector('#problem .problem')?.textContent === 'The dashboard did not answer within 20 s.'",
            Token);
        (await TextAsync(page, "document.getElementById('connection').textContent")).ShouldBe("Not live");
        (await TextAsync(page, "document.querySelector('.state').textContent"))
            .ShouldContain("Held", customMessage: "the last known state stays");
    }

    [Fact]
    public async Task Dashboard_that_was_started_again_is_told()
    {
        var first = await stage.StartAsync();
        await using var page = await stage.OpenAsync(first, "", Live);
        await first.DisposeAsync();
        await page.UntilAsync(
            "document.querySelector('#problem .problem')?.textContent.startsWith('The dashboard does not answer. If it "
            + "has ended')",
            Token);
        await using var second = await stage.StartAsync("--port", $"{first.Address.Port}");
        await page.UntilAsync(
            "document.querySelector('#problem .problem')?.textContent.startsWith('Nothing is here. Use the whole "
            + "address')",
            Token);
    }

    [Fact]
    public async Task Empty_list_says_how_to_begin()
    {
        var space = await stage.NewSpaceAsync();
        await using var dashboard = await stage.StartAsync("-n", space);
        await using var page = await stage.OpenAsync(dashboard, "", Live);
        (await TextAsync(page, "document.getElementById('main').innerText"))
            .ShouldContain($"No upgrades yet in namespace {space}.");
        (await TextAsync(page, "document.querySelector('main code').textContent"))
            .ShouldBe("kubectl drydock init oms --help");
        (await TextAsync(page, "String(document.getElementById('filter').checkVisibility())")).ShouldBe("false");

        await stage.CreateAsync(space, Manifests.Upgrade("up"), SampleRuns.Running());
        await page.UntilAsync(
            "document.querySelectorAll('.run').length === 1 && !document.querySelector('main code')", Token);
    }

    [Fact]
    public async Task Run_that_was_rolled_back_is_not_shown_as_ready()
    {
        var status = SampleRuns.Succeeded();
        status["phase"] = "RolledBack";
        var part = await CreateAsync(status);
        await using var dashboard = await stage.StartAsync("-n", part.Split('/')[1]);
        await using var page = await stage.OpenAsync(dashboard, "", "document.querySelector('.run .badge')");
        const string Badge = "document.querySelector('.badge').className + "
            + "document.querySelector('.badge').textContent";
        (await TextAsync(page, Badge)).ShouldBe("badge RolledBack↩ Rolled back");
        (await TextAsync(page, "document.querySelector('.tools p').textContent")).ShouldBe("1 rolled back.");
        await page.GoToAsync(dashboard.PageOf(part), Token);
        await page.UntilAsync("document.querySelector('#state .badge')", Token);
        (await TextAsync(page, Badge)).ShouldBe("badge RolledBack↩ Rolled back");
    }

    [Fact]
    public async Task Snapshot_appears_as_it_is_while_the_run_rests()
    {
        var part = await CreateAsync(SampleRuns.Running());
        var space = part.Split('/')[1];
        await stage.CreateAsync(
            space, Manifests.Snapshot("oms-322-to-422-1"), new JsonObject { ["phase"] = "Dumping" });
        await using var dashboard = await stage.StartAsync();
        await using var page = await stage.OpenAsync(
            dashboard, part, "document.getElementById('snapshots')?.textContent.includes('Dumping, not verified')");
        await stage.WriteStatusAsync(
            space, "oms-322-to-422-1", new JsonObject { ["phase"] = "Succeeded", ["verified"] = "ReadBack" },
            "backupsnapshots");
        await page.UntilAsync(
            "document.getElementById('snapshots').textContent.includes('Succeeded, verified: ReadBack')", Token);
        page.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Change_keeps_focus_rows_and_opened_phases()
    {
        var part = await CreateAsync(SampleRuns.Running());
        await using var dashboard = await stage.StartAsync();
        await using var page = await stage.OpenAsync(dashboard, part, TimelineReady);
        const string Verify = "document.querySelector('[data-key=\"summary:Upgrade:Verify\"]')";
        await page.EvaluateAsync($"{Verify}.focus(); {Verify}.click(); true", Token);
        await page.UntilAsync("document.querySelector('[data-key=\"row:Upgrade:Verify/hosts\"]')", Token);
        await page.EvaluateAsync(
            "globalThis.kept = document.querySelector('[data-key=\"row:Upgrade:Verify/hosts\"]'); true", Token);

        var plan = SampleRuns.Running()["plan"]!.DeepClone();
        var running = plan["steps"]!.AsArray().Single(s => (string)s!["id"]! == "Backup/snapshot")!;
        running["state"] = "Succeeded";
        running["finishedAt"] = SampleRuns.Now;
        await stage.WriteStatusAsync(part.Split('/')[1], "up", new JsonObject
        {
            ["phase"] = "StartNew",
            ["plan"] = plan,
        });
        await page.UntilAsync("document.querySelector('.state').textContent.includes('StartNew')", Token);
        await page.UntilAsync("!document.querySelector('[data-key=\"phase:Upgrade:Backup\"]').open", Token);
        (await TextAsync(page, "document.activeElement.dataset.key")).ShouldBe("summary:Upgrade:Verify");
        (await TextAsync(page, $"String(kept.isConnected && {Verify}.parentElement.open)")).ShouldBe("true");
        page.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Read_without_a_change_keeps_the_selection()
    {
        var part = await CreateAsync(SampleRuns.Running());
        await using var dashboard = await RunningDashboard.StartAsync(stage.Plane.AdminKubeconfig, TimeProvider.System);
        await using var page = await stage.OpenAsync(dashboard, part, "document.querySelector('#state .message')");
        await page.EvaluateAsync(
            "globalThis.asked = 0; const ask = fetch; fetch = (...a) => { asked++; return ask(...a); }; "
            + "getSelection().selectAllChildren(document.querySelector('#state .message')); true",
            Token);
        await page.UntilAsync("asked > 2", Token);
        (await TextAsync(page, "getSelection().toString()")).ShouldBe((string)SampleRuns.Running()["message"]!);
        page.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Runs_of_one_name_are_not_mixed_up()
    {
        var part = await CreateAsync(SampleRuns.Running());
        var space = part.Split('/')[1];
        await stage.CreateAsync(space, Manifests.TiDb("up"), SampleRuns.Stalled());
        await using var dashboard = await stage.StartAsync("-n", space);
        await using var page = await stage.OpenAsync(dashboard, "", "document.querySelectorAll('.run').length === 2");
        await stage.WriteStatusAsync(space, "up", new JsonObject { ["message"] = "Something else." });
        await page.UntilAsync("document.getElementById('main').textContent.includes('Something else.')", Token);
        (await TextAsync(page, "document.getElementById('announcer').textContent")).ShouldBe("");
    }

    [Fact]
    public async Task Malformed_address_replaces_the_former_view()
    {
        await using var dashboard = await stage.StartAsync();
        await using var page = await stage.OpenAsync(dashboard, "", Live);
        await page.EvaluateAsync("location.hash = '#/OmsUpgrade/migration/%'", Token);
        await page.UntilAsync(
            "document.querySelector('h1').textContent === 'migration/%' && "
            + "document.querySelector('.problem')?.textContent.includes('%')",
            Token);
    }

    [Fact]
    public async Task Timeline_reaches_from_downtime_to_now_in_utc()
    {
        var status = SampleRuns.Held();
        status["times"] = new JsonObject { ["t1"] = SampleRuns.Now.AddMinutes(-30) };
        status["system"] = new JsonObject { ["state"] = "Down", ["since"] = SampleRuns.Now.AddMinutes(-30) };
        var part = await CreateAsync(status);
        await using var dashboard = await stage.StartAsync();
        await using var page = await stage.OpenAsync(dashboard, part, "document.querySelector('svg.timeline .outage')");
        (await TextAsync(page, "document.querySelector('svg.timeline .zone').textContent")).ShouldBe("UTC");
        (await TextAsync(page, """
            const end = r => r.x.baseVal.value + r.width.baseVal.value;
            const steps = [...document.querySelectorAll('svg.timeline .step rect')].map(end);
            const down = document.querySelector('svg.timeline .outage rect');
            const now = document.querySelector('svg.timeline .now line').x1.baseVal.value;
            String(down.width.baseVal.value > 20 && Math.abs(end(down) - now) < 5 && now > Math.max(...steps));
            """)).ShouldBe("true");
    }

    [Fact]
    public async Task Clock_that_is_late_is_corrected_and_told()
    {
        var status = SampleRuns.Running();
        status["system"] = new JsonObject { ["state"] = "Down", ["since"] = SampleRuns.Now.AddMinutes(7) };
        var part = await CreateAsync(status);
        await using var dashboard = await stage.StartAsync();
        await using var page = await stage.OpenAsync(dashboard, part, TimelineReady);
        (await TextAsync(page, "document.getElementById('clock').textContent"))
            .ShouldStartWith("The clock of this machine is at least 7m0s late");
        await page.UntilAsync("/^down for [1-9]/.test(document.querySelector('#downtime .clock').textContent)", Token);
    }

    private static async Task ShowAsync(BrowserPage page, bool isHidden) => await page.EvaluateAsync(
        $"Object.defineProperty(document, 'hidden', {{ value: {(isHidden ? "true" : "false")}, configurable: true }}); "
        + "document.dispatchEvent(new Event('visibilitychange'))",
        Token);

    private static async Task<string> TextAsync(BrowserPage page, string expression) =>
        (string)(await page.EvaluateAsync(expression, Token))!;

    // The part of the page for a new OMS upgrade in a namespace of its own.
    private async Task<string> CreateAsync(JsonObject status)
    {
        var space = await stage.NewSpaceAsync();
        await stage.CreateAsync(space, Manifests.Upgrade("up"), status);
        return $"OmsUpgrade/{space}/up";
    }
}
