namespace Drydock.Reconcilers.Databases;

/// <summary>The addresses of a cluster in the form of claims: every member of its directory (PD, or the masters) as the
/// spec names it.</summary>
internal static class ClusterAddresses
{
    public static IReadOnlyList<string> Of(DatabaseRollingUpgradeSpec spec) =>
    [
        .. spec.Instances
            .Where(i => i.Component is DatabaseComponent.PD or DatabaseComponent.Master)
            .Select(i => ClaimTarget.AddressOf(i.Host, DefaultPorts.Service(spec, i)))
            .Distinct(StringComparer.Ordinal)
            .Take(64),
    ];
}
