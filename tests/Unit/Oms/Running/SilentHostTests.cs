namespace Drydock.Tests.Unit.Oms;

/// <summary>The network of a host is cut: nothing is refused, nothing is answered.</summary>
public sealed class SilentHostTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    public static TheoryData<string> Steps { get; } =
    [
        "StopOld/oms-b",
        "StartNew/oms-b",
        "CorrectMetadata/oms-b/jar",
        "Verify/oms-b",
    ];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Host_that_is_cut_off_is_named_within_15_seconds(string id)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => Under(world, id) is not null, id);
        world["oms-b"].CutOff();
        world.RunFor(Soon);
        world.Status.Message.ShouldBeWorded();
        world["oms-b"].Reconnect();

        // What the client does with an answer that came late may run on another thread.
        do
        {
            world.MoveAlone(world.Life);
        }
        while (world.Life.Scheduler.WaitForArrival(TimeSpan.FromMinutes(1)));

        world.RunFor(TimeSpan.FromSeconds(2));
        (world.Status.Message ?? "").ShouldNotContain("Waiting for an answer");
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        world.Plan.Steps.ShouldNotContain(
            s => s.Message != null && s.Message.Contains("Waiting for an answer", StringComparison.Ordinal));
    }

    private static Step? Under(OmsWorld world, string id) =>
        world.Status.Plan?.Steps.Find(
            s => s.Id.StartsWith(id, StringComparison.Ordinal) && s.State == StepState.Running);
}
