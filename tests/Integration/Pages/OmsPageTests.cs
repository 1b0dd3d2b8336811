using static Drydock.Tests.Integration.Pages.PageStatus;

namespace Drydock.Tests.Integration.Pages;

/// <summary>
/// The commands of the pages that administrators of OMS look things up in. The status of an operator is stored before
/// each block.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class OmsPageTests(LabFixture lab)
{
    private const string Upgrade = "docs/explanation/oms.md", Failures = "docs/how-to/if-it-stops.md", Dashboard =
        "docs/how-to/dashboard.md";
    private const string Operator = "drydock-system", Lists = "oms-322-to-422-lists";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/explanation/oms.md")]
    [RunsPage("docs/how-to/if-it-stops.md")]
    [RunsPage("docs/how-to/dashboard.md")]
    public async Task Commands_of_OMS_pages_read_an_upgrade()
    {
        var run = await lab.RunAsync();
        await using var plane = await ControlPlane.StartAsync(
            run, new ControlPlaneOptions { Name = "kube-oms-pages", Controllers = false }, Token);
        var page = await PageRun.StartAsync(run, plane, Repository.Root, "oms-pages", Token);
        foreach (var (word, value) in new[]
        {
            ("NAME", Name), ("NS", Space), ("CONFIGMAP", Lists), ("KEY", "projects"), ("REASON", "MarkerMissing")
        })
        {
            page.Placeholders[word] = value;
        }

        await page.RunAsync(
            $"make install IMAGE=registry.example/drydock-operator:0.1.0 && kubectl create namespace {Space}", "test",
            Token);
        await page.RunAsync($"kubectl -n {Space} create configmap {Lists} --from-literal=projects=p1", "test", Token);
        var log = Path.Combine(run.FolderFor("oms-pages-log"), "log");
        await File.WriteAllTextAsync(log, "{\"msg\":\"the operator runs\"}\n", Token);
        await using var node = await LabNode.StartAsync(
            run, plane, new LabNodeOptions { Space = Operator, Folder = page.Folder, Log = log }, Token);
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in new[] { Upgrade, Failures, Dashboard })
        {
            await page.RunAsync(
                $"kubectl -n {Space} delete omsupgrades.drydock.dev --all\n{ApplyUpgrade}", "test", Token);
            foreach (var block in page.Blocks(path))
            {
                await StoreAsync(plane, Space, "omsupgrades", Name, Status(path));
                outputs[$"{Path.GetFileName(path)} {block.Text}"] = await page.RunAsync(block, Token);
            }

            page.NotRun(path).ShouldBeEmpty();
        }

        Output("oms.md", "drydock plan").ShouldContain("Stop oms_322 on oms-a");
        Output("oms.md", "get configmap").ShouldBe("p1");
        var firstMinute = Output("if-it-stops.md", "explain");
        firstMinute.ShouldContain("Failed · MarkerMissing");
        firstMinute.ShouldContain($"Possible now: kubectl drydock rollback {Name} -n {Space}");
        firstMinute.ShouldContain("docker_init.sh ended without its success marker.");
        firstMinute.ShouldContain("the operator runs");
        Output("dashboard.md", "dashboard").ShouldStartWith("Dashboard: http://127.0.0.1:");

        string Output(string file, string part) => outputs.First(o => o.Key.StartsWith(file, StringComparison.Ordinal)
            && o.Key.Contains(part, StringComparison.Ordinal)).Value;
    }

    // What the operator has written when a reader of the page comes to the block.
    private static JsonObject Status(string page) => page == Failures
        ? Full(With(Failed(), new JsonObject
        {
            ["message"] = "InitMetadata/oms-a failed: docker_init.sh on oms-a ended without its success marker. "
                + "Nothing more is started.",
            ["conditions"] = new JsonArray([
                .. new[] { "Stalled", "Failed" }.Select(type => Condition(type, "True", "MarkerMissing")),
                Condition("Ready", "False", "MarkerMissing")]),
        }))
        : Full(Held());

    private static JsonObject Full(JsonObject status) => With(
        new JsonObject
        {
            ["observedGeneration"] = 1,
            ["nextAction"] = "Approve it.",
            ["rollbackPlan"] = null,
            ["holds"] = null,
            ["plan"] = Plan(
                Step("StopOld/oms-a", "StopOld", "Stop oms_322 on oms-a", "Pending"),
                With(
                    Step("Backup/no-sessions", "Backup", "Wait until no session is open", "Running"),
                    new JsonObject { ["message"] = "1 session of drc from 192.0.2.216 is open." })),
            ["actionRequired"] = new JsonArray(new JsonObject
            {
                ["reason"] = "RemoveOldContainers",
                ["count"] = 2,
                ["subject"] = "oms-a, oms-b",
                ["message"] = "Remove them."
            }),
        },
        status);
}
