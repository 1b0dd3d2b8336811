namespace Drydock.Runs;

/// <summary>The result of observing the target of one step. <see cref="Unknown"/> is an answer and is never rounded to
/// another.</summary>
public abstract record Observation
{
    private Observation(string? message) => Message = message;

    /// <summary>The observed facts, as text.</summary>
    public string? Message { get; init; }

    /// <summary>Name of the Secret with the output of the command that has ended; null for none.</summary>
    public string? OutputRef { get; init; }

    /// <summary>The action has had no effect yet: it has not begun.</summary>
    /// <param name="What">What is seen instead of the effect: if the action was carried out, this says why it
    /// failed.</param>
    public sealed record NotStarted(string What) : Observation(What)
    {
        /// <summary>True if an action that was carried out without this effect has not failed: it is carried out again
        /// in the same attempt, and no failed attempt is counted or reported. The step limits its time
        /// itself.</summary>
        public bool IsSameAttempt { get; init; }
    }

    /// <summary>The action is under way, or the expected event has not happened yet.</summary>
    /// <param name="What">How far it is, or what it waits for.</param>
    /// <param name="Facts">What a successor needs to wait as long as this process; stored with the message that it
    /// changes with.</param>
    public sealed record Running(
        string? What = null, IReadOnlyDictionary<string, string>? Facts = null) : Observation(What)
    {
        /// <summary>When it will have ended if nothing comes between; null where that is not known. It is observed
        /// then, and the steps after it shortly before.</summary>
        public DateTimeOffset? EndsAt { get; init; }
    }

    /// <summary>The target is in the state that the step wants.</summary>
    /// <param name="What">The observed facts.</param>
    /// <param name="Facts">What later steps need; kept whole with the step (<see cref="StepRecord.Facts"/>).</param>
    public sealed record Done(
        string? What = null, IReadOnlyDictionary<string, string>? Facts = null) : Observation(What);

    /// <summary>The action provably ended without reaching the state that the step wants.</summary>
    /// <param name="Reason">Stable word.</param>
    /// <param name="What">The observed facts, and the remedy.</param>
    public sealed record Failed(string Reason, string What) : Observation(What)
    {
        /// <summary>True if the action ended before it could change anything: a new attempt costs no more than the
        /// first one, also where the step may run again only on restored data.</summary>
        public bool NothingRan { get; init; }

        public int? ExitCode { get; init; }

        /// <summary>See <see cref="Done.Facts"/>.</summary>
        public IReadOnlyDictionary<string, string>? Facts { get; init; }
    }

    /// <summary>The target could not be read, or its state is ambiguous.</summary>
    /// <param name="What">The part that could not be read.</param>
    /// <param name="IsPermanent">True if the target was read and no later observation can determine the
    /// outcome.</param>
    public sealed record Unknown(string What, bool IsPermanent = false) : Observation(What);
}
