using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>The way back after Succeeded, undisturbed, on real parts.</summary>
public sealed class RollbackTests(StageFixture fixture)
{
    [Theory]
    [InlineData("ee-322-422")]
    [InlineData("ee-322-422-2x2")]
    [InlineData("ce-330-331-single")]
    public async Task Every_byte_of_the_databases_comes_back_and_the_old_containers_run_as_before(string id)
    {
        var road = UpgradeRoad.All.Single(x => x.Id == id);
        var stage = await fixture.UseAsync(road);

        var golden = await new UpgradeCourse(stage, UpgradeGoal.Rollback).GoldenAsync(new LabOperatorOptions { LeaderElection = false }, TestContext.Current.CancellationToken);

        golden.Counts["PUNISHED"].ShouldBe(0);
        golden.Counts["old container start"].ShouldBe(2 * stage.Hosts.Count);
        var state = await stage.Oms.ReadStateAsync();
        foreach (var node in state.Nodes)
        {
            var old = node.Containers.Single(x => x.Name == stage.Oms.Options.OldContainer);
            old.Status.ShouldBe("running");
            old.RestartPolicy.ShouldBe(stage.Oms.Options.OldRestartPolicy);
            node.Containers.Single(x => x.Name == road.NewContainer).Status.ShouldBe("exited", "the new container stays, stopped, until accepted");
        }

        (state.HaConfig?.Contains("\"enable\":true", StringComparison.Ordinal) ?? false).ShouldBe(road.HaConfig is not null, "HA is as it was before the upgrade");
        state.Hosts.Values.ShouldAllBe(x => x == "ONLINE");
        state.Damage.ShouldBeEmpty();
    }
}
