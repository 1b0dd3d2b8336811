namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What the steps of the toys say of themselves, one type for each phase.</summary>
internal static class ToySteps
{
    public static StepRegistry Registry { get; } =
        new(typeof(ToyPrepare), typeof(ToySwap), typeof(ToyAwait), typeof(ToySeal), typeof(ToyUndo));

    [Effect(Effect.Changes)]
    private abstract class ToyPrepare;

    [Effect(Effect.Changes)]
    [Effect(Effect.EndsUndo)]
    private abstract class ToySwap;

    [Effect(Effect.Changes)]
    [Traits(HeldBy = Reasons.AwaitingManualChange)]
    private abstract class ToyAwait : IWaitsOnly;

    [Effect(Effect.Changes)]
    private abstract class ToySeal;

    private abstract class ToyUndo;
}
