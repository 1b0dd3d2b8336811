namespace Drydock.Tests.Unit.Oms;

/// <summary>No clock, no older status and no edit removes the old containers earlier than a day after it was
/// announced.</summary>
public sealed class CleanupClockTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void Operator_clock_a_month_ahead_removes_nothing()
    {
        var world = Succeeded("720h");
        var announced = world.Status.CleanupAt;
        Jump(world, TimeSpan.FromDays(31));
        world.RunFor(TimeSpan.FromHours(1));
        world.Restart();
        world.RunFor(TimeSpan.FromHours(3));
        world.Hosts.ShouldAllBe(h => h.Find(OmsWorld.OldName) != null);
        world.Status.Message.ShouldBeWorded();
        world.Status.CleanupAt.ShouldBe(announced);

        Jump(world, -TimeSpan.FromDays(31));
        world.RunFor(TimeSpan.FromHours(1));
        world.Status.Message.ShouldNotBeNull().ShouldNotContain("clock");
        world.RunFor(TimeSpan.FromDays(31));
        world.Count("remove").ShouldBe(2);
    }

    [Fact]
    public void Clock_that_was_behind_at_the_success_removes_nothing_early()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with
        {
            Cleanup = new CleanupSpec { After = "720h" },
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, "ClockSkew/operator"] },
        });
        Jump(world, -TimeSpan.FromDays(29));
        world.RunUntil(() => world.Is("Succeeded"), "it succeeds");
        world.RunFor(TimeSpan.FromHours(1));
        Jump(world, TimeSpan.FromDays(29));
        world.RunFor(TimeSpan.FromDays(29));
        world.Count("remove").ShouldBe(0);
        world.RunFor(TimeSpan.FromDays(2));
        world.Count("remove").ShouldBe(2);
    }

    [Fact]
    public void API_server_without_a_time_removes_and_announces_nothing()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { Cleanup = new CleanupSpec { After = "2h" } });
        world.Api.IsUndated = true;
        world.RunUntil(() => world.Is("Succeeded"), "it succeeds");
        world.RunFor(TimeSpan.FromDays(3));
        (world.Count("remove"), world.Status.CleanupAt).ShouldBe((0, null));
        world.Status.Message.ShouldBeWorded();

        world.Api.IsUndated = false;
        world.RunFor(TimeSpan.FromHours(1));
        world.Status.CleanupAt.ShouldNotBeNull();
        world.RunFor(TimeSpan.FromHours(22));
        world.Count("remove").ShouldBe(0);
        world.RunFor(TimeSpan.FromHours(3));
        world.Count("remove").ShouldBe(2);
    }

    [Fact]
    public void Delay_shorter_than_a_day_waits_a_day_after_the_announcement()
    {
        var world = Succeeded("1h");
        var announced = world.Status.CleanupAt.ShouldNotBeNull();
        (announced - world.Status.FinishedAt!.Value).ShouldBeGreaterThanOrEqualTo(Day);
        world.Events.All.ShouldContain(e => e.Reason == Reasons.CleanupAnnounced
            && e.Message.Contains($"Announced for {announced:u}", StringComparison.Ordinal));
        world.RunFor(TimeSpan.FromHours(23));
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(50));
        world.Count("remove").ShouldBe(0);
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("remove").ShouldBe(2);
    }

    [Fact]
    public void Delay_shortened_after_the_success_is_announced_again()
    {
        var world = Succeeded("720h");
        world.RunFor(TimeSpan.FromDays(10));
        world.EditSpec(s => s with { Cleanup = new CleanupSpec { After = "1h" } });
        var edited = world.Time.GetUtcNow();
        world.RunFor(TimeSpan.FromHours(23));
        world.Count("remove").ShouldBe(0);
        world.Status.CleanupAt.ShouldNotBeNull().ShouldBe(edited + Day, TimeSpan.FromMinutes(1));
        world.Events.All.Count(e => e.Reason == Reasons.CleanupAnnounced).ShouldBe(2);
        world.RunFor(TimeSpan.FromHours(2));
        world.Count("remove").ShouldBe(2);
    }

    [Fact]
    public void Delay_lengthened_or_withdrawn_after_the_announcement_counts()
    {
        var world = Succeeded("1h");
        world.RunFor(TimeSpan.FromHours(20));
        world.EditSpec(s => s with { Cleanup = new CleanupSpec { After = "240h" } });
        world.RunFor(TimeSpan.FromDays(5));
        world.EditSpec(s => s with { Cleanup = new CleanupSpec() });
        world.RunFor(TimeSpan.FromDays(10));
        (world.Count("remove"), world.Status.CleanupAt).ShouldBe((0, null));
    }

    [Fact]
    public void Status_put_back_to_before_the_announcement_is_announced_again()
    {
        var world = Succeeded("1h");
        var before = world.Status with { CleanupAt = null, CleanupFrom = null };
        world.RunFor(TimeSpan.FromHours(23));
        world.PutBack(before);
        var back = world.Time.GetUtcNow();
        world.RunFor(TimeSpan.FromHours(20));
        world.Count("remove").ShouldBe(0);
        world.Status.CleanupAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(back + Day);
        world.RunFor(TimeSpan.FromHours(5));
        world.Count("remove").ShouldBe(2);
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    [InlineData(null)]
    public void Run_with_a_last_start_begins_only_by_a_known_clock(int? minutes)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        (world.Api.Ahead, world.Api.IsUndated) = (TimeSpan.FromMinutes(minutes ?? 0), minutes is null);
        world.Apply(s => s with { NotAfter = world.Time.GetUtcNow() + Day });
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe(Reasons.ClockSkew);
        world.Status.Message.ShouldBeWorded();
        world.Done.ShouldBeEmpty();

        (world.Api.Ahead, world.Api.IsUndated) = (TimeSpan.Zero, false);
        world.RunToSuccess();
    }

    [Fact]
    public void Held_run_is_not_started_after_its_last_start_by_the_API_server()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Apply(s => s with
        {
            NotAfter = world.Time.GetUtcNow() + TimeSpan.FromHours(1),
            HoldBefore = [OmsUpgradePhases.PrepareImage]
        });
        world.RunUntil(() => world.Is("Held"), "it is held");
        world.RunFor(TimeSpan.FromHours(2));
        world.Time.JumpWall(-TimeSpan.FromHours(2));
        world.Api.Ahead = TimeSpan.FromHours(2);
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunFor(TimeSpan.FromHours(1));
        (world.ReasonOf("Stalled"), world.Done.Count).ShouldBe((Reasons.ClockSkew, 0));
    }

    // The clock of the operator alone; no other clock of the world moves.
    private static void Jump(OmsWorld world, TimeSpan by)
    {
        world.Time.JumpWall(by);
        world.Api.Ahead -= by;
        world.Hosts.ForEach(h => h.ClockOffset -= by);
        world.Metadata.ClockOffset -= by;
    }

    private static OmsWorld Succeeded(string after)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { Cleanup = new CleanupSpec { After = after } });
        world.RunToSuccess();
        world.RunFor(TimeSpan.FromMinutes(1));
        return world;
    }
}
