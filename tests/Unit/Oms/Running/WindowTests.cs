namespace Drydock.Tests.Unit.Oms;

/// <summary>Maintenance windows and the number of nodes at a time.</summary>
public sealed class WindowTests
{
    // The world begins on Sunday 2026-03-01 at 02:00 UTC.
    private static MaintenanceWindow Nightly => new() { Start = "03:00", End = "03:01", TimeZone = "UTC" };

    [Fact]
    public void Only_phases_before_T1_wait_for_the_window()
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
            (world.Done.First(a => a.What == what).At.TimeOfDay - TimeSpan.FromHours(3))
                .ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMinutes(1), what);
        }

        (world.Done.Last(a => a.What == "ha on").At - world.Done.First(a => a.What == "stop").At)
            .ShouldBeLessThan(TimeSpan.FromHours(1), "the downtime does not wait for the next night");
    }

    [Fact]
    public void Rollback_never_waits_for_the_window()
    {
        var world = RollbackTests.Failed(
            change: s => s with { Window = new MaintenanceWindow { Start = "02:00", End = "02:30" } });
        world.RunFor(TimeSpan.FromHours(2));
        var asked = world.Time.GetUtcNow();
        RollbackTests.GoBack(world);
        (world.Time.GetUtcNow() - asked).ShouldBeLessThan(TimeSpan.FromHours(1));
    }

    [Fact]
    public void Unknown_time_zone_is_a_preflight_finding()
    {
        var world = new OmsWorld().Apply(s => s with { Window = Nightly with { TimeZone = "Mars/Olympus" } });
        world.RunToStall();
        world.Status.Findings.ShouldContain(f => f.Reason == "InvalidSpec" && f.Field == "spec.window.timeZone");
        world.EditSpec(s => s with { Window = null });
        world.RunToSuccess();
    }

    [Fact]
    public void MaxParallelNodes_1_never_runs_two_nodes_at_once()
    {
        var world = new OmsWorld(new WorldSetup { Nodes = 3 }).Apply(s => s with { MaxParallelNodes = 1 });
        var most = 0;
        world.Api.Changed += (_, _) => most = Math.Max(
            most,
            (world.Api.Find<Drydock.Crds.OmsUpgrades.OmsUpgrade>(OmsWorld.Namespace, "up")?.Status?.Plan?.Steps ?? [])
                .Where(s => s.State == Drydock.Crds.Plans.StepState.Running && s.Node is not null).Select(s => s.Node)
                .Distinct(StringComparer.Ordinal).Count());
        world.RunToSuccess();
        most.ShouldBe(1);
        world.Rules.Broken.ShouldBeEmpty();
    }
}
