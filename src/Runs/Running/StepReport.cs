namespace Drydock.Runs;

/// <summary>A result of a job, on its way to the only writer of the object.</summary>
/// <param name="Basis">The step as it was when the job started; a report counts only while the stored step still
/// derives from it.</param>
internal abstract record StepReport(Step Basis)
{
    public string StepId => Basis.Id;

    public string? OutputRef { get; init; }

    /// <summary>The step has not started; this receipt may be recorded and the action started.</summary>
    /// <param name="SameAttempt">The attempt that is already counted left no trace and is started again under its own
    /// number, so that a late first start and this one exclude each other.</param>
    internal sealed record Ready(
        Step Basis, IReadOnlyDictionary<string, string> Receipt, bool SameAttempt) : StepReport(Basis);

    internal sealed record Running(
        Step Basis, string? Message, IReadOnlyDictionary<string, string>? Facts = null) : StepReport(Basis)
    {
        /// <summary>See <see cref="Observation.Running.EndsAt"/>.</summary>
        public DateTimeOffset? EndsAt { get; init; }
    }

    /// <summary>A target of the step does not answer, or answers again.</summary>
    /// <param name="Message">What the step says now; its state is what it was.</param>
    internal sealed record Silent(Step Basis, string? Message) : StepReport(Basis);

    /// <summary>The world is as the step wants it.</summary>
    internal sealed record Done(
        Step Basis, string? Message, IReadOnlyDictionary<string, string>? Facts) : StepReport(Basis);

    internal sealed record Failed(
        Step Basis, string Reason, string Message, bool Retryable, FailurePoint Point) : StepReport(Basis)
    {
        public bool Acceptable { get; init; }
        public IReadOnlyDictionary<string, string>? Facts { get; init; }
    }

    /// <summary>The target did not accept the request and the observation shows that nothing has started: it is
    /// restarted automatically.</summary>
    /// <param name="Since">When the target first did not accept it.</param>
    internal sealed record NotTaken(
        Step Basis, string Reason, string Message, DateTimeOffset Since) : StepReport(Basis)
    {
        /// <summary>See <see cref="StepActionException.Facts"/>.</summary>
        public IReadOnlyDictionary<string, string>? Facts { get; init; }

        /// <summary>The target accepted the request; the action is carried out again in the same attempt.</summary>
        public bool IsSameAttempt { get; init; }
    }

    /// <summary>The outcome cannot be determined.</summary>
    /// <param name="IsPermanent">It can never be determined.</param>
    internal sealed record Unknown(Step Basis, string Message, bool IsPermanent = false) : StepReport(Basis);

    /// <summary>The step has not started and must not be started now (it failed before, or it is not
    /// allowed).</summary>
    internal sealed record Idle(Step Basis) : StepReport(Basis);

    /// <summary>The fence did not let this process act.</summary>
    internal sealed record Refused(Step Basis) : StepReport(Basis);

    /// <summary>The state of the guards in force.</summary>
    /// <param name="Plan">The plan that they were read for.</param>
    internal sealed record GuardsRead(Step Basis, PlanProgress Plan, IReadOnlyList<GuardReading> Breaches)
        : StepReport(Basis);
}
