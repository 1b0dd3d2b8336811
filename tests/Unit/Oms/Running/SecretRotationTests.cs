namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// A Secret is annotated, labelled, extended and rotated while an upgrade and its rollback run: what is under way ends
/// as if nothing had happened.
/// </summary>
public sealed class SecretRotationTests
{
    private const string Before = """{"enable":true,"perceiveStoreClientCheckpoint":true,"odd":1}""";

    private static readonly Undisturbed Upgrade = Undisturbed.Run(BeginUpgrade);
    private static readonly Undisturbed Rollback = Undisturbed.Run(BeginFailing, static w => w.RunToRolledBack());

    [Theory]
    [InlineData("annotated", 0)]
    [InlineData("labelled", 2)]
    [InlineData("extended", 4)]
    [InlineData("rotated", 6)]
    public void Upgrade_secret_touched_at_every_write_and_act_ends_golden(string touch, int way) =>
        Everywhere(Upgrade, BeginUpgrade, static w => w.RunToSuccess(), SecretTouch.Of(touch), way);

    [Theory]
    [InlineData("annotated", 1)]
    [InlineData("labelled", 3)]
    [InlineData("extended", 5)]
    [InlineData("rotated", 7)]
    public void Rollback_secret_touched_at_every_write_and_act_ends_golden(string touch, int way) =>
        Everywhere(Rollback, BeginFailing, static w => w.RunToRolledBack(), SecretTouch.Of(touch), way);

    [Fact]
    public void Secret_rotated_during_each_phase_repeats_no_step()
    {
        var world = BeginUpgrade();
        var phases = new HashSet<string>(StringComparer.Ordinal);
        world.RunUntil(
            () =>
            {
                foreach (var step in (world.Status.Plan?.Steps ?? []).Where(
                    s => s.State == StepState.Running && phases.Add(s.Phase)))
                {
                    SecretTouch.Rotated.Apply(world.Api, $"in {step.Phase}");
                }

                return world.Is("Succeeded");
            },
            "success");

        phases.ShouldBe(
            world.Status.Plan!.Steps.Select(s => s.Phase).Distinct(StringComparer.Ordinal), ignoreOrder: true);
        world.Status.Plan.Steps.ShouldAllBe(s => s.Attempt <= 1 && s.Record.Tries <= 1);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Invalid_rotated_Secret_stalls_upgrade_at_next_act()
    {
        var world = BeginUpgrade();
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        SecretTouch.Edit(world.Api, s =>
            s with { Data = OmsWorld.Bytes(("ca.crt", "ca"), ("tls.crt", "cert"), ("tls.key", "another")) });
        world.RunUntil(() => world.Is("Stalled"), "it cannot reach its hosts");
        world.Count("snapshot").ShouldBe(1);
        world.Count("start").ShouldBe(0, world.Describe());

        SecretTouch.Edit(world.Api, s =>
            s with { Data = OmsWorld.Bytes(("ca.crt", "ca"), ("tls.crt", "cert"), ("tls.key", Canary.TlsKey)) });
        world.RunUntil(
            () =>
            {
                if (world.Is("Failed"))
                {
                    world.Annotate(Annotations.Retry, world.Time.GetUtcNow().ToString(
                        "HHmmss", System.Globalization.CultureInfo.InvariantCulture));
                }

                return world.Is("Succeeded");
            },
            "success");
        world.Count("snapshot").ShouldBe(1);
    }

    // Of a rollback from the write that stores it on: what it takes back is what was done until then.
    private static List<WorldPoint> Points(OmsWorld world)
    {
        var from = world.Points.Find(p => p.What.StartsWith("status RollingBack", StringComparison.Ordinal))?.Number
            ?? 1;
        return world.Points.FindAll(p => p.Number >= from);
    }

    private static void Everywhere(
        Undisturbed golden, Func<OmsWorld> begin, Action<OmsWorld> toEnd, SecretTouch touch, int way) =>
        Cases.Try(Points(golden.World).Where(p => Sample.Takes(p.Number, way, 8)), point =>
        {
            var world = begin();
            world.Fates = p =>
            {
                if (p.Number == point.Number)
                {
                    touch.Apply(world.Api, "now");
                }

                return Fate.Live;
            };
            toEnd(world);
            golden.Compare(world, $"{touch} at {point}", disturbances: 0, ordered: false);
        });

    private static OmsWorld BeginUpgrade() => new OmsWorld(new WorldSetup { RealJson = false }).Apply();

    private static OmsWorld BeginFailing() =>
        new OmsWorld(new WorldSetup { RealJson = false, HaConfig = Before, Jar = RollbackTests.FailingJar }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
}
