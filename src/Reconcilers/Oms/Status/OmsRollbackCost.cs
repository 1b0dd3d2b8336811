namespace Drydock.Reconcilers.Oms;

/// <summary>What a rollback would cost now: data, a restore, downtime. Pure.</summary>
internal static class OmsRollbackCost
{
    public static string? Of(OmsUpgradeStatus status)
    {
        if (status is not { Plan: { } plan, RollbackPlan: null })
        {
            return null;
        }

        if (status.CleanupPlan is { } cleanup && PlanProgress.Begun(cleanup))
        {
            return "A rollback is not possible any more: the old containers were removed.";
        }

        if (!OmsPlanProgress.IsPastT1(plan))
        {
            return OmsPlanProgress.Changed(plan)
                ? "No data and no downtime: the changes are undone while OMS keeps running."
                : "Nothing: nothing was changed.";
        }

        if (!OmsPlanProgress.NewStarted(plan))
        {
            return "No data: the old containers are started again on unchanged databases.";
        }

        var stopped = OmsPlanProgress.StoppedAt(plan)?.ToString("u", CultureInfo.InvariantCulture);
        var restore = Restore(plan);
        return plan.First(OmsUpgradePhases.EnableHA) is { } enable && PlanProgress.Begun(enable)
            ? $"Everything that was written to the metadata since {stopped} is lost: projects that were created or "
                + "changed, and the progress of all. Every source must still hold its logs since then. "
                + $"OMS is down during the rollback. {restore}"
            : $"Only what the new version wrote to the metadata since {stopped} is lost; OMS has been down since then. "
                + restore;
    }

    private static string Restore(Plan plan)
    {
        var snapshot = plan.Step<TakeSnapshot>();
        var databases = snapshot?.As<TakeSnapshot>().Databases.Count ?? 0;
        var took = snapshot is { StartedAt: { } began, FinishedAt: { } ended }
            ? $"; their dump took {KubernetesDuration.Format(ended - began)}"
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{databases} databases are restored from BackupSnapshot "
            + $"{snapshot?.Recorded(TakeSnapshot.SnapshotKey)}{took}.");
    }
}
