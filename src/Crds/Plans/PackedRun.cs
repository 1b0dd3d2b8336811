namespace Drydock.Crds.Plans;

/// <summary>Maps a plan and its record to their form in status and back. What cannot be read becomes a plan that is
/// <see cref="PlanProgress.Unreadable"/> and is written back as it was.</summary>
public sealed class PackedRun : JsonConverter<PlanProgress>
{
    public override PlanProgress? Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var stored = JsonElement.ParseValue(ref reader);
        var head = new Plan();
        Version? writer = null;
        try
        {
            var packed = stored.Deserialize(CrdsJsonContext.Default.PackedPlan)!;
            writer = Version.TryParse(packed.Operator, out var version) ? version : null;
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
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidDataException)
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
        Operator = $"{(run.WrittenBy > CrdSchema.Number ? run.WrittenBy : CrdSchema.Number)}",
        Packed = run.Packed,
    };
}
