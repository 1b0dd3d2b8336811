namespace Drydock.Tests.EndToEnd;

/// <summary>
/// Roads of the upgrade guides that no other test takes, each with something on the way that belongs to any of them.
/// From 4.1.1 on, a pulled image: <see cref="ProjectApiTests"/>; an image in an archive in the storage:
/// <see cref="ModernServerTests"/>; Community on one node: <see cref="RollbackTests"/>.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class UpgradeRoadTests(StageFixture fixture)
{
    private const string Name = UpgradeCourse.Name;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    // No node has a health endpoint that answers as one: the endpoint is documented nowhere.
    private static OmsKnobs Undocumented { get; } = new() { Health = "404" };

    // Two nodes in one region and one in the other, so that neither "every node" nor "every region" is what is done by
    // chance; make chaos has two in both.
    [Fact]
    public async Task Two_regions_run_JAR_and_init_once_and_deletion_waits()
    {
        var stage = await fixture.UseAsync(UpgradeRoad.EnterpriseTwoRegions with
        {
            Id = "ee-322-422-2+1",
            RegionSizes = [2, 1],
            Scenario = static options => options with { Knobs = Undocumented },
        });
        await stage.Oms.SetKnobsAsync(Undocumented with { Health = "302" }, stage.Oms.Nodes[1].Host);
        await stage.Oms.SetKnobsAsync(Undocumented with { Health = "closed" }, stage.Oms.Nodes[2].Host);
        await stage.Hosts[2].DockerAsync(["exec", stage.Oms.Options.OldContainer, "supervisorctl", "restart", "nginx"]);
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space, Name);
        manifest["spec"]!["holdBefore"] = new JsonArray("StartNew");
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True", Patience);

        await stage.ControlPlane.KubectlAsync(["-n", space, "delete", "omsu", Name, "--wait=false"]);
        var waits = await stage.WaitForAsync(space, u => u.Reason("Reconciling") == "DeletionWaits");
        waits["status"]!["nextAction"]!.GetValue<string>().ShouldContain("drydock.dev/on-delete=Abandon");
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "patch", "omsu", Name, "--type=merge", "-p", "{\"spec\":{\"holdBefore\":[]}}"]);
        await stage.ControlPlane.KubectlAsync(["-n", space, "wait", "--for=delete", $"omsu/{Name}", "--timeout=360s"]);

        await AssertEndAsync(stage);
        var audit = await stage.Oms.AuditAsync();
        audit.Count(x => x.Event == OmsEvents.JarStart).ShouldBe(2);
        audit.Count(x => x.Event == OmsEvents.InitStart).ShouldBe(2);
        AssertOrder(audit, stage.Oms);
        var snapshots = JsonNode.Parse(
            await stage.ControlPlane.KubectlAsync(["-n", space, "get", "snap", "-o", "json"]))!["items"]!.AsArray();
        AssertVerified(snapshots.Single()!, stage.Oms);
    }

    // An installation that has another set of programs than the usual one.
    private static OmsKnobs WithoutSshd { get; } = new() { AbsentPrograms = ["sshd"] };

    // The worst of the ways to fail: a dump that ends early and says it succeeded. The others are those of the
    // snapshot's own tests.
    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Community_upgrade_refuses_truncated_dump_and_inits_each_node()
    {
        var stage = await fixture.UseAsync(UpgradeRoad.CommunityMulti with
        {
            Id = "ce-330-331-split",
            CmNodesDiffer = true,
            ImageSource = ImageSource.HostArchive,
            Https = true,
            Ports = new OmsPorts(Ghana: 18090, Nginx: 18089, Cm: 18088, Supervisor: 19000, Sshd: 12023),
            Scenario = static options => options with { Knobs = WithoutSshd },
        });
        var space = await stage.NewNamespaceAsync();
        var tools = await CuttingToolsAsync(stage, space);
        await using (stage.StartOperator(new LabOperatorOptions
        {
            LeaderElection = false,
            Path = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}"
        }))
        {
            await stage.ApplyAsync(stage.Manifest(space, Name).ToJsonString());
            var failed = await stage.WaitForAsync(space, u => u.Condition("Failed") == "True", Patience);
            failed.Reason("Stalled").ShouldBe("SnapshotFailed");
            failed["status"]!["step"]!.GetValue<string>().ShouldBe("Backup/snapshot");
            (await stage.Oms.AuditAsync())
                .ShouldNotContain(a => a.Event == OmsEvents.ContainerStart && a.Version == stage.Oms.To.Version);
        }

        await using var mended = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ControlPlane.KubectlAsync(["-n", space, "annotate", "omsu", Name, "drydock.dev/retry="
            + $"{(await stage.GetUpgradeAsync(space, Name)).RetryWord()}"]);
        var done = await stage.WaitForAsync(space, UpgradeReading.IsOver, Patience);

        await AssertEndAsync(stage);
        var audit = await stage.Oms.AuditAsync();
        audit.Count(x => x.Event == OmsEvents.JarStart).ShouldBe(0);
        audit.Where(x => x.Event == OmsEvents.InitStart).Select(x => x.HostIp).ToList()
            .ShouldBe([.. stage.Hosts.Select(x => x.Address)], ignoreOrder: true);
        AssertOrder(audit, stage.Oms);
        foreach (var node in (await stage.Oms.ReadStateAsync()).Nodes)
        {
            var container = node.Containers.Single(x => x.Name == stage.Road.NewContainer);
            container.ImageId.ShouldBe(stage.Oms.To.Id);
            container.Binds.ShouldContain(stage.Oms.Nodes[0].HttpsBinds[0]);
        }

        var snapshot = await stage.ControlPlane.KubectlAsync(
            ["-n", space, "get", "snap", done["status"]!["snapshotRef"]!["name"]!.GetValue<string>(), "-o", "json"]);
        AssertVerified(JsonNode.Parse(snapshot)!, stage.Oms);
    }

    private static async Task<string> CuttingToolsAsync(UpgradeStage stage, string space)
    {
        var tools = stage.Run.FolderFor($"tools-{space}");
        var path = Path.Combine(tools, "mysqldump");
        await File.WriteAllTextAsync(
            path, "#!/bin/bash\ncase \"$*\" in *--version*) exec /usr/bin/mysqldump \"$@\";; esac\n/usr/bin/mysqldump "
                + "\"$@\" | head -c 4000; exit 0\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return tools;
    }

    private static async Task AssertEndAsync(UpgradeStage stage)
    {
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        var state = await stage.Oms.ReadStateAsync();
        state.SchemaVersion.ShouldBe(stage.Oms.To.Version);
        state.HaConfig.ShouldNotBeNull().ShouldContain("\"enable\":true");
        state.Hosts.Values.ShouldAllBe(x => x == "ONLINE");
        state.Damage.ShouldBeEmpty();
    }

    private static void AssertVerified(JsonNode snapshot, OmsScenario oms)
    {
        snapshot["status"]!["verified"]!.GetValue<string>().ShouldNotBeEmpty();
        snapshot["status"]!["databases"]!.AsArray().Select(x => x!["name"]!.GetValue<string>())
            .Order(StringComparer.Ordinal)
            .ShouldBe(
                oms.Databases.Order(StringComparer.Ordinal),
                customMessage: "every region's heartbeat database is backed up");
    }

    // Every old container is down before a new one starts; every JAR before the first init; never two at a time.
    private static void AssertOrder(IReadOnlyList<OmsAuditEntry> audit, OmsScenario oms)
    {
        var oldStops = audit.Where(x => x.Event == OmsEvents.ContainerStop && x.Version == oms.From.Version).ToList();
        var newStarts = audit.Where(x => x.Event == OmsEvents.ContainerStart && x.Version == oms.To.Version).ToList();
        oldStops.Count.ShouldBe(oms.Nodes.Count);
        newStarts.Count.ShouldBe(oms.Nodes.Count);
        oldStops.Max(x => x.Id).ShouldBeLessThan(newStarts.Min(x => x.Id));
        var runs = audit.Where(x => x.Event is OmsEvents.JarStart or OmsEvents.JarEnd or OmsEvents.InitStart
            or OmsEvents.InitEnd).Select(x => x.Event).ToList();
        runs.Chunk(2).ShouldAllBe(
            x => x[0].EndsWith("-start", StringComparison.Ordinal) && x[1].EndsWith("-end", StringComparison.Ordinal));
        runs.SkipWhile(x => x.StartsWith("jar", StringComparison.Ordinal)).ShouldAllBe(
            x => x.StartsWith("init", StringComparison.Ordinal), "all JAR runs are finished before any init");
        var jars = audit.Where(x => x.Event == OmsEvents.JarStart).ToList();
        if (oms.Regions.Count > 1)
        {
            jars.Select(x => x.HostIp).ShouldBe(
                oms.Regions.Select(x => x.Hosts[0].Address), customMessage: "the first node of each region, in order");
            jars.Select(x => x.Detail)
                .ShouldBe([.. Enumerable.Repeat("last=false", oms.Regions.Count - 1), "last=true"]);
        }
    }
}
