namespace Drydock.Tests.Unit.Upgrades;

/// <summary>A swap that failed leaves litter; that it is gone stands in its receipt.</summary>
internal sealed class ToyParkedState(ToyRunTruth truth) : IParkedStateCleanup
{
    public const string Gone = "gone";

    public DateTimeOffset? RemoveAt(RunSpec spec, RunStatus status, bool isStopped) =>
        isStopped ? DateTimeOffset.MinValue : status.Plan!.Steps.Max(s => s.FinishedAt) + truth.IdleLimit;

    public bool MayRemain(RunSpec spec, RunStatus status) =>
        (truth.IdleLimit is not null && truth.Litter.Count > 0) || status.Plan!.Steps.Exists(
            s => s is { Phase: ToyRunKind.Swap, State: StepState.Failed } && s.Receipt?.ContainsKey(Gone) != true);

    public RunStatus MarkRemoved(
        RunSpec spec, RunStatus status, IReadOnlyCollection<string> names, DateTimeOffset at) =>
        status with
        {
            Plan = status.Plan!.With(
                status.Plan.Steps.Select(s => names.Contains(s.Id, StringComparer.Ordinal) ? s.With(r => r with
                {
                    Receipt = new Dictionary<string, string>(s.Entries(), StringComparer.Ordinal) { [Gone] = "yes" }
                }) : s)),
        };
}
