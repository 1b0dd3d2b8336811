using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// The way back after Succeeded of an installation without high availability. That of the main job is the golden run of
/// <see cref="AccidentTests"/>.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class RollbackTests(StageFixture fixture)
{
    [Fact]
    public async Task Rollback_restores_every_byte_and_old_container()
    {
        var stage = await fixture.UseAsync(UpgradeRoad.CommunitySingle);

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
