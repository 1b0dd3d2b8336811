using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Discovery;

/// <summary>The version before the upgrade, where the spec leaves it out.</summary>
public sealed class FoundVersionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stores_and_servers_of_TiDB_tell_their_version()
    {
        var world = new TiDbWorld();

        (await new TiDbLife(world, 1).Targets.VersionsAsync(Cancelled)).ShouldBe([world.Upgrade.Spec.FromVersion]);
    }

    [Fact]
    public async Task Processes_that_run_the_new_version_do_not_count()
    {
        var world = new YugaWorld();
        world.Masters[0].Running = world.Spec.ToVersion;
        var cluster = new YugabyteCluster(new YugaLife(world).Context);

        (await cluster.VersionsAsync(Cancelled)).ShouldBe([world.Spec.FromVersion.Split('-')[0]]);
    }

    [Theory]
    [InlineData("2.1.19", "2.1.19")]
    [InlineData("", null)]
    [InlineData("2.1.18 2.1.19", null)]
    public void Version_that_is_not_certain_asks_for_the_field(string versions, string? version)
    {
        var findings = new Findings(text => text, ClientFailures.Finding);

        DatabaseRunTargets.VersionBefore(
            versions.Split(' ', StringSplitOptions.RemoveEmptyEntries), "3.0.9", findings).ShouldBe(version);

        findings.Sorted().Select(finding => finding.Field)
            .ShouldBe(version is null ? ["spec.fromVersion"] : Array.Empty<string>());
        findings.Sorted().ToList().ForEach(finding => finding.Message.ShouldBeWorded());
    }

    [Fact]
    public void Run_that_found_its_version_is_rolled_back_to_it()
    {
        var world = new YugaWorld(new YugaSetup { From = "2.20.2.0-b1", To = "2.20.7.0-b58" });
        var from = world.Spec.FromVersion;
        var run = new EngineRunWorld(world).Apply(s => s with { FromVersion = "", HoldBefore = ["UpgradeTServers"] });
        run.RunUntil(() => run.Is("Held"), "Held");
        run.Status.Inventory!.FromVersion.ShouldBe(from);
        world.Masters.ShouldAllBe(master => master.Running == world.Spec.ToVersion);

        run.Edit(s => s with { DesiredState = DesiredState.RolledBack });
        run.RunUntil(() => run.Status.IsRolledBack(), "RolledBack");

        world.Masters.ShouldAllBe(master => master.Running == from);
        run.Status.Instances.ShouldAllBe(instance => instance.Version == from);
    }
}
