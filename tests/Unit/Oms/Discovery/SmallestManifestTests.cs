namespace Drydock.Tests.Unit.Oms;

/// <summary>The smallest manifest: toVersion, image, discoverFrom and docker. Version, edition and storage are
/// found.</summary>
public sealed class SmallestManifestTests
{
    private const string Root = "/var/lib/drydock/snapshots";

    [Fact]
    public void Manifest_of_four_fields_upgrades_all_nodes()
    {
        var world = World();
        world.Apply(Smallest);
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Hosts.ShouldAllBe(host => host.Find(ShortSpecs.NewName)!.IsRunning);
        var found = world.Status.Inventory!;
        (found.FromVersion, found.Edition, found.StorageDirectory)
            .ShouldBe(("3.2.2-bp2", OmsEdition.Enterprise, Root));
        world.Plan.Step<TakeSnapshot>()!.As<TakeSnapshot>().Storage.ShouldContain(Root);
        world.Count("jar").ShouldBe(world.Hosts.Count);
    }

    [Fact]
    public void Another_default_storage_makes_another_plan()
    {
        string Hash(string root)
        {
            var world = World();
            world.BackupStorage.DefaultDirectory = root;
            return world.Apply(Smallest).Planned().Status.Plan!.Hash;
        }

        Hash(Root).ShouldBe(Hash(Root));
        Hash("/mnt/other").ShouldNotBe(Hash(Root));
    }

    [Fact]
    public void Default_storage_of_the_plan_stays_until_the_end()
    {
        var world = World();
        world.Apply(Smallest);
        world.RunUntil(() => world.Status.Plan is not null, "planned");
        world.BackupStorage.DefaultDirectory = "/mnt/other";
        world.RunToSuccess();

        world.Status.Inventory!.StorageDirectory.ShouldBe(Root);
        world.Plan.Step<TakeSnapshot>()!.As<TakeSnapshot>().Storage.ShouldContain(Root);
    }

    [Fact]
    public void Manifest_without_storage_is_refused_where_there_is_no_default()
    {
        var world = World();
        world.BackupStorage.DefaultDirectory = null;
        world.Apply(Smallest).RunToStall();

        var finding = world.Status.Findings.Single();
        (finding.Reason, finding.Field).ShouldBe((Reasons.InvalidSpec, "spec.backup.storage"));
        finding.Message.ShouldContain("--storage-root");
        finding.Message.ShouldBeWorded();
    }

    [Fact]
    public void Version_that_nothing_tells_asks_for_the_field()
    {
        var world = World(reported: null);
        world.Hosts.ForEach(host => world.Old(host.Name).Config =
            world.Old(host.Name).Config with { Image = "registry.example/oms:latest" });
        world.Apply(Smallest).RunToStall();

        world.Status.Findings.ShouldAllBe(f => f.Field == "spec.fromVersion" && f.Message.Contains("Set spec.from"));
        world.Status.Findings.ShouldAllBe(f => f.Acknowledge == null);
        world.Status.Findings.ForEach(f => f.Message.ShouldBeWorded());

        world.EditSpec(spec => spec with { FromVersion = "3.2.2-bp2" });
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Nodes_of_different_versions_ask_for_the_field()
    {
        var world = World();
        world.Old("oms-b").Image = world.Old("oms-b").Image with { Reported = "4.0.1" };
        world.Apply(Smallest).RunToStall();

        var finding = world.Status.Findings.Single();
        (finding.Reason, finding.Field).ShouldBe((Reasons.VersionMismatch, "spec.fromVersion"));
        finding.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("3.3.0", "3.3.1", OmsEdition.Community)]
    [InlineData("4.0.0", "4.0.2", OmsEdition.Enterprise)]
    [InlineData("4.0.0", "4.1.0", null)]
    public void Edition_is_what_the_listed_paths_leave(string from, string to, OmsEdition? edition)
    {
        var world = World(from, setup => setup with { FromVersion = from, ToVersion = to, NeedsJar = false });
        world.Apply(spec => Smallest(spec) with { ToVersion = to }).Planned();

        if (edition is null)
        {
            var finding = world.Status.Findings.Single();
            (finding.Reason, finding.Field).ShouldBe((Reasons.InvalidSpec, "spec.edition"));
            finding.Message.ShouldBeWorded();
        }
        else
        {
            world.Status.Findings.ShouldNotContain(f => f.Field == "spec.edition");
        }
    }

    [Fact]
    public void System_that_runs_the_new_version_is_refused()
    {
        var world = World(reported: "4.2.2-bp1");
        world.Apply(Smallest).RunToStall();

        world.Status.Findings.Select(f => f.Reason).ShouldContain(Reasons.AlreadyAtVersion);
        world.Status.Findings.ShouldNotContain(f => f.Reason == Reasons.VersionPathUnsupported);
    }

    private static OmsWorld World(string? reported = "3.2.2-bp2", Func<WorldSetup, WorldSetup>? change = null)
    {
        var setup = new WorldSetup
        {
            RealJson = false,
            ImagePresent = true,
            Reported = version => version == "4.2.2" ? "4.2.2-bp1" : reported,
        };
        return new OmsWorld(change is null ? setup : change(setup)) { BackupStorage = { DefaultDirectory = Root } };
    }

    private static OmsUpgradeSpec Smallest(OmsUpgradeSpec spec) => new()
    {
        Approval = spec.Approval,
        HoldBefore = spec.HoldBefore,
        Preflight = spec.Preflight,
        ToVersion = spec.ToVersion,
        Image = spec.Image,
        DiscoverFrom = spec.Regions[0].Nodes[0].HostIP,
        Docker = ShortSpecs.Short(spec).Docker,
    };
}
