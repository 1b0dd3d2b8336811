// Each is explained in docs/reference/conditions.md, the only text about it. A test compares both.
#pragma warning disable CS1591
namespace Drydock.Crds.Common;

/// <summary>The conditions of Drydock's kinds, which docs/reference/conditions.md explains.</summary>
public static class ConditionTypes
{
    // What kstatus reads.
    public const string Ready = "Ready";
    public const string Reconciling = "Reconciling";
    public const string Stalled = "Stalled";

    // What a run has reached.
    public const string Held = "Held";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";
    public const string RolledBack = "RolledBack";
    public const string Usable = "Usable";
}
