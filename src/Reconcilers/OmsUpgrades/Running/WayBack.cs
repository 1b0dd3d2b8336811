using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>Reads from an upgrade whether it is to go back, and whether that may begin. Pure and level-based: the same object gives the same answer.</summary>
internal static class WayBack
{
    /// <summary>Who wants the upgrade taken back, as things stand.</summary>
    public static WayBackCause CauseOf(OmsUpgrade upgrade)
    {
        var (spec, status) = (upgrade.Spec, upgrade.Status!);
        var plan = status.Plan!;
        if (upgrade.Metadata.DeletionTimestamp is not null && !DoneWork.IsPastT1(plan))
        {
            return WayBackCause.Deletion;
        }

        if (spec.DesiredState == DesiredState.RolledBack)
        {
            return WayBackCause.Request;
        }

        if (status.AbortedBy is not null)
        {
            return DoneWork.IsPastT1(plan) ? WayBackCause.None : WayBackCause.Abort;
        }

        return spec is { RollbackPolicy: RollbackPolicy.OnFailure, Mode: RunMode.Apply } && DoneWork.Changed(plan) && DoneWork.IsFailing(plan)
            ? WayBackCause.Failure
            : WayBackCause.None;
    }

    /// <summary>Whether an abort keeps the way back that desiredState asks for from beginning.</summary>
    public static bool IsHalted(OmsUpgrade upgrade) =>
        upgrade.Status is { AbortedBy: not null, AbortedRollback: true } && upgrade.Spec.DesiredState == DesiredState.RolledBack;

    /// <summary>Whether an abort keeps a way back from going on: one that the abort itself began before T1 goes to its end.</summary>
    public static bool IsStopped(OmsUpgrade upgrade) =>
        upgrade.Status!.AbortedBy is not null
        && (upgrade.Spec.DesiredState == DesiredState.RolledBack || DoneWork.IsPastT1(upgrade.Status.Plan!))
        && !(upgrade.Metadata.DeletionTimestamp is not null && !DoneWork.IsPastT1(upgrade.Status.Plan!));

    /// <summary>Whether the plan of the way back is only to be shown.</summary>
    public static bool IsOnlyShown(OmsUpgrade upgrade) => upgrade.Spec.Mode == RunMode.Plan && upgrade.Metadata.DeletionTimestamp is null;

    /// <summary>An upgrade that was undone because of an abort, and waits for a retry.</summary>
    public static bool IsUndoneByAbort(OmsUpgrade upgrade) =>
        upgrade.Status is { AbortedBy: not null } status && status.WentBack() && upgrade.Spec.DesiredState == DesiredState.Upgraded;

    /// <summary>Another run from preflight is asked for after the way back.</summary>
    public static bool StartsAgain(OmsUpgrade upgrade) =>
        upgrade.Spec.DesiredState == DesiredState.Upgraded && RunTokens.NewRetries(upgrade).Count > 0;
}
