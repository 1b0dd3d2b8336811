namespace Drydock.Crds.Plans;

/// <summary>Maps a plan and its record to their stored form and back. What a reader fills in is left out: defaults, and
/// what the id of a step that succeeded says.</summary>
public sealed class StoredRun : JsonConverter<PlanProgress>
{
    public override PlanProgress? Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<StoredPlan>)options.GetTypeInfo(typeof(StoredPlan)))
            is { } stored ? Of(stored) : null;

    public override void Write(Utf8JsonWriter writer, PlanProgress value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(
            writer, ToStored(value), (JsonTypeInfo<StoredPlan>)options.GetTypeInfo(typeof(StoredPlan)));

    public static PlanProgress Of(StoredPlan stored) => new(
        new Plan
        {
            Hash = stored.Hash,
            SpecHash = stored.SpecHash,
            Identity = stored.Identity,
            Hold = stored.Hold,
            CompiledAt = stored.CompiledAt,
            Number = stored.Number,
            Id = stored.Id,
            Steps = [.. stored.Steps.Select(Planned)],
            Guards = [.. stored.Guards.Select(Planned)],
            Acknowledged = stored.Acknowledged is { } acknowledged ? [.. acknowledged] : null,
            Notes = [.. stored.Notes],
        },
        new RunRecord
        {
            Steps = RunRecord.None.Steps.SetItems(stored.Steps.Select(s => KeyValuePair.Create(s.Id, Record(s)))),
            Guards = RunRecord.None.Guards.SetItems(stored.Guards.Select(g => KeyValuePair.Create(g.Id, Record(g)))),
        });

    public static StoredPlan ToStored(PlanProgress run) => new()
    {
        Hash = run.Hash,
        SpecHash = run.Plan.SpecHash,
        Identity = Sorted(run.Plan.Identity),
        Hold = run.Plan.Hold,
        CompiledAt = run.Plan.CompiledAt,
        Number = run.Number,
        Id = run.Id,
        Steps = [.. run.Steps.Select(step => ToStored(step.Planned, step.Record))],
        Guards = [.. run.Guards.Select(guard => ToStored(guard.Planned, guard.Record))],
        Acknowledged = run.Plan.Acknowledged is { } acknowledged ? [.. acknowledged] : null,
        Notes = [.. run.Plan.Notes],
    };

    private static PlannedStep Planned(StoredStep stored) => new()
    {
        Id = stored.Id,
        Phase = stored.Phase ?? "",
        Node = stored.Node,
        Title = stored.Title ?? "",
        After = [.. stored.After ?? []],
        Action = stored.Action,
        Parameters = stored.Parameters ?? PlannedStep.NoEntries,
        Measured = stored.Measured,
        Timeout = stored.Timeout ?? "10m",
        MaxAttempts = stored.MaxAttempts ?? 1,
        RunOnce = stored.RunOnce ?? false,
        Retry = stored.Retry ?? default,
        Reversible = stored.Reversible ?? true,
        PointOfNoReturn = stored.PointOfNoReturn ?? false,
        OnlyLists = stored.OnlyLists ?? false,
        AsksWindow = stored.AsksWindow ?? false,
    };

    private static StepRecord Record(StoredStep stored) => new()
    {
        State = stored.State,
        Attempt = stored.Attempt ?? (stored.State == StepState.Succeeded ? 1 : 0),
        Tries = stored.Tries ?? 0,
        Failures = stored.Failures ?? 0,
        IsRetried = stored.Retried ?? false,
        StartedAt = stored.StartedAt,
        ResumedAt = stored.ResumedAt,
        FinishedAt = stored.FinishedAt,
        Reason = stored.Reason,
        Message = stored.Message,
        Acceptable = stored.Acceptable ?? false,
        Accepted = stored.Accepted,
        Receipt = stored.Receipt,
        Facts = stored.Facts,
        NotTakenSince = stored.NotTakenSince,
        CleanedUpAt = stored.CleanedUpAt,
        OutputRef = stored.OutputRef,
    };

    private static StoredStep ToStored(PlannedStep step, StepRecord record)
    {
        var isDone = record.State == StepState.Succeeded;
        return new StoredStep
        {
            Id = step.Id,
            Phase = isDone && step.Phase == PlannedStep.PhaseInId(step.Id) ? null : step.Phase,
            Node = step.Node,
            Title = step.Title.Length == 0 || (isDone && step.Title == PlannedStep.TitleInId(step.Id, step.Node))
                ? null
                : step.Title,
            After = step.After.Count > 0 ? [.. step.After] : null,
            Action = step.Action,
            Parameters = step.Parameters.Count > 0 ? Sorted(step.Parameters) : null,
            Measured = Sorted(step.Measured),
            Timeout = step.Timeout.Length > 0 ? step.Timeout : null,
            MaxAttempts = Given(step.MaxAttempts),
            RunOnce = Given(step.RunOnce),
            Retry = step.Retry == default ? null : step.Retry,
            Reversible = step.Reversible ? null : false,
            PointOfNoReturn = Given(step.PointOfNoReturn),
            OnlyLists = Given(step.OnlyLists),
            AsksWindow = Given(step.AsksWindow),
            State = record.State,
            Attempt = isDone && record.Attempt == 1 ? null : Given(record.Attempt),
            Tries = isDone ? null : Given(record.Tries),
            Failures = Given(record.Failures),
            Retried = Given(record.IsRetried),
            StartedAt = record.StartedAt,
            ResumedAt = isDone ? null : record.ResumedAt,
            FinishedAt = record.FinishedAt,
            Reason = record.Reason,
            Message = record.Message,
            Acceptable = Given(record.Acceptable),
            Accepted = record.Accepted,
            Receipt = Sorted(record.Receipt),
            Facts = Sorted(record.Facts),
            NotTakenSince = record.NotTakenSince,
            CleanedUpAt = record.CleanedUpAt,
            OutputRef = record.OutputRef,
        };
    }

    private static PlannedGuard Planned(StoredGuard stored) => new()
    {
        Id = stored.Id,
        Check = stored.Check,
        Node = stored.Node,
        Parameters = stored.Parameters,
        Measured = stored.Measured,
        From = [.. stored.From],
        Until = stored.Until,
    };

    private static GuardRecord Record(StoredGuard stored) =>
        new() { Failures = stored.Failures ?? 0, Violations = [.. stored.Violations] };

    private static StoredGuard ToStored(PlannedGuard guard, GuardRecord record) => new()
    {
        Id = guard.Id,
        Check = guard.Check,
        Node = guard.Node,
        Parameters = Sorted(guard.Parameters),
        Measured = Sorted(guard.Measured),
        From = [.. guard.From],
        Until = guard.Until,
        Failures = Given(record.Failures),
        Violations = [.. record.Violations],
    };

    private static int? Given(int number) => number == 0 ? null : number;

    private static bool? Given(bool value) => value ? true : null;

    [return: NotNullIfNotNull(nameof(entries))]
    private static SortedDictionary<string, string>? Sorted(IReadOnlyDictionary<string, string>? entries) =>
        entries switch
        {
            null => null,
            SortedDictionary<string, string> sorted => sorted,
            _ => new SortedDictionary<string, string>(
                entries.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
        };
}
