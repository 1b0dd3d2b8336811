namespace Drydock.Crds.Plans;

/// <summary>Maps a plan and its record to their form in status and back. What cannot be read becomes a plan that is
/// <see cref="PlanProgress.Unreadable"/> and is written back as it was.</summary>
public sealed class PackedRun : JsonConverter<PlanProgress>
{
    public override PlanProgress? Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var stored = JsonElement.ParseValue(ref reader);
        var writer = PackedText.WriterOf(stored);
        var head = new Plan { Number = NumberOf(stored) };
        try
        {
            var packed = stored.Deserialize(CrdsJsonContext.Default.PackedPlan)!;
            head = new Plan
            {
                Number = packed.Number,
                Kind = packed.Kind,
                Why = packed.Why,
                Hold = packed.Hold,
                CompiledAt = packed.CompiledAt,
                Id = packed.Id,
            };
            var run = StoredRun.Read(PackedText.Unpack(packed.Packed), head);
            if (run.Hash == packed.Hash)
            {
                return new PlanProgress(run.Plan, run.Record) { Packed = packed.Packed, WrittenBy = writer };
            }
        }
        catch (Exception exception) when (PackedText.IsUnreadable(exception))
        {
            // Where the JSON is wrong helps no administrator; StatusForm names the version that wrote it.
        }

        return new PlanProgress(head, RunRecord.None) { Unreadable = stored, WrittenBy = writer };
    }

    public override void Write(Utf8JsonWriter writer, PlanProgress value, JsonSerializerOptions options)
    {
        if (value.Unreadable is { } stored)
        {
            stored.WriteTo(writer);
            return;
        }

        JsonSerializer.Serialize(writer, Head(value), CrdsJsonContext.Default.PackedPlan);
    }

    // One stream: what the parts say of a step is compressed together.
    internal static string Pack(PlanProgress run) => PackedText.Pack(to => StoredRun.Write(run, to));

    // Also of a head whose other fields this operator does not know.
    private static int NumberOf(JsonElement stored) =>
        stored.ValueKind == JsonValueKind.Object && stored.TryGetProperty("number", out var number)
        && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value)
            ? value
            : 0;

    private static PackedPlan Head(PlanProgress run) => new()
    {
        Number = run.Number,
        Kind = run.Plan.Kind,
        Hash = run.Hash,
        Why = run.Plan.Why,
        Hold = run.Hold,
        CompiledAt = run.CompiledAt,
        Steps = run.Steps.Count,
        Id = run.Id,
        Operator = PackedText.Writer(run.WrittenBy),
        Packed = run.Packed,
    };
}
