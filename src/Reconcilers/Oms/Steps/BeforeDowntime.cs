namespace Drydock.Reconcilers.Oms;

/// <summary>How to recover from a failure before the downtime that a retry of the stored plan cannot fix.</summary>
internal static class BeforeDowntime
{
    public static string NewAttempt(string repair) =>
        "OMS still runs on the old containers, and a retry of this plan fails again. "
        + $"Set spec.desiredState: RolledBack; when the rollback is done, {repair}, "
        + "then set spec.desiredState: Upgraded.";
}
