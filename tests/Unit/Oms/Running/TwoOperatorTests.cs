namespace Drydock.Tests.Unit.Oms;

/// <summary>The lease goes from one operator to another, and the first does not know it yet.</summary>
public sealed class TwoOperatorTests
{
    private static readonly Undisturbed Alone = Undisturbed.Run(Begin);

    [Fact]
    public void Former_leader_never_acts_after_the_lease_changed_hands()
    {
        Cases.Try(Enumerable.Range(1, Alone.Points).Where(p => p % 2 == 0 && Sample.Takes(p / 2, 0, 2)), point =>
        {
            var world = Begin();
            world.RunUntil(() => world.Points.Count >= point, $"point {point}");
            var former = world.Life;
            world.Leader = former.Id + 1;
            world.Join();
            var done = world.Done.Count;
            world.RunToSuccess();

            world.Done.Take(done).Where(a => a.By != 0).ShouldAllBe(a => a.By == former.Id);
            world.Done.Skip(done).Where(a => a.By == former.Id).ShouldBeEmpty();
            Alone.Compare(world, $"the lease changed hands after {Alone.World.Points[point - 1]}", disturbances: 1);
        });
    }

    [Fact]
    public void Late_request_of_frozen_leader_is_harmless_after_same_request() =>
        Late(p => Worthwhile(p) && Sample.Takes(p.Number, 0, 2), (world, what) => world.RunUntil(
            () => world.Points.Count(p => p.What == what.What) > Alone.World.Points.Take(what.Number).Count(
                p => p.What == what.What) || world.IsOver, "the successor has done it too"));

    [Theory]
    [InlineData("update oms-a/", "stop oms-a/")]
    [InlineData("exec oms-b/sed ", "exec oms-b/supervisorctl start ")]
    public void Leader_without_lease_sends_no_further_request_of_an_act(
        string first, string next)
    {
        var world = Begin();
        var former = world.Life;
        world.Fates = p =>
        {
            world.Leader ??= p.What.StartsWith(first, StringComparison.Ordinal) ? former.Id + 1 : null;
            return Fate.Live;
        };
        world.RunUntil(() => world.Leader is not null, first);
        world.RunFor(TimeSpan.FromSeconds(5));
        world.Points.ShouldNotContain(p => p.What.StartsWith(next, StringComparison.Ordinal));

        world.Join();
        world.RunToSuccess();
        world.Points.ShouldContain(p => p.What.StartsWith(next, StringComparison.Ordinal));
        world.Rules.Broken.ShouldBeEmpty();
    }

    // The API server keeps no order between a late create of the claim and its release; the next upgrade says who holds
    // it and how to let go. No step is left that could remove a probe, which runs nothing.
    [Fact]
    public void Late_request_after_completion_is_harmless() =>
        Late(
            p => Worthwhile(p)
                && Sample.Takes(p.Number, 1, 2)
                && !p.What.StartsWith("create Lease", StringComparison.Ordinal)
                && !IsProbe(p),
            (world, _) => world.RunToSuccess());

    [Fact]
    public void Frozen_leader_that_continues_erases_nothing()
    {
        Cases.Try(
            Alone.World.Points.Where(p => p.What.StartsWith("patch ", StringComparison.Ordinal)
                || (Sample.Takes(p.Number, 0, 5) && !IsProbe(p))),
            what =>
            {
                var world = Begin();
                world.Fates = p => p.Number == what.Number ? Fate.Pause : Fate.Live;
                world.RunUntil(() => world.Life.Thaw is not null, $"frozen at {what}");
                var frozen = world.Life;
                world.Leader = frozen.Id + 1;
                world.Join();
                var acts = world.Done.Count;
                world.RunUntil(
                    () => world.IsOver || (world.Done.Count > acts && Attempts(world.Status).Count > 2),
                    "the successor goes on");
                frozen.Thaw!();
                world.MoveAlone(frozen);
                world.Lives.Remove(frozen);
                world.RunToSuccess();
                world.RunFor(TimeSpan.FromMinutes(1));

                var writes = world.StatusWrites.Select(w => Attempts(w.Status!)).ToList();
                foreach (var (before, after) in writes.Zip(writes.Skip(1)))
                {
                    before.ShouldAllBe(step => after.GetValueOrDefault(step.Key) >= step.Value);
                }

                Alone.Compare(world, $"continued: {what}", disturbances: 1);
            });
    }

    // A late status write always meets a newer version; some of them stand for all.
    private static bool Worthwhile(WorldPoint point) => !point.IsStatusWrite || point.Number % 5 == 0;

    private static bool IsProbe(WorldPoint point) =>
        point.What.StartsWith("create ", StringComparison.Ordinal)
            && point.What.Contains("/drydock-probe-", StringComparison.Ordinal);

    private static Dictionary<string, int> Attempts(OmsUpgradeStatus status) =>
        (status.Plan?.Steps ?? []).Where(s => s.Attempt > 0)
            .ToDictionary(s => s.Id, s => s.Attempt, StringComparer.Ordinal);

    private static void Late(Func<WorldPoint, bool> where, Action<OmsWorld, WorldPoint> until)
    {
        Cases.Try(Alone.World.Points.Where(where), what =>
        {
            var world = Begin();
            world.Fates = p => p.Number == what.Number ? Fate.Freeze : Fate.Live;
            world.RunUntil(() => world.Points.Count >= what.Number && world.Life.IsDead, $"frozen at {what}");
            var frozen = world.Life;
            until(world, what);
            frozen.LateRequest!();
            world.RunToSuccess();
            world.RunFor(TimeSpan.FromMinutes(1));

            Alone.Compare(world, $"late: {what}", disturbances: 1);
        });
    }

    private static OmsWorld Begin() => new OmsWorld(new WorldSetup { RealJson = false }).Apply();
}
