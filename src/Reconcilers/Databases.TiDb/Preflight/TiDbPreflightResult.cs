using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What one preflight pass came to: a discovery to plan from, or everything that stands in the way.</summary>
/// <param name="Discovery">Null if there are findings.</param>
/// <param name="Findings">All of them; empty if preflight passed.</param>
/// <param name="TargetIdentity">What the target is, as far as it could be read; findings do not matter while another
/// upgrade has it.</param>
internal sealed record TiDbPreflightResult(
    TiDbDiscovery? Discovery, IReadOnlyList<Finding> Findings, string? TargetIdentity);
