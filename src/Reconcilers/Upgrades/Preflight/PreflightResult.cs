namespace Drydock.Reconcilers.Upgrades;

/// <summary>The result of one preflight pass: a discovery to plan from, or every reason why there is none.</summary>
/// <typeparam name="TDiscovery">The input of the kind's plan.</typeparam>
/// <param name="Discovery">Null if there are findings.</param>
/// <param name="Findings">All of them; empty if preflight passed.</param>
/// <param name="TargetIdentity">Identity of the target; null if it could not be read. While another run holds the
/// target, its findings are not reported.</param>
internal sealed record PreflightResult<TDiscovery>(
    TDiscovery? Discovery, IReadOnlyList<Finding> Findings, string? TargetIdentity = null)
    where TDiscovery : class
{
    public IReadOnlyList<string> TargetAddresses { get; init; } = [];

    public ClaimTarget? Target => TargetIdentity is { } identity ? new ClaimTarget(identity, TargetAddresses) : null;

    public PreflightResult<TOther> Select<TOther>(Func<TDiscovery, TOther> convert)
        where TOther : class =>
        new(Discovery is { } discovery ? convert(discovery) : null, Findings, TargetIdentity)
        {
            TargetAddresses = TargetAddresses,
        };
}
