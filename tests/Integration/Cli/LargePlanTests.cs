using Drydock.Crds.Plans;
using Drydock.Lab.Browser;
using static Drydock.Tests.Integration.Cli.SamplePlan;

namespace Drydock.Tests.Integration.Cli;

/// <summary>
/// The page with a plan of 1,000 steps, the most that a plan may have: the size of what is drawn and drawn again is
/// bounded, which does not depend on the speed of the machine. The times are reported.
/// </summary>
[Collection(DashboardTestGroup.Name)]
public sealed class LargePlanTests(DashboardStage stage, ITestOutputHelper output)
{
    private const int Stores = 300;
    private const int Others = 49;

    // Watches what a page does: elements that are added outside pictures, and tasks that block it for more than 50 ms.
    private const string Meter = """
        globalThis.added = 0;
        globalThis.blocked = [];
        new MutationObserver(all => all.forEach(m => m.addedNodes.forEach(n => {
            added += n instanceof HTMLElement ? 1 + n.querySelectorAll('*').length : 0;
        }))).observe(document.getElementById('main'), { childList: true, subtree: true });
        new PerformanceObserver(list => list.getEntries().forEach(e => blocked.push(Math.round(e.duration)))).observe({ type: 'longtask', buffered: true });
        true
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thousand_steps_are_shown_followed_and_used()
    {
        var space = await stage.NewSpaceAsync();
        var status = Rolling();
        var steps = status["plan"]!["steps"]!.AsArray();
        steps.Count.ShouldBe(1000);
        await stage.CreateAsync(space, Manifests.TiDb("large"), status);
        await using var dashboard = await stage.StartAsync("-n", space);
        var part = $"DatabaseRollingUpgrade/{space}/large";

        await using var page = await stage.OpenAsync(dashboard, "", "document.querySelector('.run progress')");
        await page.EvaluateAsync(Meter, Token);
        await MeasureAsync(
            page, "run", page.GoToAsync(dashboard.PageOf(part), Token),
            "document.querySelector('svg.timeline .step.Running')");
        (await NumberAsync(page, "document.querySelectorAll('*').length")).ShouldBeLessThan(15_000);

        await page.EvaluateAsync("added = 0; globalThis.row = document.querySelector('tbody tr'); true", Token);
        var next = steps.First(s => (string)s!["state"]! == "Running")!;
        next["state"] = "Succeeded";
        next["finishedAt"] = SampleRuns.Now;
        var change = new JsonObject
        {
            ["message"] = "The next store.",
            ["plan"] = status["plan"]!.DeepClone()
        };
        await MeasureAsync(
            page, "event", stage.WriteStatusAsync(space, "large", change, "databaserollingupgrades"),
            "document.querySelector('.message').textContent === 'The next store.'");
        (await NumberAsync(page, "document.querySelectorAll('tbody tr').length")).ShouldBeGreaterThan(Stores);
        (await NumberAsync(page, "Number(row.isConnected)")).ShouldBe(1);
        (await NumberAsync(page, "added")).ShouldBeLessThan(200);

        await page.EvaluateAsync("document.querySelector('svg.timeline [tabindex=\"0\"]').focus(); true", Token);
        await page.PressAsync("End", Token);
        await MeasureAsync(
            page, "choice", page.PressAsync("Enter", Token),
            "document.querySelector('.panel h3')?.textContent === document.activeElement.dataset.step.split(':')[1]");
        (await NumberAsync(
            page, "Math.max(...[...document.querySelectorAll('svg.timeline .step')].map(e => "
                + "e.getAttribute('aria-label').length))")).ShouldBeLessThan(200);
        page.Errors.ShouldBeEmpty();
    }

    private async Task MeasureAsync(BrowserPage page, string name, Task act, string ready)
    {
        var began = Stopwatch.GetTimestamp();
        await act;
        await page.UntilAsync(ready, Token);
        var blocked = await page.EvaluateAsync("blocked.splice(0).join(', ')", Token);
        var added = await NumberAsync(page, "added");
        output.WriteLine(
            $"{name}: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms, {added:0} elements, tasks over 50 ms: "
            + $"{blocked}");
    }

    private static async Task<double> NumberAsync(BrowserPage page, string expression) =>
        (double)(await page.EvaluateAsync(expression, Token))!;

    // 300 stores one after the other in three steps each, then 49 and 49 servers side by side.
    private static JsonObject Rolling()
    {
        var plan = new SamplePlan(SampleRuns.Now.AddHours(-5));
        plan.Done(1, On(null, "PreparePackage/tidb", "Unpack the package on every host", "PreparePackage"));
        for (var i = 1; i <= Stores; i++)
        {
            var node = $"tikv-{i}";
            StoredStep[] steps =
            [
                On(node, $"UpgradeTiKV/{node}/evict", $"Move the leaders away from {node}", "EvictLeaders"),
                On(node, $"UpgradeTiKV/{node}/swap", $"Swap {node}", "SwapInstance") with { PointOfNoReturn = true },
                On(node, $"UpgradeTiKV/{node}/verify", $"Verify {node}", "VerifyTikv"),
            ];
            foreach (var step in steps)
            {
                _ = i < Stores / 2 ? plan.Done(0.5, step)
                    : i == Stores / 2 && step == steps[0] ? plan.Begun(step with { State = StepState.Running })
                    : plan.Ahead(step);
            }
        }

        foreach (var name in (string[])["swap", "verify"])
        {
            plan.Ahead([.. Enumerable.Range(1, Others).Select(
                i => On($"tidb-{i}", $"UpgradeTiDB/tidb-{i}/{name}", $"{name} tidb-{i}", "SwapInstance"))]);
        }

        plan.Ahead(On(null, "Verify/cluster", "Verify the cluster", "CheckCluster"));
        var status = SampleRuns.Stalled();
        status["phase"] = "UpgradeTiKV";
        status["progress"] = "448/1000";
        status["message"] = "Move the leaders away from tikv-150.";
        status["startedAt"] = SampleRuns.Now.AddHours(-5);
        status["conditions"] = SampleRuns.Running()["conditions"]!.DeepClone();
        status["attempts"] = null;
        status["plan"] = SampleRuns.Json(plan.Compile('e'));
        return status;
    }
}
