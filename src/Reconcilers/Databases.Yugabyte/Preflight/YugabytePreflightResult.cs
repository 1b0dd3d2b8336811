using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What one preflight pass came to: a discovery to plan from, or everything that stands in the way.</summary>
/// <param name="Discovery">Null if there are findings.</param>
/// <param name="Findings">All of them; empty if preflight passed.</param>
/// <param name="TargetIdentity">The universe's id, as far as it could be read; findings do not matter while another
/// upgrade has it.</param>
internal sealed record YugabytePreflightResult(
    YugabyteDiscovery? Discovery, IReadOnlyList<Finding> Findings, string? TargetIdentity);
