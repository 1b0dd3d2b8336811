namespace Drydock.Reconcilers.Upgrades;

/// <summary>The result of a command that must never run twice.</summary>
internal enum WitnessedState
{
    /// <summary>It left no trace and its exec was not started.</summary>
    NotStarted,

    /// <summary>Its wrapper ended before the command began.</summary>
    NeverRan,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It ended; its exit code is known.</summary>
    Ended,

    /// <summary>It began, and nothing tells how it ended.</summary>
    Unknown,
}
