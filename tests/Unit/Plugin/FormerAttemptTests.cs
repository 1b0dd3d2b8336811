using Drydock.Cli.Views;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>The outage of an attempt that was rolled back is told after the one that followed it.</summary>
public sealed class FormerAttemptTests
{
    [Fact]
    public void Downtime_of_each_attempt_is_kept_after_the_events_are_gone()
    {
        var (world, first) = Twice();
        world.Status.Attempts.Select(a => a.Downtime).ShouldBe([first]);
        world.Status.Downtime.ShouldNotBeNull().ShouldNotBe(first);
    }

    [Fact]
    public void History_tells_the_outage_of_a_former_attempt()
    {
        var (world, first) = Twice();
        var all = HistoryView.Of(world.Run()).Entries.Select(e => $"{e.At} {e.What}: {e.Text}").ToList();
        all.ShouldContain(e => e.Contains($"Users could not work for {first}.", StringComparison.Ordinal),
            string.Join('\n', all));
    }

    private static (OmsWorld World, string? First) Twice()
    {
        var fails = true;
        var world = new OmsWorld(new WorldSetup { Jar = (_, _) => fails ? (1, "Exception\n") : (0, "") }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();
        var first = world.Status.Downtime;
        first.ShouldNotBeNull();
        fails = false;
        world.Retry();
        world.RunUntil(() => !world.Is("RolledBack"), "it begins again");
        world.RunToSuccess();
        return (world, first);
    }
}
