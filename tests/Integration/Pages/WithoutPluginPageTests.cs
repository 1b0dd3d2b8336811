using static Drydock.Tests.Integration.Pages.PageStatus;

namespace Drydock.Tests.Integration.Pages;

/// <summary>The commands of without-the-plugin.md read a stored status, and write what the plugin writes.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class WithoutPluginPageTests(LabFixture lab)
{
    private const string Page = "docs/how-to/without-the-plugin.md", Space = "oms", Name = "oms-322-to-422", Kept =
        "oms-322-to-422-output";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/how-to/without-the-plugin.md")]
    public async Task Commands_without_plugin_read_status_and_write_annotations()
    {
        var run = await lab.RunAsync();
        await using var plane = await ControlPlane.StartAsync(
            run, new ControlPlaneOptions { Name = "kube-no-plugin", Controllers = false }, Token);
        await plane.KubectlAsync(
            ["apply", "--validate=false", "-k", Repository.PathOf("config", "crd")], cancellationToken: Token);
        await plane.WaitForCrdsAsync(
            [
                "omsupgrades.drydock.dev", "backupsnapshots.drydock.dev", "databaserollingupgrades.drydock.dev",
                "snapshotrestores.drydock.dev"
            ],
            Token);
        await plane.KubectlAsync(["create", "namespace", Space], cancellationToken: Token);
        await plane.KubectlAsync(
            ["-n", Space, "create", "secret", "generic", Kept, "--from-literal=output=the end of it"],
            cancellationToken: Token);
        await plane.KubectlAsync(
            [
                "-n", Space, "apply", "--validate=false", "-f",
                Repository.PathOf("config", "samples", "omsupgrade-ee-3.2.2-to-4.2.2.yaml")
            ],
            cancellationToken: Token);
        await StoreAsync(plane, Space, "omsupgrades", Name, Status());
        var page = await PageRun.StartAsync(run, plane, Repository.Root, "no-plugin", Token);
        (page.Placeholders["NS"], page.Placeholders["NAME"]) = (Space, Name);

        var outputs = await page.RunPageAsync(Page, cancellationToken: Token);

        page.NotRun(Page).ShouldBeEmpty();
        page.ChangedFiles().ShouldBeEmpty();
        Output("--all-namespaces").ShouldContain($"omsupgrade.drydock.dev/{Name}");
        Output("status.nextAction")
            .ShouldContain("Failed\tComponentsUnhealthy\nVerify/hosts failed.\nRepair the cause.\n");
        Output("status.active[*]}{.id}").ShouldContain("Backup/snapshot\t2026-03-06T18:10:00Z\t2026-03-06T18:40:00Z\n");
        Output("status.actionRequired").ShouldEndWith("RemoveOldContainers\t2\toms-a, oms-b\tRemove them.\n");
        Output("status.findings").ShouldBe("ClockSkew\toms-b\tspec.discoverFrom\toms-b is 3 minutes late.\n");
        var plan = Output("status.plans[*]");
        plan.ShouldStartWith(
            $"1\tUpgrade\t{Hash}\nStopOld/oms-a Pending: Stop oms_322 on oms-a\nVerify/hosts Failed: Wait until every "
            + "host is ONLINE\n");
        plan.ShouldContain("\"notes\":[\"The metadata database is a MariaDB.\"]");
        Output("data.output")
            .ShouldBe($"Verify/hosts\tComponentsUnhealthy\toms-b is not ONLINE.\t{Kept}\nthe end of it");
        Output("status.usedTokens")
            .ShouldBe(
                $"2026-03-06T18:00:00Z\tDisableHA@{ShortHash}.1\t\t\n"
                + $"2026-03-06T19:00:00Z\tRetry\tRetry@{ShortHash}.1\t\n");
        Output("status.holds").ShouldStartWith($"DisableHA@{ShortHash}.1\t2026-03-06T17:15:00Z\n");
        Output(".accept}").ShouldStartWith("\nVerify/hosts@1f0c7a52.1.1\n");
        Output("status.rollback.cost").ShouldStartWith("3 databases are restored.\n");
        Written(await GetAsync(plane)).ShouldBe(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["drydock.dev/retry"] = $"RestoreDatabases@{ShortHash}.1",
                ["drydock.dev/approve"] = "Verify/hosts@1f0c7a52.1.1",
                ["drydock.dev/abort"] = "a number",
            },
            ignoreOrder: true);

        string Output(string part) => outputs.First(o => o.Block.Text.Contains(part, StringComparison.Ordinal)).Output;
    }

    private static JsonObject Status()
    {
        var status = With(Planned(), Failed());
        return With(status, new JsonObject
        {
            ["nextAction"] = "Repair the cause.",
            ["retryCost"] = "3 databases are dropped.",
            ["holds"] = new JsonArray(Hold("DisableHA")),
            ["steps"] = new JsonArray(
                "StopOld/oms-a Pending: Stop oms_322 on oms-a",
                "Verify/hosts Failed: Wait until every host is ONLINE"),
            ["active"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = "Backup/snapshot",
                    ["state"] = "Running",
                    ["since"] = "2026-03-06T18:10:00Z",
                    ["expectedAt"] = "2026-03-06T18:40:00Z"
                },
                new JsonObject
                {
                    ["id"] = "Verify/hosts",
                    ["state"] = "Failed",
                    ["reason"] = "ComponentsUnhealthy",
                    ["message"] = "oms-b is not ONLINE.",
                    ["accept"] = "Verify/hosts@1f0c7a52.1.1",
                    ["outputRef"] = Kept
                }),
            ["findings"] = new JsonArray(new JsonObject
            {
                ["reason"] = "ClockSkew",
                ["node"] = "oms-b",
                ["field"] = "spec.discoverFrom",
                ["message"] = "oms-b is 3 minutes late."
            }),
            ["actionRequired"] = new JsonArray(new JsonObject
            {
                ["reason"] = "RemoveOldContainers",
                ["count"] = 2,
                ["subject"] = "oms-a, oms-b",
                ["message"] = "Remove them."
            }),
        });
    }

    // The annotations of Drydock. The value of an abort is the time.
    private static Dictionary<string, string> Written(JsonNode upgrade) =>
        upgrade["metadata"]!["annotations"]!.AsObject()
            .Where(annotation => annotation.Key.StartsWith("drydock.dev/", StringComparison.Ordinal))
            .ToDictionary(
                annotation => annotation.Key,
                annotation => ((string)annotation.Value!) is var text && long.TryParse(text, out _) ? "a number" : text,
                StringComparer.Ordinal);

    private static async Task<JsonNode> GetAsync(ControlPlane plane) =>
        JsonNode.Parse(
            await plane.KubectlAsync(["-n", Space, "get", "omsu", Name, "-o", "json"], cancellationToken: Token))!;
}
