using static Drydock.Tests.Integration.Pages.PageStatus;

namespace Drydock.Tests.Integration.Pages;

/// <summary>
/// The commands of upgrade-at-night.md and approve-from-git.md, as a reader runs them. The status of an
/// operator is stored between them.
/// </summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class TaskPageTests(LabFixture lab)
{
    private const string Night = "docs/how-to/upgrade-at-night.md", PullRequest = "docs/how-to/approve-from-git.md";
    private const string Name = "oms-322-to-422";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [RunsPage("docs/how-to/upgrade-at-night.md")]
    public async Task Commands_of_the_night_lead_from_plan_to_morning()
    {
        await using var plane = await StartAsync("kube-night", "oms");
        var page = await PageRun.StartAsync(await lab.RunAsync(), plane, Repository.Root, "night", Token);
        var outputs = await RunAsync(page, Night, async block =>
        {
            if (Status(block) is { } status)
            {
                await StoreAsync(plane, "oms", status);
            }
        });

        outputs.Count.ShouldBe(10);
        outputs.Where(o => o.Output.Trim().Length == 0).ShouldAllBe(o => o.Block.Text.Contains(
            "plan.txt", StringComparison.Ordinal) || o.Block.Text.StartsWith("cat >", StringComparison.Ordinal));
        var plan = await page.RunAsync("cat plan.txt", "test", Token);
        plan.ShouldStartWith($"{Hash}\n");
        plan.ShouldMatch("Run the correction JAR on oms-a .-ltrue. +‖ held, point of no return");
        Output("explain").ShouldContain("Verify/hosts failed.");
        Output("history").ShouldContain("Remove them.");
        var done = await GetAsync(plane, "oms");
        ((string?)done["metadata"]!["annotations"]!["drydock.dev/approve"])
            .ShouldBe($"Plan@{ShortHash}.1,DisableHA@{ShortHash}.1");
        page.ChangedFiles().ShouldBeEmpty();
        File.ReadAllText(Path.Combine(page.Folder, $"{Name}.done.yaml")).ShouldContain(Hash);

        string Output(string part) => outputs.First(o => o.Block.Text.Contains(part, StringComparison.Ordinal)).Output;
    }

    [Fact]
    [RunsPage("docs/how-to/approve-from-git.md")]
    public async Task Commands_of_a_pull_request_approve_exactly_the_plan_that_was_read()
    {
        await using var plane = await StartAsync("kube-review", "migration");
        var page = await PageRun.StartAsync(await lab.RunAsync(), plane, Repository.Root, "review", Token);
        foreach (var role in new[] { "AUTHOR", "COMMITTER" })
        {
            (page.Variables[$"GIT_{role}_NAME"], page.Variables[$"GIT_{role}_EMAIL"]) =
                ("author", "author@git.example");
        }

        await PrepareArgoAsync(plane);
        var outputs = await RunAsync(page, PullRequest, async block =>
        {
            if (block.Text.StartsWith("mkdir ", StringComparison.Ordinal))
            {
                await page.RunAsync(
                    "mkdir ../databases && cd ../databases && git init -q -b main && git commit -q --allow-empty "
                    + "-m Begin",
                    "test", Token);
            }
            else if (block.Text.Contains("drydock status", StringComparison.Ordinal))
            {
                // The tool applies what was merged, and the operator stores the plan.
                await ApplyAsync();
                await StoreAsync(plane, "migration", Planned());
            }
            else if (block.Text.Contains("drydock approve", StringComparison.Ordinal))
            {
                await StoreAsync(plane, "migration", Held());
            }
        });

        outputs.Count.ShouldBe(9);
        await ApplyAsync();
        var merged = await GetAsync(plane, "migration");
        merged["spec"]!["approvals"]!.AsArray().Select(word => (string?)word)
            .ShouldBe([$"Plan@{ShortHash}.1", $"DisableHA@{ShortHash}.1"]);
        var annotations = merged["metadata"]!["annotations"]!;
        new[] { "approve", "hold", "rollback", "pause" }.Select(name => (string?)annotations[$"drydock.dev/{name}"])
            .ShouldBe([$"DisableHA@{ShortHash}.1", "StopOld", "1", null]);
        outputs.Single(o => o.Block.Text.Contains("can-i", StringComparison.Ordinal)).Output.ShouldContain("yes\n");
        var history = outputs.Single(o => o.Block.Text.Contains("history", StringComparison.Ordinal)).Output;
        history.ShouldContain("DisableHA");
        history.ShouldContain($"Retry@{ShortHash}.1");
        (await page.RunAsync("cat migration/oms/plan.txt", "test", Token)).ShouldStartWith($"{Hash}\n");
        (await page.RunAsync("git log --format=%s", "test", Token))
            .ShouldBe("Begin the downtime of OMS\nUpgrade OMS to 4.2.2\nPlan the upgrade of OMS to 4.2.2\nBegin\n");

        Task<string> ApplyAsync() =>
            page.RunAsync("kubectl -n migration apply --validate=false -f migration/oms/upgrade.yaml", "test", Token);
    }

    private static async Task<List<(PageBlock Block, string Output)>> RunAsync(
        PageRun page, string path, Func<PageBlock, Task> before)
    {
        var results = new List<(PageBlock, string)>();
        foreach (var block in page.Blocks(path))
        {
            await before(block);
            results.Add((block, await page.RunAsync(block, Token)));
        }

        return results;
    }

    // What the operator has written when a reader of the page comes to the block.
    private static JsonObject? Status(PageBlock block) => block.Heading switch
    {
        "Friday afternoon: the plan" when block.Text.EndsWith(" -w", StringComparison.Ordinal) => Planned(),
        "Alerts of the night" => Held(),
        "While OMS is down" => new JsonObject
        {
            ["phase"] = "Backup",
            ["message"] = "Dumping.",
            ["nextAction"] = "Nothing: the run continues automatically.",
            ["system"] = new JsonObject { ["state"] = "Down", ["since"] = "2026-03-06T18:00:00Z" },
            ["active"] = new JsonArray(new JsonObject
            {
                ["state"] = "Running",
                ["id"] = "Backup/snapshot",
                ["since"] = "2026-03-06T18:10:00Z",
                ["expectedAt"] = "2026-03-06T18:40:00Z"
            }),
            ["conditions"] = new JsonArray(Condition("Reconciling", "True", "Running")),
        },
        "If it stops" => Failed(),
        "In the morning" => new JsonObject
        {
            ["phase"] = "Succeeded",
            ["observedGeneration"] = 2,
            ["conditions"] = new JsonArray(Condition("Ready", "True", "SucceededWithActions")),
            ["times"] = new JsonObject { ["t1"] = "2026-03-06T18:00:00Z" },
            ["downtime"] = "55m",
            ["actionRequired"] = new JsonArray(new JsonObject
            {
                ["reason"] = "RemoveOldContainers",
                ["count"] = 2,
                ["subject"] = "oms-a, oms-b",
                ["message"] = "Remove them."
            }),
        },
        _ => null,
    };

    private static Task StoreAsync(ControlPlane plane, string space, JsonObject status) =>
        PageStatus.StoreAsync(plane, space, "omsupgrades", Name, status);

    private static async Task<JsonNode> GetAsync(ControlPlane plane, string space) =>
        JsonNode.Parse(
            await plane.KubectlAsync(["-n", space, "get", "omsu", Name, "-o", "json"], cancellationToken: Token))!;

    // The objects that the page patches.
    private static async Task PrepareArgoAsync(ControlPlane plane)
    {
        await plane.KubectlAsync(["create", "namespace", "argocd"], cancellationToken: Token);
        foreach (var name in new[] { "argocd-cm", "argocd-notifications-cm" })
        {
            await plane.KubectlAsync(
                ["-n", "argocd", "create", "configmap", name, "--from-literal=kept=as-it-was"],
                cancellationToken: Token);
        }
    }

    private async Task<ControlPlane> StartAsync(string name, string space)
    {
        var plane = await ControlPlane.StartAsync(
            await lab.RunAsync(), new ControlPlaneOptions { Name = name, Controllers = false }, Token);
        await plane.KubectlAsync(
            ["apply", "--validate=false", "-k", Repository.PathOf("config", "crd")], cancellationToken: Token);
        await plane.WaitForCrdsAsync(
            ["omsupgrades.drydock.dev", "backupsnapshots.drydock.dev", "databaserollingupgrades.drydock.dev"], Token);
        await plane.KubectlAsync(["create", "namespace", space], cancellationToken: Token);
        return plane;
    }
}
