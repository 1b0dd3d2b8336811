using System.Text.Json.Nodes;

namespace Drydock.Crds.Plans;

/// <summary>Maps a plan and its record to the form in which they are printed, and to the parts in which they are
/// stored. Defaults are left out. The JSON of <see cref="PlanPart.Work"/> is canonical: it is hashed.</summary>
public static class StoredRun
{
    private static readonly JsonTypeInfo<StoredPlan> Whole = Json(CrdsJsonContext.Default);

    private static readonly FrozenDictionary<PlanPart, JsonTypeInfo<StoredPlan>> Parts =
        new[] { PlanPart.Work, PlanPart.Details, PlanPart.Record }.ToFrozenDictionary(part => part, Only);

    /// <summary>A plan and its record as <see cref="ToStored(PlanProgress)"/> prints them.</summary>
    /// <exception cref="JsonException">It is no such plan, or has a null, which is never printed.</exception>
    /// <exception cref="FormatException">It has a step or a guard twice.</exception>
    public static PlanProgress Read(JsonElement printed) => Of(PackedText.Read(printed, Whole));

    private static PlanProgress Of(StoredPlan stored) => Of(stored, stored, stored, new Plan
    {
        Kind = stored.Kind,
        Why = stored.Why,
        Hold = stored.Hold,
        CompiledAt = stored.CompiledAt,
        Number = stored.Number,
        Id = stored.Id,
    });

    private static PlanProgress Of(StoredPlan work, StoredPlan details, StoredPlan record, Plan head)
    {
        var steps = ById(details.Steps, s => s.Id);
        var guards = ById(details.Guards, g => g.Id);
        var run = new PlanProgress(
            head with
            {
                SpecHash = details.SpecHash,
                Identity = details.Identity,
                Steps = [.. work.Steps.Select(s => Planned(s, steps.GetValueOrDefault(s.Id) ?? new StoredStep()))],
                Guards = [.. work.Guards.Select(g => Planned(g, guards.GetValueOrDefault(g.Id)?.Measured))],
                Acknowledged = work.Acknowledged is { } acknowledged ? [.. acknowledged] : null,
                Repeats = work.Repeats,
                Found = work.Found,
                Notes = [.. details.Notes],
            },
            new RunRecord
            {
                Steps = RunRecord.None.Steps.SetItems(ById(record.Steps, s => s.Id)
                    .Select(s => KeyValuePair.Create(s.Key, Record(s.Value)))),
                Guards = RunRecord.None.Guards.SetItems(ById(record.Guards, g => g.Id)
                    .Select(g => KeyValuePair.Create(g.Key, Record(g.Value)))),
            });
        var known = ById(work.Steps, s => s.Id).Keys.Concat(ById(work.Guards, g => g.Id).Keys)
            .ToHashSet(StringComparer.Ordinal);
        return steps.Keys.Concat(guards.Keys).Concat(run.Record.Steps.Keys).Concat(run.Record.Guards.Keys)
            .FirstOrDefault(id => !known.Contains(id)) is { } other
            ? throw new FormatException($"The plan has no '{other}'.")
            : run;
    }

    private static Dictionary<string, T> ById<T>(List<T> entries, Func<T, string> id)
    {
        var known = new Dictionary<string, T>(StringComparer.Ordinal);
        return entries.Find(e => !known.TryAdd(id(e), e)) is { } again
            ? throw new FormatException($"The plan has two '{id(again)}'.")
            : known;
    }

