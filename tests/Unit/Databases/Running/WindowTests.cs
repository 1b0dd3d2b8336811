namespace Drydock.Tests.Unit.Databases;

/// <summary>The maintenance window of a rolling upgrade counts to its last instance.</summary>
public sealed class WindowTests
{
    // The world begins at 02:00 UTC, and every step takes half a minute.
    private static readonly MaintenanceWindow Nightly = new() { Start = "03:00", End = "03:10" };

    [Fact]
    public void No_instance_of_TiDB_begins_outside_the_window() =>
        Begins(new DatabaseRunWorld(), IsUnitOfTidb, Nightly);

    [Fact]
    public void No_instance_of_Yugabyte_begins_outside_the_window() =>
        Begins(new DatabaseRunWorld(new YugaWorld()), IsUnitOfYugabyte, Nightly with { End = "03:05" });

    [Fact]
    public void Waiting_run_tells_instance_and_times()
    {
        var world = new DatabaseRunWorld().Apply(s => s with { Window = Nightly });
        world.RunUntil(
            () => world.ReasonOf("Reconciling") == "OutsideWindow" && world.Truth.Acts.Keys.Any(IsUnitOfTidb),
            "the window has closed", TimeSpan.FromDays(2));

        var message = world.Status.Message.ShouldNotBeNull();
        message.ShouldMatch(
            @"^Upgrade(PD|TiKV)/[a-z]+-\d/drain has waited since 2026-01-01 03:\d\dZ "
            + @"and starts at 2026-01-02 03:00Z, when spec.window opens\.");
        (world.Is("Stalled"), world.Is("Held")).ShouldBe((false, false));
    }

    [Fact]
    public void Instance_that_does_not_fit_waits_for_the_next_window()
    {
        var world = new DatabaseRunWorld().Apply(s => s with { Window = Nightly });
        world.RunUntil(() => world.IsOver, "over", TimeSpan.FromDays(30));

        foreach (var (step, at) in world.Truth.Acts.Where(a => a.Key.StartsWith(
            "UpgradeTiKV/", StringComparison.Ordinal) && a.Key.EndsWith("/verify", StringComparison.Ordinal)))
        {
            at.TimeOfDay.ShouldBeLessThan(TimeSpan.FromHours(3) + TimeSpan.FromMinutes(10), step);
        }
    }

    private static void Begins(DatabaseRunWorld world, Func<string, bool> isUnit, MaintenanceWindow window)
    {
        world.Apply(s => s with { Window = window });
        world.RunUntil(() => world.IsOver, "over", TimeSpan.FromDays(60));

        var units = world.Truth.Acts.Where(a => isUnit(a.Key)).ToList();
        units.Count.ShouldBeGreaterThan(5);
        foreach (var (step, at) in units)
        {
            (at.TimeOfDay - TimeSpan.FromHours(3)).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMinutes(10), step);
        }

        units.Select(u => u.Value.Date).Distinct().Count().ShouldBeGreaterThan(1, "one night is too short for all");
        foreach (var (step, at) in world.Truth.Acts.Where(a => a.Key.EndsWith("/swap", StringComparison.Ordinal)))
        {
            if (world.Truth.Acts.TryGetValue(step[..^4] + "drain", out var drained))
            {
                (at - drained).ShouldBeLessThan(TimeSpan.FromMinutes(2), $"{step} follows its drain");
            }
        }
    }

    private static bool IsUnitOfTidb(string step) => step.EndsWith("/drain", StringComparison.Ordinal);

    private static bool IsUnitOfYugabyte(string step) => step.EndsWith("/drain", StringComparison.Ordinal)
        || (step.StartsWith("UpgradeMasters/", StringComparison.Ordinal)
            && step.EndsWith("/swap", StringComparison.Ordinal))
        || step is "PromoteAutoFlags/promote" or "UpgradeCatalog/upgrade";
}
