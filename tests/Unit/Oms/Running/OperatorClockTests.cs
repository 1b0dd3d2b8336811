using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The operator's clock differs from those of all hosts and of the metadata database.</summary>
public sealed class OperatorClockTests
{
    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void Operator_clock_is_compared_with_the_hosts(int minutes)
    {
        var world = World(minutes).Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        finding.Reason.ShouldBe(Reasons.ClockSkew);
        finding.Acknowledge.ShouldBe("ClockSkew/operator");
        finding.Message.ShouldBeWorded();
        finding.Message.ShouldNotContain("-3600");
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void Downtime_and_refetch_window_are_of_one_clock(int minutes)
    {
        var world = World(minutes).Apply(s => s with
        {
            HighAvailability = s.HighAvailability with { PerceiveStoreClientCheckpoint = false, RefetchMargin = "20m" },
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, "ClockSkew/operator"] },
        });
        world.RunToSuccess();

        var stopped = world.Hosts.Min(h => world.Old(h.Name).FinishedAt!.Value);
        var outage = world.Done.Single(a => a.What == "ha on").At - stopped;
        KubernetesDuration.Parse(world.Status.Downtime!).ShouldBe(outage, TimeSpan.FromSeconds(2));
        ((double)HaConfig.Parse(world.Metadata.HaConfig!).RefetchStoreIntervalMin!.Value)
            .ShouldBe(Math.Ceiling(outage.TotalMinutes + 20), 1.0);
    }

    [Fact]
    public void Duration_is_never_negative() => KubernetesDuration.Format(TimeSpan.FromMinutes(-58)).ShouldBe("0s");

    private static OmsWorld World(int minutes)
    {
        var world = new OmsWorld(new WorldSetup { InitTakes = TimeSpan.FromMinutes(50) });
        foreach (var host in world.Hosts)
        {
            host.ClockOffset = TimeSpan.FromMinutes(minutes);
        }

        world.Metadata.ClockOffset = TimeSpan.FromMinutes(minutes);
        return world;
    }
}