    internal static string HashOf(Plan plan) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(Parted(PlanProgress.Of(plan)), Parts[PlanPart.Work])));

    /// <summary>What is done, as it is hashed.</summary>
    internal static JsonObject WorkOf(Plan plan) =>
        JsonSerializer.SerializeToNode(Parted(PlanProgress.Of(plan)), Parts[PlanPart.Work])!.AsObject();

    /// <summary>A plan and its record in their parts; the record has the steps and guards of which something
    /// happened.</summary>
    internal static void Write(PlanProgress run, Stream to)
    {
        var whole = Parted(run);
        using var json = new Utf8JsonWriter(to);
        json.WriteStartObject();
        Part(PlanPart.Work, whole);
        Part(PlanPart.Details, whole);
        Part(PlanPart.Record, whole with
        {
            Steps = [.. whole.Steps.Where((_, i) => run.Steps[i].Record != StepRecord.None)],
            Guards = [.. whole.Guards.Where((_, i) => run.Guards[i].Record != GuardRecord.None)],
        });
        json.WriteEndObject();

        void Part(PlanPart part, StoredPlan plan)
        {
            json.WritePropertyName(Name(part));
            JsonSerializer.Serialize(json, plan, Parts[part]);
        }
    }

    /// <exception cref="JsonException">It is not what <see cref="Write"/> of this version writes.</exception>
    /// <exception cref="FormatException">A part has a step or a guard twice, or one that the work has not.</exception>
    internal static PlanProgress Read(JsonElement root, Plan head)
    {
        if (root.ValueKind != JsonValueKind.Object || root.GetPropertyCount() != Parts.Count)
        {
            throw new JsonException();
        }

        return Of(Part(PlanPart.Work), Part(PlanPart.Details), Part(PlanPart.Record), head);

        StoredPlan Part(PlanPart part) =>
            root.TryGetProperty(Name(part), out var element)
                ? PackedText.Read(element, Whole)
                : throw new JsonException();
    }

    public static StoredPlan ToStored(PlanProgress run) => Parted(run) with { Hash = run.Hash };

    // Without the hash, which is of a part of this.
    private static StoredPlan Parted(PlanProgress run) => new()
    {
        Kind = run.Plan.Kind,
        Why = run.Plan.Why,
        SpecHash = run.Plan.SpecHash,
        Identity = Sorted(run.Plan.Identity),
        Hold = run.Plan.Hold,
        CompiledAt = run.Plan.CompiledAt,
        Number = run.Number,
        Id = run.Id,
        Steps = [.. run.Steps.Select(step => ToStored(step.Planned, step.Record))],
        Guards = [.. run.Guards.Select(guard => ToStored(guard.Planned, guard.Record))],
        Acknowledged = run.Plan.Acknowledged is { } acknowledged ? [.. acknowledged] : null,
        Repeats = run.Plan.Repeats,
        Found = run.Plan.Found,
        Notes = [.. run.Plan.Notes],
    };

    // The order of the fields is that of their declaration, the order of entries that of their names, and what is not
    // ASCII is escaped: so the bytes are the same everywhere.
    private static JsonTypeInfo<StoredPlan> Only(PlanPart part) =>
        Json(CrdsJsonContext.Default.WithAddedModifier(info =>
        {
            if (info.Type == typeof(StoredPlan) || info.Type == typeof(StoredStep) || info.Type == typeof(StoredGuard))
            {
                foreach (var other in info.Properties.Where(p => !PartOf(p).HasFlag(part)).ToList())
                {
                    info.Properties.Remove(other);
                }
            }
        }));

    private static JsonTypeInfo<StoredPlan> Json(IJsonTypeInfoResolver resolver) =>
        (JsonTypeInfo<StoredPlan>)new JsonSerializerOptions(CrdsJsonContext.Default.Options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            TypeInfoResolver = resolver,
        }.GetTypeInfo(typeof(StoredPlan));

    private static string Name(PlanPart part) => JsonNamingPolicy.CamelCase.ConvertName(part.ToString());

    private static PlanPart PartOf(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(PartAttribute), inherit: false)
            is [PartAttribute of, ..] ? of.Part : PlanPart.Work;

    private static PlannedStep Planned(StoredStep stored, StoredStep details) => new()
    {
        Id = stored.Id,
        Phase = stored.Phase ?? "",
        Node = stored.Node,
        Title = details.Title ?? "",
        Runs = details.Runs,
        After = [.. stored.After ?? []],
        Action = stored.Action,
        Parameters = stored.Parameters ?? PlannedStep.NoEntries,
        Measured = details.Measured,
        Timeout = details.Timeout ?? "10m",
        MaxAttempts = details.MaxAttempts ?? 1,
        RunOnce = stored.RunOnce ?? false,
        Retry = details.Retry ?? default,
        Reversible = stored.Reversible ?? true,
        PointOfNoReturn = stored.PointOfNoReturn ?? false,
        OnlyLists = details.OnlyLists ?? false,
        AsksWindow = details.AsksWindow ?? false,
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
            Phase = step.Phase,
            Node = step.Node,
            Title = step.Title,
            Runs = step.Runs,
            After = step.After.Count > 0 ? [.. step.After] : null,
            Action = step.Action,
            Parameters = step.Parameters.Count > 0 ? Sorted(step.Parameters) : null,
            Measured = Sorted(step.Measured),
            Timeout = step.Timeout,
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

    private static PlannedGuard Planned(StoredGuard stored, IReadOnlyDictionary<string, string>? measured) => new()
    {
        Id = stored.Id,
        Check = stored.Check,
        Node = stored.Node,
        Parameters = stored.Parameters,
        Measured = measured,
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
