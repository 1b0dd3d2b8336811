using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// What one pass of preflight came to: a discovery to plan from, or everything that stands in the way.
/// </summary>
/// <typeparam name="TSpec">What users of the kind write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="Discovery">Null if there are findings.</param>
/// <param name="Findings">All of them; empty if preflight passed.</param>
/// <param name="Target">What the target is, as far as it could be read; findings do not matter while another run has
/// it.</param>
internal sealed record RunPreflight<TSpec, TStatus>(
    IRunDiscovery<TSpec, TStatus>? Discovery, IReadOnlyList<Finding> Findings, ClaimTarget? Target)
    where TSpec : RunSpec
    where TStatus : RunStatus;
