namespace Drydock.Tests.Unit.Oms;

/// <summary>The undisturbed way back, disturbed at every single write and act of it.</summary>
public sealed class RollbackKillTests
{
    // What was before does not depend on minutes.
    private const string Before = """{"enable":true,"perceiveStoreClientCheckpoint":true,"odd":1}""";

    private static readonly Undisturbed AfterFailure = Undisturbed.Run(BeginFailing, static w => w.RunToRolledBack());
    private static readonly Undisturbed AfterSuccess = Undisturbed.Run(BeginSucceeded, ApprovedToTheEnd);

    private static readonly Undisturbed ByToken = Undisturbed.Run(BeginSucceeded, AnnotatedToTheEnd);

    // From the write that records the token on.
    [Theory]
    [InlineData(nameof(Fate.DieBefore), 0)]
    [InlineData(nameof(Fate.DieAfter), 2)]
    [InlineData(nameof(Fate.Conflict), 1)]
    [InlineData(nameof(Fate.LostAnswer), 4)]
    public void Disturbed_rollback_by_annotation_ends_golden(string fate, int way)
    {
        var first = Points(ByToken)[0].Number - 2;
        Cases.Try(
            ByToken.World.Points.Where(p => p.Number >= first
                && (p.Number < first + 5 || Sample.Takes(p.Number, way, 6))
                && (fate != nameof(Fate.Conflict) || p.IsStatusWrite)).ToList(),
            point => ByToken.With(point.Number, Enum.Parse<Fate>(fate)));
    }

    [Theory]
    [InlineData(nameof(Fate.DieBefore), 0)]
    [InlineData(nameof(Fate.DieAfter), 2)]
    [InlineData(nameof(Fate.Conflict), 1)]
    [InlineData(nameof(Fate.LostAnswer), 4)]
    public void Disturbed_rollback_after_failure_ends_golden(string fate, int way) =>
        Everywhere(AfterFailure, Enum.Parse<Fate>(fate), way);

    // The rollback of the whole upgrade is killed after every write and act in every run.
    [Theory]
    [InlineData(nameof(Fate.DieBefore), 1, 6)]
    [InlineData(nameof(Fate.DieAfter), 0, 1)]
    [InlineData(nameof(Fate.ServerError), 5, 6)]
    public void Disturbed_rollback_after_success_ends_golden(string fate, int way, int ways) =>
        Everywhere(AfterSuccess, Enum.Parse<Fate>(fate), way, ways);

    [Fact]
    public void Rollback_killed_again_during_recovery_ends_golden() => Cases.Try(
        Points(AfterFailure)
            .Where(p => p.Number % 2 == 0 && Sample.Takes(p.Number / 2, 0, 3))
            .Select(p => (Point: p.Number, Also: p.Number + 1 + (p.Number % 4))),
        pair => AfterFailure.With(pair.Point, Fate.DieAfter, pair.Also));

    private static void Everywhere(Undisturbed golden, Fate fate, int way, int ways = 6) => Cases.Try(
        Points(golden).FindAll(p => Sample.Takes(p.Number, way, ways) && (fate != Fate.Conflict || p.IsStatusWrite)),
        point => golden.With(point.Number, fate));

    // From the write that stores the way back on.
    private static List<WorldPoint> Points(Undisturbed golden)
    {
        var from = golden.World.Points.First(
            p => p.What.StartsWith("status RollingBack", StringComparison.Ordinal)).Number;
        return [.. golden.World.Points.Where(p => p.Number >= from)];
    }

    private static OmsWorld BeginFailing() =>
        new OmsWorld(new WorldSetup { RealJson = false, HaConfig = Before, Jar = RollbackTests.FailingJar }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });

    private static OmsWorld BeginSucceeded() =>
        new OmsWorld(new WorldSetup { RealJson = false, HaConfig = Before }).Apply();

    private static void AnnotatedToTheEnd(OmsWorld world)
    {
        world.RunToSuccess();
        world.Annotate(Annotations.Rollback, "1");
        world.RunUntil(() => world.Is("Held"), "held");
        Approve();
        world.RunInsisting(() => world.IsBack, "RolledBack, nothing held", Approve);
        world.Is("Ready").ShouldBeTrue();
        world.Status.UsedTokens.ShouldHaveSingleItem();

        void Approve() => world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
    }

    private static void ApprovedToTheEnd(OmsWorld world)
    {
        world.RunToSuccess();
        RollbackTests.GoBack(world);
    }
}
