using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>When the old containers of a succeeded upgrade go. Pure.</summary>
internal static class CleanupClock
{
    /// <summary>The moment; null if they stay, are gone already, or the way back is asked for.</summary>
    public static DateTimeOffset? DueAt(OmsUpgradeSpec spec, OmsUpgradeStatus status)
    {
        if (status.CleanupPlan is not null || status.FinishedAt is not { } finished || spec.DesiredState == DesiredState.RolledBack || spec.Mode == RunMode.Plan)
        {
            return null;
        }

        if (spec.Cleanup.Accepted)
        {
            return finished;
        }

        return spec.Cleanup.After is { Length: > 0 } after ? finished + KubernetesDuration.Parse(after) : null;
    }
}
