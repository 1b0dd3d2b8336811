using Drydock.Abstractions.Plans;
using Drydock.Cli.Runs;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Cli.Changes;

/// <summary>What a run can still undo, and how far a rollback is, read from its status.</summary>
internal static class RollbackState
{
    /// <summary>How status.rollbackCost begins if the operator refuses every rollback of the run.</summary>
    private const string Refused = "A rollback is not possible";

    /// <summary>Why the operator refuses any rollback: whole sentences; null if it does not.</summary>
    public static string? Refusal(Run run) =>
        run.Status?.RollbackCost is { } cost && cost.StartsWith(Refused, StringComparison.Ordinal) ? cost : null;

    /// <summary>Whether the rollback has begun, or has ended, so that it cannot be cancelled.</summary>
    public static bool HasBegun(Run run) => run.Status?.RollbackPlan is { } plan
        && (plan.Steps.Exists(HasBegun) || plan.Steps.TrueForAll(s => s.State == StepState.Succeeded));

    /// <summary>Whether a rollback is requested, not one that an abort or a failure began.</summary>
    public static bool IsRequested(Run run) =>
        run.Spec.DesiredState == DesiredState.RolledBack || run.Status?.RolledBackBy is not null;

    /// <summary>
    /// Whether the first process or container of the former version was stopped, or may have been: from then on an
    /// abort undoes nothing.
    /// </summary>
    public static bool IsPastUndo(Run run) =>
        run.Status?.Plan?.Steps.Exists(s => StopsFormerVersion(s) && HasBegun(s)) == true;

    private static bool StopsFormerVersion(PlanStep step) =>
        step is { Action: "SwapInstance" or "SwapMaster" or "SwapTserver" }
            or { Action: "StopContainer", Phase: OmsUpgradePhases.StopOld };

    private static bool HasBegun(PlanStep step) =>
        step.State != StepState.Pending || step.Attempt > 0 || step.StartedAt is not null;
}
