using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>Every road of the runbooks beside the main job, undisturbed, on real parts.</summary>
public sealed class RoadTests(StageFixture fixture)
{
    [Theory]
    [InlineData("ce-330-331-single", 0, 1)]
    [InlineData("ce-330-331-multi", 0, 1)]
    [InlineData("ee-322-422-2x2", 2, 2)]
    [InlineData("ee-322-422-split", 2, 2)]
    [InlineData("ee-401-422", 0, 1)]
    public async Task It_ends_golden_with_the_runs_of_JAR_and_init_that_the_runbook_asks_for(string id, int jars, int inits)
    {
        var road = UpgradeRoad.All.Single(x => x.Id == id);
        var stage = await fixture.UseAsync(road);
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());

        var done = await stage.WaitForAsync(space, u => u.IsOver());

        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        var audit = await stage.Oms.AuditAsync();
        audit.Count(x => x.Event == OmsEvents.JarStart).ShouldBe(jars);
        audit.Count(x => x.Event == OmsEvents.InitStart).ShouldBe(inits);
        AssertOrder(audit, stage.Oms);
        var state = await stage.Oms.ReadStateAsync();
        state.SchemaVersion.ShouldBe(stage.Oms.To.Version);
        state.HaConfig.ShouldNotBeNull().ShouldContain("\"enable\":true");
        state.Hosts.Values.ShouldAllBe(x => x == "ONLINE");
        state.Damage.ShouldBeEmpty();
        var snapshot = await stage.ControlPlane.KubectlAsync(["-n", space, "get", "snap", done["status"]!["snapshotRef"]!["name"]!.GetValue<string>(), "-o", "json"]);
        System.Text.Json.Nodes.JsonNode.Parse(snapshot)!["status"]!["databases"]!.AsArray().Select(x => x!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal)
            .ShouldBe(stage.Oms.Databases.Order(StringComparer.Ordinal), customMessage: "every region's heartbeat database is backed up");
    }

    [Theory]
    [InlineData(ImageSource.StorageArchive)]
    [InlineData(ImageSource.HostArchive)]
    [InlineData(ImageSource.Registry)]
    public async Task The_image_comes_by_every_way_and_the_console_speaks_TLS_on_its_own_port(ImageSource source)
    {
        var stage = await fixture.UseAsync(UpgradeRoad.Community421 with
        {
            Id = "image-" + source,
            RegionSizes = [1],
            ImageSource = source,
            Https = true,
            Ports = new OmsPorts(Ghana: 18090, Nginx: 18089, Cm: 18088, Supervisor: 19000, Sshd: 12023),
        });
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());

        await stage.WaitForAsync(space, u => u.IsOver());

        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        var container = (await stage.Oms.ReadStateAsync()).Nodes[0].Containers.Single(x => x.Name == stage.Road.NewContainer);
        container.ImageId.ShouldBe(stage.Oms.To.Id);
        container.Binds.ShouldContain(stage.Oms.Nodes[0].HttpsBinds[0]);
    }

    // Every old container is down before a new one starts; every JAR before the first init; never two at a time.
    private static void AssertOrder(IReadOnlyList<OmsAuditEntry> audit, OmsScenario oms)
    {
        var oldStops = audit.Where(x => x.Event == OmsEvents.ContainerStop && x.Version == oms.From.Version).ToList();
        var newStarts = audit.Where(x => x.Event == OmsEvents.ContainerStart && x.Version == oms.To.Version).ToList();
        oldStops.Count.ShouldBe(oms.Nodes.Count);
        newStarts.Count.ShouldBe(oms.Nodes.Count);
        oldStops.Max(x => x.Id).ShouldBeLessThan(newStarts.Min(x => x.Id));
        var runs = audit.Where(x => x.Event is OmsEvents.JarStart or OmsEvents.JarEnd or OmsEvents.InitStart or OmsEvents.InitEnd).Select(x => x.Event).ToList();
        runs.Chunk(2).ShouldAllBe(x => x[0].EndsWith("-start", StringComparison.Ordinal) && x[1].EndsWith("-end", StringComparison.Ordinal));
        runs.SkipWhile(x => x.StartsWith("jar", StringComparison.Ordinal)).ShouldAllBe(x => x.StartsWith("init", StringComparison.Ordinal), "all JAR runs are finished before any init");
        var jars = audit.Where(x => x.Event == OmsEvents.JarStart).ToList();
        if (oms.Regions.Count > 1)
        {
            jars.Select(x => x.HostIp).ShouldBe(oms.Regions.Select(x => x.Hosts[0].Address), customMessage: "the first node of each region, in order");
            jars.Select(x => x.Detail).ShouldBe([.. Enumerable.Repeat("last=false", oms.Regions.Count - 1), "last=true"]);
        }
    }
}
