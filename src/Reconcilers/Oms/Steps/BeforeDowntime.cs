namespace Drydock.Reconcilers.Oms;

/// <summary>The way out of a failure before the downtime that no retry of the stored plan gets over.</summary>
internal static class BeforeDowntime
{
    /// <summary>What to do, for a message; the repair is an imperative.</summary>
    public static string StartOver(string repair) =>
        $"a retry of this plan finds the same again. No old container was stopped yet: set spec.desiredState: RolledBack, once that is reached {repair}, then set spec.desiredState: Upgraded";
}
