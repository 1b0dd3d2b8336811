namespace Drydock.Tests.Unit.Oms;

/// <summary>An upgrade that was started from one address, killed at its writes and acts.</summary>
public sealed class ShortManifestKillTests
{
    private static readonly Undisturbed Golden = Undisturbed.Run(Begin);

    [Fact]
    public void Upgrade_killed_before_a_write_or_act_ends_golden() => Everywhere(Fate.DieBefore, 0);

    [Fact]
    public void Upgrade_killed_after_a_write_or_act_ends_golden() => Everywhere(Fate.DieAfter, 1);

    private static void Everywhere(Fate fate, int way) => Cases.Try(
        Golden.World.Points.Where(p => Sample.Takes(p.Number, way, 6)).ToList(),
        point => Golden.With(point.Number, fate));

    private static OmsWorld Begin() => new OmsWorld(new WorldSetup { RealJson = false }).Apply(ShortSpecs.Short);
}
