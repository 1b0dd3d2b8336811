using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Lab.Browser;
using Drydock.Tests.Integration.Crds;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Cli;

/// <summary>What the dashboard's page says and keeps while runs, connections and clocks change.</summary>
[Collection(DashboardTestGroup.Name)]
public sealed class DashboardLiveTests(DashboardStage stage)
{
    private const string Live = "document.getElementById('connection').textContent === 'Live'";
    private const string TimelineReady = "document.querySelector('svg.timeline .step')";

    // As a browser's connections to one address over HTTP/1.1.
    private const int Connections = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hidden_pages_leave_their_connections_to_others()
    {
        var part = await CreateAsync(SampleRuns.Running());
        await using var dashboard = await stage.StartAsync();
        List<BrowserPage> pages = [];
        try
        {
            for (var i = 0; i <= Connections; i++)
            {
                var page = await stage.OpenAsync(dashboard, part, Live);
                pages.Add(page);
                await ShowAsync(page, isHidden: true);
                await page.UntilAsync("document.getElementById('connection').textContent === 'Paused while this page is hidden'", Token);
            }

            await stage.WriteStatusAsync(part.Split('/')[1], "up", new JsonObject { ["message"] = "Meanwhile." });
            await ShowAsync(pages[0], isHidden: false);
            await pages[0].UntilAsync($"{Live} && document.querySelector('.message').textContent === 'Meanwhile.'", Token);
        }
        finally
        {
            foreach (var page in pages)
            {
                await page.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Late_answer_is_told_in_a_sentence()
    {
        await using var dashboard = await stage.StartAsync("--write");
        await using var page = await stage.OpenAsync(
            dashboard, $"OmsUpgrade/{DashboardStage.Migration}/oms-pune", "document.querySelector('.hold button:not(.copy)')");
        await page.EvaluateAsync("AbortSignal.timeout = () => AbortSignal.abort(new DOMException('late', 'TimeoutError')); true", Token);
        await page.EvaluateAsync("document.querySelector('.hold button:not(.copy)').click()", Token);
        await page.UntilAsync("document.querySelector('dialog .problem')?.textContent.startsWith('The dashboard did not answer within 20 s. Close other windows')", Token);
    }

    [Fact]
    public async Task Refused_stream_is_not_said_to_connect_again()
    {
        var first = await stage.StartAsync();
        await using var page = await stage.OpenAsync(first, "", Live);
        await first.DisposeAsync();
        await page.UntilAsync("document.getElementById('connection').textContent.startsWith('Disconnected')", Token);
        await using var second = await stage.StartAsync("--port", $"{first.Address.Port}");
        await page.UntilAsync("document.getElementById('connection').textContent === 'Disconnected. Open the address that the dashboard printed'", Token);
    }

    [Fact]
    public async Task Snapshot_appears_as_it_is_while_the_run_rests()
    {
        var part = await CreateAsync(SampleRuns.Running());
        var space = part.Split('/')[1];
        await stage.CreateAsync(space, Manifests.Snapshot("oms-322-to-422-1"), new JsonObject { ["phase"] = "Dumping" });
        await using var dashboard = await stage.StartAsync();
        await using var page = await stage.OpenAsync(dashboard, part, "document.getElementById('snapshots-title')?.parentElement.textContent.includes('Dumping, not verified')");
        await stage.WriteStatusAsync(space, "oms-322-to-422-1", new JsonObject { ["phase"] = "Succeeded", ["verified"] = true }, "backupsnapshots");
        await page.UntilAsync("document.getElementById('snapshots-title').parentElement.textContent.includes('Succeeded, verified')", Token);
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
        await page.EvaluateAsync("globalThis.kept = document.querySelector('[data-key=\"row:Upgrade:Verify/hosts\"]'); true", Token);

        var steps = SampleRuns.Running()["plan"]!["steps"]!.DeepClone().AsArray();
        var running = steps.Single(s => (string)s!["id"]! == "Backup/snapshot")!;
        running["state"] = "Succeeded";
        running["finishedAt"] = SampleRuns.Now;
        await stage.WriteStatusAsync(part.Split('/')[1], "up", new JsonObject
        {
            ["phase"] = "StartNew",
            ["plan"] = new JsonObject { ["steps"] = steps },
        });
        await page.UntilAsync("document.querySelector('.state').textContent.includes('StartNew')", Token);
        await page.UntilAsync("!document.querySelector('[data-key=\"phase:Upgrade:Backup\"]').open", Token);
        (await TextAsync(page, "document.activeElement.dataset.key")).ShouldBe("summary:Upgrade:Verify");
        (await TextAsync(page, $"String(kept.isConnected && {Verify}.parentElement.open)")).ShouldBe("true");
        page.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Dialog_is_described_and_its_outcome_outlives_it()
    {
        var part = await CreateAsync(SampleRuns.Held());
        var space = part.Split('/')[1];
        await using var dashboard = await stage.StartAsync("--write");
        await using var page = await stage.OpenAsync(dashboard, part, "document.querySelector('.hold button:not(.copy)')");
        await page.EvaluateAsync("document.querySelector('.hold button:not(.copy)').click()", Token);
        await page.UntilAsync("document.querySelector('dialog[open] button.main:not(:disabled)')", Token);
        (await TextAsync(page, "document.getElementById(document.querySelector('dialog').getAttribute('aria-describedby')).textContent"))
            .ShouldStartWith($"Approves StopOld of {space}/up");
        await page.EvaluateAsync("document.querySelector('dialog button.main').click()", Token);
        await page.UntilAsync("document.querySelector('dialog').textContent.includes('Writing, and waiting')", Token);
        await page.PressAsync("Escape", Token);
        await page.UntilAsync("!document.querySelector('dialog[open]')", Token);
        await Deadline.UntilAsync(
            "the approval to be written",
            async _ => (await stage.GetAsync(space, "up"))["metadata"]!["annotations"]?["drydock.dev/approve"] is not null,
            cancellationToken: Token);
        await stage.WriteStatusAsync(space, "up", new JsonObject { ["holds"] = null, ["message"] = "Stop oms-a." });
        await page.UntilAsync("document.getElementById('outcomes').textContent.includes('Approved. StopOld: Stop oms-a.')", Token);
        page.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Panel_shows_only_steps_of_the_shown_plan()
    {
        var status = SampleRuns.Running();
        var rollback = status["plan"]!.DeepClone();
        rollback["hash"] = $"sha256:{new string('9', 64)}";
        rollback["steps"] = new JsonArray(new JsonObject { ["id"] = "StartOld/oms-a", ["phase"] = "StartOld", ["title"] = "Start the old container", ["action"] = "StartContainer", ["node"] = "oms-a", ["timeout"] = "10m" });
        status["rollbackPlan"] = rollback;
        var part = await CreateAsync(status);
        await using var dashboard = await stage.StartAsync("--write");
        await using var page = await stage.OpenAsync(dashboard, $"{part}/plan", "document.querySelector('[data-step=\"StartOld/oms-a\"]')");
        await page.EvaluateAsync("document.querySelector('[data-step]').dispatchEvent(new MouseEvent('click', { bubbles: true }))", Token);
        await page.UntilAsync("document.querySelector('.panel [data-key=\"change:step:hold:StartOld/oms-a\"]')", Token);

        const string Other = "const s = document.getElementById('plan'); s.value = 'Upgrade'; s.dispatchEvent(new Event('change')); true";
        await page.EvaluateAsync(Other, Token);
        await page.UntilAsync("document.querySelector('.panel').textContent === 'Choose a step to read what it does.'", Token);
        await page.EvaluateAsync("document.querySelector('[data-step=\"Verify/hosts\"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))", Token);
        await page.UntilAsync("document.querySelector('.panel h3')?.textContent === 'Verify/hosts'", Token);
        (await TextAsync(page, "String(document.querySelector('.panel [data-key^=\"change:\"]'))")).ShouldBe("null");
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
        await page.UntilAsync("document.querySelector('h1').textContent === 'migration/%' && document.querySelector('.problem')?.textContent.includes('%')", Token);
        page.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Timeline_reaches_from_downtime_to_now_in_utc()
    {
        var status = SampleRuns.Held();
        status["times"] = new JsonObject { ["t1"] = SampleRuns.Now.AddMinutes(-30) };
        status["downtimeSince"] = SampleRuns.Now.AddMinutes(-30);
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
        status["downtimeSince"] = SampleRuns.Now.AddMinutes(7);
        var part = await CreateAsync(status);
        await using var dashboard = await stage.StartAsync();
        await using var page = await stage.OpenAsync(dashboard, part, TimelineReady);
        (await TextAsync(page, "document.getElementById('clock').textContent")).ShouldStartWith("The clock of this machine is at least 7m0s late");
        await page.UntilAsync("/^down for [1-9]/.test(document.querySelector('.facts .down').textContent)", Token);
    }

    [Fact]
    public async Task Compare_without_other_runs_says_so()
    {
        var space = await stage.NewSpaceAsync();
        await using var dashboard = await stage.StartAsync("-n", space);
        await using var page = await stage.OpenAsync(
            dashboard, $"OmsUpgrade/{DashboardStage.Migration}/oms-pune/compare", "document.querySelector('.problem')");
        (await TextAsync(page, "document.querySelector('.problem').textContent")).ShouldBe("You may list no OmsUpgrade, so there is nothing to compare with.");
    }

    private static async Task ShowAsync(BrowserPage page, bool isHidden) => await page.EvaluateAsync(
        $"Object.defineProperty(document, 'hidden', {{ value: {(isHidden ? "true" : "false")}, configurable: true }}); document.dispatchEvent(new Event('visibilitychange'))",
        Token);

    private static async Task<string> TextAsync(BrowserPage page, string expression) => (string)(await page.EvaluateAsync(expression, Token))!;

    // The part of the page for a new OMS upgrade in a namespace of its own.
    private async Task<string> CreateAsync(JsonObject status)
    {
        var space = await stage.NewSpaceAsync();
        await stage.CreateAsync(space, Manifests.Upgrade("up"), status);
        return $"OmsUpgrade/{space}/up";
    }
}
