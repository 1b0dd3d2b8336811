using Drydock.Tests.Unit.Fakes;
using Drydock.Tests.Unit.Support;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>
/// The undisturbed run, disturbed at every single write and act: it comes to the same end, and nothing that must never
/// happen happens.
/// </summary>
public sealed class KillTests
{
    private static readonly TiDbWorldSetup Setup = new()
    {
        Pumps = 2,
        Drainers = 1,
        Priority = 3,
        PackagePresent = false,
        Leaders = 4,
        SchedulerWindow = TimeSpan.FromSeconds(3),
        Spec = static s => s with { Settle = "1s", Tidb = s.Tidb! with { TuneScheduling = s.Tidb.TuneScheduling with { StableFor = "30s" } } },
    };
    private static readonly Lazy<TiDbWorld> Golden = new(() =>
    {
        var world = new TiDbWorld(Setup).Begin();
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
        return world;
    });

    [Fact]
    public void Upgrade_killed_before_any_write_ends_like_undisturbed_run() => Everywhere(Fate.DieBefore, way: 0);

    [Fact]
    public void Upgrade_killed_after_any_write_ends_like_undisturbed_run() => Everywhere(Fate.DieAfter, way: 1);

    [Fact]
    public void Upgrade_with_error_at_any_write_ends_like_undisturbed_run() => Everywhere(Fate.ServerError, way: 2);

    [Fact]
    public void Upgrade_with_lost_answer_at_any_write_reaches_same_end() => Everywhere(Fate.LostAnswer, way: 3);

    [Fact]
    public void Upgrade_killed_again_during_recovery_ends_like_undisturbed_run() =>
        Cases.Try(
            Golden.Value.Points.Where(p => p.Number % 3 == 0 && Sample.Takes(p.Number / 3, 0, 2)),
            p => With(Fate.DieAfter, p.Number, p.Number + 1 + (p.Number % 4)));

    private static void Everywhere(Fate fate, int way) => Cases.Try(
        Golden.Value.Points.Where(p => Sample.Takes(p.Number, way, 6)), p => With(fate, p.Number));

    private static void With(Fate fate, params int[] points)
    {
        var world = new TiDbWorld(Setup).Begin();
        world.Fates = p => points.Contains(p.Number) ? fate : Fate.Live;
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
        world.EndState().ShouldBe(Golden.Value.EndState());
        foreach (var act in new[] { "stop", "swap", "start" })
        {
            foreach (var process in world.Processes)
            {
                world.Done.Count(d => d.StartsWith($"{act} {process.Name}", StringComparison.Ordinal)).ShouldBe(1, $"{act} {process.Name}");
            }
        }
    }
}
