namespace Drydock.Reconcilers.Databases;

/// <summary>How many processes run the wanted version, as text. Pure.</summary>
internal static class InstanceProgress
{
    /// <summary>"PD 3/3, TiKV 12/60", in the order of the instances; null without instances.</summary>
    public static string? Of(DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec)
    {
        var wanted = Plain(status.RollbackPlan is null ? spec.ToVersion : spec.FromVersion);
        var components = status.Instances.GroupBy(i => i.Component).Select(
            of => string.Create(
                CultureInfo.InvariantCulture,
                $"{of.Key} {of.Count(i => i.Version is { } runs && Plain(runs) == wanted)}/{of.Count()}")).ToList();
        return components.Count == 0 ? null : string.Join(", ", components);
    }

    // TiDB writes v3.0.9 and 3.0.9.
    private static string Plain(string version) => version.TrimStart('v', 'V');
}
