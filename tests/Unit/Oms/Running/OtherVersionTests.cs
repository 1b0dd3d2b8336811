namespace Drydock.Tests.Unit.Oms;

/// <summary>N-1, N, N-1: at each write of the run an operator of another version takes over, and this one comes
/// back.</summary>
public sealed class OtherVersionTests
{
    private static readonly Undisturbed Alone = Undisturbed.Run(Begin);

    [Fact]
    public void Run_that_another_version_holds_at_any_write_ends_golden() => Cases.Try(
        Enumerable.Range(1, Alone.World.StatusWrites.Count - 1).Where(write => Sample.Takes(write, 0, 9)),
        write =>
        {
            var world = Begin();
            world.RunUntil(() => world.StatusWrites.Count >= write, "the write");
            OtherOperator.TakesOver(
                write,
                () => world.Status,
                CrdsJsonContext.Default.OmsUpgradeStatus,
                status => world.PutBack(status),
                () => world.RunFor(TimeSpan.FromMinutes(3)),
                () => world.Done.Count(a => a.By != 0));
            world.RunToSuccess();

            Alone.Compare(world, $"write {write}", disturbances: 3);
        });

    private static OmsWorld Begin() => new OmsWorld(new WorldSetup { RealJson = false }).Apply();
}
