namespace Drydock.Tests.EndToEnd;

/// <summary>
/// Enterprise from 4.1.1 on, the first source whose console lists projects: no JAR, projects through the API there and
/// back, everything about the console unusual (HTTPS, own ports, quirks), the image pulled, the old containers removed
/// in the end.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ProjectApiTests(StageFixture fixture)
{
    private const string Lagging = "np_000001abcdef";
    private const string Switching = "np_000010abcdef";
    private const string FailedByUpgrade = "ns_000009abcdef";

    // One project an hour behind, one in the middle of its switchover. The health endpoint calls OMS unhealthy, before
    // the upgrade and after it.
    private static OmsKnobs Busy { get; } = new()
    {
        Health = "unhealthy",
        Api = new OmsApiKnobs
        {
            Quirks = true,
            LagSeconds = new Dictionary<string, int>(StringComparer.Ordinal) { [Lagging] = 3600 },
            Steps = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal)
            {
                [Switching] =
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["TRANSFER_APP_SWITCH"] = "RUNNING" },
            },
        },
    };

    private static readonly UpgradeRoad Road = UpgradeRoad.Enterprise411 with
    {
        Id = "ee-411-422-api",
        ImageSource = ImageSource.Registry,
        Https = true,
        Ports = new OmsPorts(Ghana: 18090, Nginx: 18089, Cm: 18088, Supervisor: 19000, Sshd: 12023),
        ApiCredentials = true,
        Scenario = static options => options with { Knobs = Busy },
    };

    // Ready for the upgrade; two projects that run will not come out of it running. The new stores need a while, and so
    // do the answers of the console.
    private static OmsKnobs Ready { get; } = new()
    {
        Health = "unhealthy",
        StoreRecoverySeconds = 3,
        Api = new OmsApiKnobs
        {
            Quirks = true,
            DelaySeconds = new Dictionary<string, double>(StringComparer.Ordinal) { ["*"] = 0.1 },
            Status = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [Lagging] = "SUSPEND",
                [FailedByUpgrade] = "FAILED"
            },
        },
    };

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Projects_are_recorded_compared_and_listed_through_the_console_API()
    {
        var stage = await fixture.UseAsync(Road);
        var before = await stage.Oms.ReadStateAsync();
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space);
        manifest["spec"]!["preflight"]!["acknowledge"] = new JsonArray();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());

        var stalled = await stage.WaitForAsync(space, UpgradeReading.IsStalled);
        stalled.FindingReasons().Order(StringComparer.Ordinal).ToList()
            .ShouldBe(["ForwardSwitchoverUnderWay", "ProjectsLagging"]);
        Finding(stalled, "ProjectsLagging").ShouldContain(Lagging);
        Finding(stalled, "ForwardSwitchoverUnderWay").ShouldContain(Switching);
        (await stage.Oms.ReadStateAsync()).ToString().ShouldBe(before.ToString());

        await stage.Oms.SetKnobsAsync(Ready);
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "omsu", "oms-322-to-422", $"drydock.dev/retry={stalled.RetryWord()}"]);
        var done = await stage.WaitForAsync(space, UpgradeReading.IsOver, TimeSpan.FromMinutes(6));

        await AssertProjectsAsync(stage, space, before, done);
        await AssertNewAsync(stage);
        await AssertCleanupAsync(stage, space);
    }

    private static async Task AssertProjectsAsync(UpgradeStage stage, string space, OmsState before, JsonNode done)
    {
        var list = done["status"]!["projects"]!["list"]!["name"]!.GetValue<string>();
        var text = await stage.ControlPlane.KubectlAsync(
            ["-n", space, "get", "configmap", list, "-o", "jsonpath={.data.projects}"]);
        var recorded = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t')).ToList();
        recorded.Count.ShouldBe(before.Projects.Count(p => p.Status != "DELETED"));
        var components = recorded.Single(p => p[1] == Lagging)[4];
        components.ShouldContain("Store ACTIVE");
        components.ShouldContain("Incr-Sync RUNNING");
        var after = await stage.Oms.ReadStateAsync();
        after.Projects.Where(p => !before.Projects.Any(b => (b.Key, b.Status) == (p.Key, p.Status))).Select(p => p.Key)
            .Order(StringComparer.Ordinal).ToArray()
            .ShouldBe([Lagging, FailedByUpgrade], customMessage: "the operator resumes none");
        var stopped = done["status"]!["actionRequired"]!.AsArray()
            .Where(a => a!["reason"]!.GetValue<string>() == "ProjectNotResumed").ToList();
        stopped.Single(a => a!["message"]!.GetValue<string>().Contains("suspended now"))!["subject"]!.GetValue<string>()
            .ShouldContain(Lagging);
        stopped.Single(a => a!["message"]!.GetValue<string>().Contains("failed now"))!["subject"]!.GetValue<string>()
            .ShouldContain(FailedByUpgrade);
        ((string?)done["status"]!["projectsAfter"]!["reason"]).ShouldBe("ProjectsDiffer");
    }

    private static async Task AssertNewAsync(UpgradeStage stage)
    {
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        (await stage.Oms.CountAsync(OmsEvents.JarStart)).ShouldBe(0);
        (await stage.Oms.CountAsync(OmsEvents.InitStart)).ShouldBe(1);
        var state = await stage.Oms.ReadStateAsync();
        state.SchemaVersion.ShouldBe("4.2.2");
        state.Hosts.Values.ShouldAllBe(x => x == "ONLINE");
        state.HaConfig.ShouldNotBeNull().ShouldContain("\"enable\":true");
        foreach (var node in state.Nodes)
        {
            var container = node.Containers.Single(x => x.Name == stage.Road.NewContainer);
            container.ImageId.ShouldBe(stage.Oms.To.Id);
            container.Binds.ShouldContain(stage.Oms.Nodes[0].HttpsBinds[0]);
        }
    }

    private static async Task AssertCleanupAsync(UpgradeStage stage, string space)
    {
        await PatchAsync(stage, space, """{"spec":{"cleanup":{"removeImages":true}}}""");
        var upgrade = await stage.GetUpgradeAsync(space);
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "--overwrite", "omsu", upgrade["metadata"]!["name"]!.GetValue<string>(),
                $"drydock.dev/approve={upgrade.WordFor("RemoveOldContainers")}"]);
        var clean = await stage.WaitForAsync(
            space, u => u.IsOver() && u.Plan("Cleanup")?["steps"]!.AsArray()
                .All(s => s!["state"]!.GetValue<string>() == "Succeeded") == true);
        clean.Condition("Ready").ShouldBe("True");
        foreach (var host in stage.Hosts)
        {
            (await host.DockerAsync(["ps", "-a", "--format", "{{.Names}}"])).Trim().ShouldBe(stage.Road.NewContainer);
            var images = await host.DockerAsync(["images", "--no-trunc", "--format", "{{.ID}}"]);
            images.ShouldNotContain(stage.Oms.From.Id);
            images.ShouldContain(stage.Oms.To.Id);
        }

        await PatchAsync(stage, space, """{"spec":{"desiredState":"RolledBack"}}""");
        await stage.WaitForAsync(space, u => u.Reason("Stalled") == "RollbackUnavailable");
        (await stage.Oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.2.2");
    }

    private static string Finding(JsonNode upgrade, string reason) =>
        upgrade["status"]!["findings"]!.AsArray()
            .Single(f => f!["reason"]!.GetValue<string>() == reason)!["message"]!.GetValue<string>();

    private static Task<string> PatchAsync(UpgradeStage stage, string space, string patch) =>
        stage.ControlPlane.KubectlAsync(["-n", space, "patch", "omsu", "oms-322-to-422", "--type=merge", "-p", patch]);
}
