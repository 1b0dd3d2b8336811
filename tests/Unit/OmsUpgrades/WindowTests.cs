using Drydock.Crds.Common;
using Drydock.Reconcilers.OmsUpgrades.Running;
using Drydock.Tests.Unit.World;
using Shouldly;
using Xunit;
using DayOfWeek = Drydock.Crds.Common.DayOfWeek;

namespace Drydock.Tests.Unit.OmsUpgrades;

/// <summary>Maintenance windows and the number of nodes at a time.</summary>
public sealed class WindowTests
{
    // The world begins on Sunday 2026-03-01 at 02:00 UTC.
    private static MaintenanceWindow Nightly => new() { Start = "03:00", End = "03:01", TimeZone = "UTC" };

    [Fact]
    public void Phases_before_T1_wait_for_it_and_nothing_after_does()
    {
        var world = new OmsWorld().Apply(s => s with { Window = Nightly });
        world.RunUntil(() => world.ReasonOf("Reconciling") == "OutsideWindow", "outside");
        world.Status.Message.ShouldNotBeNull().ShouldContain("2026-03-01 03:00");
        (world.Is("Stalled"), world.Is("Ready")).ShouldBe((false, false));
        world.Done.ShouldBeEmpty();
        world.RunUntil(() => world.IsOver, "over", TimeSpan.FromDays(3));

        world.Rules.Broken.ShouldBeEmpty();
        foreach (var what in new[] { "load", "ha off", "policy no" })
        {
            (world.Done.First(a => a.What == what).At.TimeOfDay - TimeSpan.FromHours(3)).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMinutes(1), what);
        }

        (world.Done.Last(a => a.What == "ha on").At - world.Done.First(a => a.What == "stop").At).ShouldBeLessThan(TimeSpan.FromHours(1), "the downtime does not wait for the next night");
    }

    [Fact]
    public void The_way_back_never_waits_for_it()
    {
        var world = RollbackTests.Failed(change: s => s with { Window = new MaintenanceWindow { Start = "02:00", End = "02:30" } });
        world.RunFor(TimeSpan.FromHours(2));
        var asked = world.Time.GetUtcNow();
        RollbackTests.GoBack(world);
        (world.Time.GetUtcNow() - asked).ShouldBeLessThan(TimeSpan.FromHours(1));
    }

    [Fact]
    public void A_time_zone_nobody_knows_is_found_in_preflight()
    {
        var world = new OmsWorld().Apply(s => s with { Window = Nightly with { TimeZone = "Mars/Olympus" } });
        world.RunToStall();
        world.Status.Findings.ShouldContain(f => f.Reason == "InvalidSpec" && f.Field == "spec.window.timeZone");
        world.EditSpec(s => s with { Window = null });
        world.RunToSuccess();
    }

    [Theory]
    [InlineData("2026-03-29T00:00:00Z", "02:30", "04:00", "Europe/Berlin", "2026-03-29T01:00:00Z")]
    [InlineData("2026-10-25T00:00:00Z", "02:30", "04:00", "Europe/Berlin", "2026-10-25T00:30:00Z")]
    [InlineData("2026-03-01T02:00:00Z", "23:00", "01:00", "Asia/Shanghai", "2026-03-01T15:00:00Z")]
    [InlineData("2026-03-01T16:30:00Z", "23:00", "01:00", "Asia/Shanghai", null)]
    [InlineData("2026-03-01T17:00:00Z", "23:00", "01:00", "Asia/Shanghai", "2026-03-02T15:00:00Z")]
    public void It_opens_by_the_clocks_of_its_time_zone(string now, string start, string end, string zone, string? opens) =>
        WindowClock.OpensAt(new MaintenanceWindow { Start = start, End = end, TimeZone = zone }, At(now)).ShouldBe(opens is null ? null : At(opens));

    [Fact]
    public void Days_are_those_on_which_it_opens()
    {
        var window = new MaintenanceWindow { Days = [DayOfWeek.Sat], Start = "22:00", End = "04:00", TimeZone = "UTC" };
        WindowClock.OpensAt(window, At("2026-03-01T03:59:00Z")).ShouldBeNull("it opened on Saturday");
        WindowClock.OpensAt(window, At("2026-03-01T04:00:00Z")).ShouldBe(At("2026-03-07T22:00:00Z"));
    }

    [Fact]
    public void One_node_at_a_time_where_the_plan_would_take_all()
    {
        var world = new OmsWorld(new WorldSetup { Nodes = 3 }).Apply(s => s with { MaxParallelNodes = 1 });
        var most = 0;
        world.Api.Changed += (_, _, _) => most = Math.Max(most, (world.Api.Find<Drydock.Crds.OmsUpgrades.OmsUpgrade>(OmsWorld.Namespace, "up")?.Status?.Plan?.Steps ?? [])
            .Where(s => s.State == Drydock.Abstractions.Plans.StepState.Running && s.Node is not null).Select(s => s.Node).Distinct(StringComparer.Ordinal).Count());
        world.RunToSuccess();
        most.ShouldBe(1);
        world.Rules.Broken.ShouldBeEmpty();
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
