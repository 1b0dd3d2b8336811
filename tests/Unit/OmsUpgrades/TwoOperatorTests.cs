using System.Collections.Concurrent;
using Drydock.Tests.Unit.World;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.OmsUpgrades;

/// <summary>The lease goes from one operator to another, and the first does not know it yet.</summary>
public sealed class TwoOperatorTests
{
    private static readonly Undisturbed Alone = Undisturbed.Run(Begin);

    [Fact]
    public void Whenever_the_lease_changes_hands_the_former_leader_never_acts_again()
    {
        var failures = new ConcurrentBag<string>();
        Parallel.For(1, Alone.Points + 1, point =>
        {
            try
            {
                var world = Begin();
                world.RunUntil(() => world.Points.Count >= point, $"point {point}");
                var former = world.Life;
                world.Leader = former.Id + 1;
                world.Join();
                var done = world.Done.Count;
                world.RunToSuccess();

                world.Done.Skip(done).ShouldAllBe(a => a.By != former.Id || a.What.StartsWith("console"), $"after point {point}");
                Alone.Compare(world, $"the lease changed hands after {Alone.World.Points[point - 1]}", disturbances: 1);
            }
            catch (Exception exception)
            {
                failures.Add($"{point:000} {exception.Message}");
            }
        });
        failures.Order(StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public void A_request_that_was_in_the_wire_when_its_sender_froze_is_harmless_when_it_arrives_after_the_same_was_done_by_another()
    {
        var failures = new ConcurrentBag<string>();
        Parallel.For(1, Alone.Points + 1, point =>
        {
            var what = Alone.World.Points[point - 1];
            try
            {
                var world = Begin();
                world.Fates = p => p.Number == point ? Fate.Freeze : Fate.Live;
                world.RunUntil(() => world.Points.Count >= point && world.Life.IsDead, $"frozen at {what}");
                var frozen = world.Life;
                world.RunUntil(() => world.Points.Count(p => p.What == what.What) > Alone.World.Points.Take(point).Count(p => p.What == what.What) || world.IsOver, "the successor has done it too");
                frozen.LateRequest!();
                world.RunToSuccess();

                Alone.Compare(world, $"late: {what}", disturbances: 1);
            }
            catch (Exception exception)
            {
                failures.Add($"{point:000} {what}: {exception.Message}");
            }
        });
        failures.Order(StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static OmsWorld Begin() => new OmsWorld(new WorldSetup { RealJson = false }).Apply();
}
