using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// The way back after Succeeded of an installation without high availability. That of the main job:
/// <see cref="Golden.GoldenUpgradeTests"/>. OMS writes its heartbeats seldom, and in another time zone than the database's.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class RollbackTests(StageFixture fixture)
{
    private static readonly UpgradeRoad Road = UpgradeRoad.CommunitySingle with
    {
        Id = "ce-330-331-single-zone",
        Scenario = static options => options with { Knobs = new OmsKnobs { HeartbeatSeconds = 4, HeartbeatOffsetSeconds = -8 * 3600 } },
    };

    [Fact]
    public async Task Rollback_restores_every_byte_and_old_container()
    {
        var stage = await fixture.UseAsync(Road);

        var golden = await new UpgradeCourse(stage, UpgradeGoal.Rollback).GoldenAsync(new LabOperatorOptions { LeaderElection = false }, TestContext.Current.CancellationToken);

        golden.Counts["PUNISHED"].ShouldBe(0);
        golden.Counts["old container start"].ShouldBe(2);
        var state = await stage.Oms.ReadStateAsync();
        var containers = state.Nodes.Single().Containers;
        var old = containers.Single(x => x.Name == stage.Oms.Options.OldContainer);
        old.Status.ShouldBe("running");
        old.RestartPolicy.ShouldBe(stage.Oms.Options.OldRestartPolicy);
        containers.Single(x => x.Name == stage.Road.NewContainer).Status.ShouldBe("exited", "the new container stays, stopped, until accepted");
        state.HaConfig.ShouldBeNull("3.3.0 had none");
        state.Hosts.Values.ShouldAllBe(x => x == "ONLINE");
        state.Damage.ShouldBeEmpty();
    }
}
