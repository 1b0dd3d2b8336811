namespace Drydock.Engine.Actions;

/// <summary>
/// What was seen when the world was looked at for one step. <see cref="Unknown"/> is an answer and is never rounded to
/// another.
/// </summary>
public abstract record Observation
{
    private Observation(string? message) => Message = message;

    /// <summary>What was seen, for people.</summary>
    public string? Message { get; }

    /// <summary>The action has left no trace: it has not begun.</summary>
    public sealed record NotStarted(string? What = null) : Observation(What);

    /// <summary>The action is under way, or what is waited for has not come yet.</summary>
    public sealed record Running(string? What = null) : Observation(What);

    /// <summary>The world is as the step wants it.</summary>
    /// <param name="What">What was seen.</param>
    /// <param name="Facts">What later steps need to know of it; kept in the receipt.</param>
    public sealed record Done(
        string? What = null, IReadOnlyDictionary<string, string>? Facts = null) : Observation(What);

    /// <summary>The action provably ended without bringing what the step wants.</summary>
    /// <param name="Reason">Stable word.</param>
    /// <param name="What">What was seen, and what to do.</param>
    public sealed record Failed(string Reason, string What) : Observation(What);

    /// <summary>The world could not be read, or what was read does not tell.</summary>
    /// <param name="What">What could not be read.</param>
    /// <param name="Lost">It was read, and shows that nobody can ever tell: looking again does not help. Otherwise a
    /// later look may still tell.</param>
    public sealed record Unknown(string What, bool Lost = false) : Observation(What);
}
