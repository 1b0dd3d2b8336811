namespace Drydock.Runs;

/// <summary>The result of reading a guard.</summary>
/// <param name="Message">The change, its author and its time, if it is broken; the cause, if it is unreadable.</param>
public sealed record GuardReading(GuardState State, string Message = "")
{
    public static GuardReading Holds { get; } = new(GuardState.Holds);

    /// <summary>The guard that was read; set by the engine.</summary>
    internal string GuardId { get; init; } = "";

    /// <summary>See <see cref="GuardViolation.Reason"/>.</summary>
    public string Reason { get; init; } = EngineReasons.TargetChanged;

    /// <summary>Whether the plan itself is older than its targets.</summary>
    public bool Outdated => Reason == EngineReasons.StatusOutdated;

    /// <summary>When the change happened, by the clock of its target; null if only the time of the reading is
    /// known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>See <see cref="GuardViolation.Check"/>.</summary>
    public string? Check { get; init; }

    /// <summary>See <see cref="GuardViolation.Key"/>.</summary>
    public string? Key { get; init; }

    /// <summary>See <see cref="GuardViolation.RestoreFirst"/>.</summary>
    public bool RestoreFirst { get; init; }

    /// <summary>See <see cref="GuardViolation.NoRollback"/>.</summary>
    public bool NoRollback { get; init; }

    /// <summary>The steps whose results the change has made void. They are repeated, and then the guard holds; nothing
    /// else is started before.</summary>
    public IReadOnlyList<string> Repeats { get; init; } = [];

    public static GuardReading Broken(string message) => new(GuardState.Broken, message);

    public static GuardReading Unreadable(string message) => new(GuardState.Unreadable, message);
}
