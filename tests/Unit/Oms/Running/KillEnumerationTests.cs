namespace Drydock.Tests.Unit.Oms;

/// <summary>The undisturbed run of two nodes, disturbed at every single write and act.</summary>
public sealed class KillEnumerationTests
{
    private static readonly Undisturbed Golden = Undisturbed.Run(Begin);

    [Fact]
    public void Upgrade_killed_before_any_write_or_act_ends_golden() =>
        Everywhere(Fate.DieBefore, way: 0);

    // In every run: to be killed before a write or act is to be killed after the one before it.
    [Fact]
    public void Upgrade_killed_after_any_write_or_act_ends_golden() =>
        Everywhere(Fate.DieAfter, static _ => true);

    [Fact]
    public void Error_answer_to_any_write_or_act_ends_golden() =>
        Everywhere(Fate.ServerError, p => !IsRunOnce(p) && Sample.Takes(p.Number, 2, 6));

    [Fact]
    public void Lost_answer_to_any_write_or_act_ends_golden() =>
        Everywhere(Fate.LostAnswer, way: 3);

    [Fact]
    public void Upgrade_killed_again_during_recovery_ends_golden() => Cases.Try(
        Enumerable.Range(1, Golden.Points)
            .Where(p => p % 3 == 0 && Sample.Takes(p / 3, 0, 2))
            .Select(p => (Point: p, Also: p + 1 + (p % 4))),
        pair => Golden.With(pair.Point, Fate.DieAfter, pair.Also));

    [Fact]
    public void Any_order_of_events_gives_same_end_state()
    {
        Cases.Try(Enumerable.Range(1, 20), seed =>
        {
            var world = new OmsWorld(new WorldSetup { RealJson = false }, seed).Apply();
            world.RunToSuccess();
            Golden.Compare(world, $"seed {seed}", disturbances: 0, ordered: false);
        });
    }

    [Fact]
    public void Stale_cache_repeats_nothing()
    {
        var world = Begin();
        world.CacheIsBehind = true;
        world.RunToSuccess();

        Golden.Compare(world, "a cache behind", disturbances: 0);
    }

    [Fact]
    public void Run_once_command_runs_once_after_its_start_was_refused()
    {
        var starts = Golden.World.Points.Where(IsRunOnce).ToList();
        starts.Count.ShouldBe(3);
        Cases.Try(starts, start =>
        {
            var world = Begin();
            world.Fates = p => p.Number == start.Number ? Fate.ServerError : Fate.Live;
            world.RunToSuccess();
            world.Rules.Broken.ShouldBeEmpty();
            world.Status.UsedTokens.ShouldBeEmpty();
            (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
        });
    }

    // The commands that run once are disturbed in every way in every run.
    private static void Everywhere(Fate fate, int way) =>
        Everywhere(fate, p => IsRunOnce(p) || Sample.Takes(p.Number, way, 6));

    private static void Everywhere(Fate fate, Func<WorldPoint, bool> where) =>
        Cases.Try(Golden.World.Points.Where(where).ToList(), point => Golden.With(point.Number, fate));

    private static bool IsRunOnce(WorldPoint point) =>
        point.What.StartsWith("exec", StringComparison.Ordinal) && (point.What.EndsWith(
            "/jar", StringComparison.Ordinal) || point.What.EndsWith("/init", StringComparison.Ordinal));

    private static OmsWorld Begin() => new OmsWorld(new WorldSetup { RealJson = false }).Apply();
}
