namespace Drydock.Reconcilers.Upgrades;

/// <summary>The input of a rollback plan.</summary>
internal sealed record RollbackBasis(PlanProgress Plan)
{
    /// <summary>The run had succeeded. Data written since may be lost, so the rollback is held until it is approved
    /// (<see cref="Plan.Hold"/>).</summary>
    public bool AfterSuccess { get; init; }

    public bool Unattended { get; init; }

    public RunStatus? Status { get; init; }

    /// <summary>Further notes for the reader: data that will be lost, the age of a backup.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
