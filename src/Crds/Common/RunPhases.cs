namespace Drydock.Crds.Common;

/// <summary>Values of <c>status.phase</c> that every kind of upgrade has in addition to the phases of its plans.
/// Clients treat unknown values as in progress.</summary>
public static class RunPhases
{
    /// <summary>The operator has seen the object and checked nothing yet, or waits for the target
    /// (TargetBusy).</summary>
    public const string Pending = "Pending";

    /// <summary>Everything is checked. Nothing is changed.</summary>
    public const string Preflight = "Preflight";

    /// <summary>The plan waits for its approval. Nothing was changed.</summary>
    public const string Planned = "Planned";

    /// <summary>Ended: the new version runs.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The rollback is running, or its plan waits for approval.</summary>
    public const string RollingBack = "RollingBack";

    /// <summary>Ended: the previous version runs.</summary>
    public const string RolledBack = "RolledBack";

    /// <summary>Stopped by a failure. After a repair, a retry continues.</summary>
    public const string Failed = "Failed";

    /// <summary>True if a run in this phase has nothing under way, so that identity fields may change.</summary>
    public static bool IsIdle(string? phase) => phase is Planned || IsEnded(phase);

    /// <summary>True if a run in this phase has ended.</summary>
    public static bool IsEnded(string? phase) => phase is Succeeded or RolledBack;
}
