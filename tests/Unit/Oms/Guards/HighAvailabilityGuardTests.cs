namespace Drydock.Tests.Unit.Oms;

/// <summary>High availability that the upgrade itself has enabled, or has asked for, is no change from
/// outside.</summary>
public sealed class HighAvailabilityGuardTests
{
    private const string Enable = "EnableHA/ha-config";

    [Fact]
    public void Retry_after_the_administrator_enabled_it_asks_for_nothing_else()
    {
        var world = Begin(HighAvailabilityMethod.Manual);
        world.RunUntil(() => world.ReasonOf("Held") == Reasons.AwaitingManualChange, "to be disabled");
        world.Metadata.HaConfig = """{"enable":false}""";
        world.RunUntil(() => world.Step(Enable).State == StepState.Running, "to be enabled");
        world.Metadata.HaConfig = """{"enable":true}""";
        LoseAndRetry(world);

        world.RunUntil(() => world.Step(Enable).State == StepState.Running, "the retry still waits for the rest");
        world.Metadata.HaConfig =
            """{"enable":true,"refetchStoreIntervalMin":100000,"perceiveStoreClientCheckpoint":true}""";
        Succeed(world);
    }

    [Fact]
    public void Retry_after_the_operator_enabled_it_asks_for_nothing_else()
    {
        var world = Begin(HighAvailabilityMethod.Sql);
        world.Fates = p =>
            p.What == "ha.config" && world.Metadata.Contents == world.Setup.ToVersion ? Fate.DieAfter : Fate.Live;
        world.RunUntil(() => world.Life.IsDead, "it is enabled");
        world.Metadata.IsHighAvailabilityOn.ShouldBeTrue();
        world.Fates = static _ => Fate.Live;
        LoseAndRetry(world);
        Succeed(world);
    }

    // The metadata database does not answer for a while, and somebody retries.
    private static void LoseAndRetry(OmsWorld world)
    {
        world.Metadata.IsReachable = false;
        world.RunUntil(
            () => world.Step(Enable).State is StepState.Unknown or StepState.Failed, "it cannot be read",
            TimeSpan.FromDays(1));
        world.Retry();
        world.RunUntil(() => world.Status.UsedTokens.Count == 1, "the retry is taken up");
        world.Restart();
        world.Metadata.IsReachable = true;
    }

    private static void Succeed(OmsWorld world)
    {
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        world.Plan.Guards.ShouldAllBe(g => g.Record.Violations.Count == 0);
    }

    private static OmsWorld Begin(HighAvailabilityMethod method) =>
        new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { HighAvailability = s.HighAvailability with { Method = method } });
}
