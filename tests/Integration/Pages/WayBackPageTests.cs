using static Drydock.Tests.Integration.Pages.PageStatus;

namespace Drydock.Tests.Integration.Pages;

/// <summary>
/// The commands by which an administrator rolls back, retries, accepts and aborts, and those that finish an upgrade
/// without the operator. The status of an operator is stored before each block.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class WayBackPageTests(LabFixture lab)
{
    private const string WayBack = "docs/how-to/roll-back-retry-accept.md", ByHand = "docs/how-to/finish-by-hand.md";
    private const string Operator = "drydock-system", Claim = "oms-0123456789", Snapshot = "oms-322-to-422-800af559-1";

    private const string Cost = "Only what the new version wrote to the metadata since 2026-03-06 18:00:00Z is lost; "
        + "OMS has been down since then. "
        + $"3 databases are restored from BackupSnapshot {Snapshot}; their dump took 12m.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/how-to/roll-back-retry-accept.md")]
    public async Task Verbs_of_the_page_write_what_the_operator_reads()
    {
        await using var plane = await ControlPlane.StartAsync(
            await lab.RunAsync(), new ControlPlaneOptions { Name = "kube-way-back", Controllers = false }, Token);
        var page = await StartAsync(plane, "way-back");
        var outputs = new List<(PageBlock Block, string Output)>();
        foreach (var block in page.Blocks(WayBack))
        {
            await StoreAsync(plane, Space, "omsupgrades", Name, Status(block));
            outputs.Add((block, await page.RunAsync(block, Token)));
        }

        page.NotRun(WayBack).ShouldBeEmpty();
        var shown = Fence.In(await File.ReadAllTextAsync(Repository.PathOf(WayBack), Token))
            .Single(block => block.Language == "console").Text.Split('\n')[0];
        Output("rollback").ShouldStartWith($"{shown}\n");
        Output("rollback").ShouldContain("Stop oms_322 on oms-a");
        Output("RollBack").ShouldContain("StopNew/oms-a");
        var annotations = JsonNode.Parse(await plane.KubectlAsync(
            ["-n", Space, "get", "omsu", Name, "-o", "json"], cancellationToken: Token))!["metadata"]!["annotations"]!;
        new[] { "rollback", "approve", "retry", "abort" }
            .Select(word => (string?)annotations[$"drydock.dev/{word}"])
            .ShouldBe(
                [
                    "1", $"RollBack@{ShortHash}.1,Verify/oms-a/health@{ShortOf(Unhealthy())}.1.0",
                    $"Retry@{ShortHash}.1", "1"
                ]);

        string Output(string part) => outputs.First(o => o.Block.Text.Contains(part, StringComparison.Ordinal)).Output;
    }

    [Fact]
    [RunsPage("docs/how-to/finish-by-hand.md")]
    public async Task Commands_by_hand_release_the_object_and_stop_the_operator()
    {
        await using var plane = await ControlPlane.StartAsync(
            await lab.RunAsync(), new ControlPlaneOptions { Name = "kube-by-hand", Controllers = false }, Token);
        var page = await StartAsync(plane, "by-hand");
        foreach (var (word, value) in new[]
        {
            ("SNAP", Snapshot), ("CLAIM", Claim), ("POLICY", "always"), ("PD", "192.0.2.11"), ("N", "4"),
            ("MEMBER", "pd-1"), ("PRIORITY", "5"), ("MASTERS", "192.0.2.21:7100"), ("GROUP", "orders")
        })
        {
            page.Placeholders[word] = value;
        }

        foreach (var (variable, address) in new[]
        {
            ("TIDB", "192.0.2.12:10080"), ("TSERVER", "192.0.2.22:9100"), ("TSERVER_PAGES", "192.0.2.22:9000")
        })
        {
            page.Variables[variable] = address;
        }

        foreach (var program in new[] { "docker", "pd-ctl", "yb-admin", "curl" })
        {
            page.Fake(program);
        }

        await page.RunAsync(
            $$$"""
            rename() {
              sed -E "s/^(  name:|metadata: [{]name:) [^}]*/\1 $2/" "config/samples/$1.yaml" |
                kubectl -n {{{Space}}} apply -f -
            }
            rename backupsnapshot {{{Snapshot}}}
            rename databaserollingupgrade-bmdb {{{Name}}}
            kubectl -n {{{Space}}} patch omsu {{{Name}}} --type merge -p '{"metadata":{"finalizers":["drydock.dev/page"]}}'
            kubectl -n {{{Operator}}} apply -f - <<'EOF'
            {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "{{{Claim}}}"}}
            EOF
            """,
            "test",
            Token);
        await page.RunPageAsync(ByHand, cancellationToken: Token);

        page.NotRun(ByHand).ShouldBeEmpty();
        (await page.RunAsync(
            $"kubectl -n {Operator} get deploy -o 'jsonpath={{.items[*].spec.replicas}}'", "test", Token))
            .ShouldBe("0");
        (await page.RunAsync($"kubectl -n {Space} get omsu -o name", "test", Token)).ShouldNotContain(Name);
        (await page.RunAsync($"kubectl -n {Operator} get lease -o name", "test", Token)).ShouldNotContain(Claim);
        File.ReadAllText(Path.Combine(page.Folder, $"{Name}.yaml")).ShouldContain("kind: DatabaseRollingUpgrade");
        File.ReadAllText(Path.Combine(page.Folder, $"{Snapshot}.yaml")).ShouldContain("kind: BackupSnapshot");
        page.Calls.Where(call => call.StartsWith("docker ", StringComparison.Ordinal)).ShouldBe(
        [
            "docker update --restart=no oms_422bp1", "docker stop -t 120 oms_422bp1",
            "docker update --restart=always oms_322bp2", "docker start oms_322bp2",
            "docker exec oms_322bp2 supervisorctl status",
        ]);
        page.Calls.Count(call => call.StartsWith("pd-ctl ", StringComparison.Ordinal)).ShouldBe(6);
        page.Calls.Count(call => call.StartsWith("yb-admin ", StringComparison.Ordinal)).ShouldBe(4);
    }

    // What the operator has written when a reader of the page comes to the block.
    private static JsonObject Status(PageBlock block) => block.Text switch
    {
        var text when text.Contains("drydock rollback", StringComparison.Ordinal) => Full(
            With(Failed(), new JsonObject
            {
                ["rollback"] = new JsonObject { ["possible"] = true, ["cost"] = Cost },
                ["system"] = new JsonObject { ["state"] = "Down", ["since"] = "2026-03-06T18:00:00Z" }
            })),
        var text when text.Contains("approve NAME Verify/", StringComparison.Ordinal) => Full(
            With(Failed(), new JsonObject
            {
                ["step"] = "Verify/oms-a/health",
                ["active"] = new JsonArray(new JsonObject
                {
                    ["id"] = "Verify/oms-a/health",
                    ["state"] = "Failed",
                    ["accept"] = $"Verify/oms-a/health@{ShortOf(Unhealthy())}.1.0"
                }),
                ["plan"] = Unhealthy()
            })),
        var text when text.Contains("drydock approve", StringComparison.Ordinal) => Full(With(Held(), new JsonObject
        {
            ["phase"] = "RollingBack",
            ["holds"] = new JsonArray(Hold("RollBack")),
            ["rollbackPlan"] = With(
                Plan(Step("StopNew/oms-a", "StopNew", "Stop oms_422 on oms-a", "Pending")),
                new JsonObject { ["hold"] = "RollBack" }),
        })),
        var text when text.Contains("drydock retry", StringComparison.Ordinal) => Full(Failed()),
        _ => Full(Held()),
    };

    private static JsonObject Unhealthy() => Plan(With(
        Step("Verify/oms-a/health", "Verify", "Ask oms-a for its health", "Failed"),
        new JsonObject { ["reason"] = "ComponentsUnhealthy", ["acceptable"] = true }));

    private static JsonObject Full(JsonObject status) => With(
        new JsonObject
        {
            ["rollbackPlan"] = null,
            ["holds"] = null,
            ["plan"] = Plan(Step("StopOld/oms-a", "StopOld", "Stop oms_322 on oms-a", "Pending"))
        },
        status);

    private async Task<PageRun> StartAsync(ControlPlane plane, string name)
    {
        var page = await PageRun.StartAsync(await lab.RunAsync(), plane, Repository.Root, name, Token);
        (page.Placeholders["NAME"], page.Placeholders["NS"]) = (Name, Space);
        await page.RunAsync(
            $"make install IMAGE=registry.example/drydock-operator:0.1.0 && kubectl create namespace {Space}", "test",
            Token);
        await page.RunAsync(ApplyUpgrade, "test", Token);
        return page;
    }
}
