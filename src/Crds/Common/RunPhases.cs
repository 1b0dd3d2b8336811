namespace Drydock.Crds.Common;

/// <summary>
/// Values of <c>status.phase</c> that every run-to-completion kind has, beside the phases of its own plans. Clients
/// treat others as in progress.
/// </summary>
public static class RunPhases
{
    /// <summary>Seen, nothing looked at yet, or waiting for the target (TargetBusy).</summary>
    public const string Pending = "Pending";

    /// <summary>Everything is checked; nothing is changed.</summary>
    public const string Preflight = "Preflight";

    /// <summary>Ended: mode Plan, the plan is ready and nothing was changed.</summary>
    public const string Planned = "Planned";

    /// <summary>Ended: the new version runs.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The way back is being taken, or its plan waits for approval.</summary>
    public const string RollingBack = "RollingBack";

    /// <summary>Ended: the former version runs.</summary>
    public const string RolledBack = "RolledBack";

    /// <summary>Stopped by a failure; goes on by a repair and a retry.</summary>
    public const string Failed = "Failed";

    /// <summary>True when nothing of a run in this phase is left to do, so that identity fields may change.</summary>
    public static bool IsEnded(string? phase) => phase is Planned or Succeeded or RolledBack;
}
