using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What preflight does with findings that you may judge differently.</summary>
public sealed record DatabasePreflightSpec
{
    /// <summary>
    /// Findings of preflight that you have judged and accept: REASON/SUBJECT as the finding names it, or REASON for
    /// every finding with it that can be accepted. The plan lists each accepted finding, and its hash covers the
    /// entries. A finding that names no such word cannot be accepted: quorum, unexpected processes, claims and backups.
    /// </summary>
    [ListSet]
    [Items(64)]
    [Length(SchemaLimits.Reference, Minimum = 3)]
    [Pattern("^[A-Za-z]+(/[^\\s,]+)?$")]
    public List<string> Acknowledge { get; init => field = value ?? []; } = [];
}
